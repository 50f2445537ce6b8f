#include "rules_kept.h"

#include "store/testing.h"

#include <fmt/format.h>

namespace settled::scenario {

namespace {

using store::Rows;
using store::Session;
using store::Statement;
using store::Step;

// Each counts what breaks a rule.
struct Rule {
    std::string_view text;
    const Statement& count;
};

const Statement paired_twice{
    "SELECT count(*) - count(DISTINCT settlement_id) + count(*) - count(DISTINCT payment_id) "
    "FROM settlement_match WHERE ended_at IS NULL AND pairing IN ('one', 'set')"};
const Statement matched_without_match{
    "SELECT count(*) FROM settlement t WHERE (t.status = 'matched') <> EXISTS (SELECT 1 FROM "
    "settlement_match m WHERE m.tenant_id = t.tenant_id AND m.settlement_id = t.id AND m.ended_at "
    "IS NULL)"};
const Statement settled_without_match{
    "SELECT count(*) FROM payment p WHERE (p.status IN ('settled', 'partially_settled')) <> EXISTS "
    "(SELECT 1 FROM settlement_match m WHERE m.tenant_id = p.tenant_id AND m.payment_id = p.id AND "
    "m.ended_at IS NULL)"};
const Statement parts_that_are_not_all{
    "SELECT count(*) FROM settlement t WHERE t.status = 'matched' AND t.amount_minor <> (SELECT "
    "coalesce(sum(m.amount_minor), 0) FROM settlement_match m WHERE m.tenant_id = t.tenant_id AND "
    "m.settlement_id = t.id AND m.ended_at IS NULL)"};
const Statement settled_by_other_than_its_matches{
    "SELECT count(*) FROM payment p WHERE p.bounds_currency = '' AND p.settled_minor <> (SELECT "
    "coalesce(sum(m.amount_minor), 0) FROM settlement_match m WHERE m.tenant_id = p.tenant_id AND "
    "m.payment_id = p.id AND m.ended_at IS NULL)"};
const Statement unequal_pair{
    "SELECT count(*) FROM settlement_match m JOIN settlement t ON t.tenant_id = m.tenant_id AND "
    "t.id = m.settlement_id JOIN payment p ON p.tenant_id = m.tenant_id AND p.id = m.payment_id "
    "WHERE p.c_account <> t.c_account OR (m.pairing IN ('one', 'set') AND m.rank NOT IN (0, 3, 12) "
    "AND (p.amount_minor <> t.amount_minor OR p.currency <> t.currency))"};
const Statement pair_of_nobody{
    "SELECT count(*) FROM settlement_match m WHERE NOT EXISTS (SELECT 1 FROM settlement t WHERE "
    "t.tenant_id = m.tenant_id AND t.id = m.settlement_id) OR NOT EXISTS (SELECT 1 FROM payment p "
    "WHERE p.tenant_id = m.tenant_id AND p.id = m.payment_id)"};
const Statement ambiguous_without_review{
    "SELECT count(*) FROM settlement t WHERE (CASE t.status WHEN 'ambiguous' THEN 1 ELSE 0 END) <> "
    "(SELECT count(*) FROM review r WHERE r.tenant_id = t.tenant_id AND r.subject_id = t.id AND "
    "r.kind = 'settlement_ambiguous' AND r.status = 'open')"};
const Statement suggested_without_review{
    "SELECT count(*) FROM settlement t WHERE t.suggested <> (SELECT count(*) FROM review r WHERE "
    "r.tenant_id = t.tenant_id AND r.subject_id = t.id AND r.kind = 'suggested_match' AND "
    "r.status = 'open') OR (t.suggested <> 0 AND t.status <> 'unmatched')"};
const Statement key_of_the_paired{
    "SELECT count(*) FROM match_key k WHERE (k.side = 1 AND EXISTS (SELECT 1 FROM settlement t "
    "WHERE "
    "t.tenant_id = k.tenant_id AND t.id = k.owner_id AND t.status NOT IN ('unmatched', "
    "'ambiguous'))) OR (k.side IN (0, 3) AND EXISTS (SELECT 1 FROM payment p WHERE p.tenant_id = "
    "k.tenant_id AND p.id = k.owner_id AND p.status NOT IN ('expected', 'overdue', "
    "'partially_settled')))"};
const Statement version_not_told{
    "SELECT count(*) FROM settlement t WHERE t.version <> (SELECT count(*) FROM event e WHERE "
    "e.tenant_id = t.tenant_id AND e.subject_id = t.id) OR t.version <> (SELECT "
    "coalesce(max(e.version), 0) FROM event e WHERE e.tenant_id = t.tenant_id AND e.subject_id = "
    "t.id)"};
const Statement match_not_told{
    "SELECT count(*) FROM settlement t WHERE (SELECT count(*) FROM settlement_match m WHERE "
    "m.tenant_id = t.tenant_id AND m.settlement_id = t.id) <> (SELECT count(*) FROM event e WHERE "
    "e.tenant_id = t.tenant_id AND e.subject_id = t.id AND "
    "e.type = 'settlement.matched')"};
const Statement waiting_for_nothing{
    "SELECT count(*) FROM settlement t WHERE t.status = 'unmatched' AND NOT EXISTS (SELECT 1 FROM "
    "task k WHERE k.tenant_id = t.tenant_id AND k.subject_id = t.id AND k.kind IN "
    "('watermark', 'tell_unmatched'))"};

// What the sums say (store/money_sums.h) less what their rows come to, by part and currency.
#define DIFFERENT_SUMS(LENGTHS, PARTS)                                                             \
    "SELECT count(*) FROM (SELECT tenant_id, part, currency FROM (SELECT tenant_id, part, "        \
    "currency, number, billions * 1000000000 + rest AS minor FROM money_sum WHERE length " LENGTHS \
    " UNION ALL SELECT tenant_id, CASE status WHEN 'expected' THEN 1 WHEN 'partially_settled' "    \
    "THEN 2 ELSE 3 END, currency, -1, settled_minor - amount_minor FROM payment WHERE status IN "  \
    "('expected', 'partially_settled', 'overdue') UNION ALL SELECT tenant_id, CASE status WHEN "   \
    "'unmatched' THEN 4 WHEN 'ambiguous' THEN 5 ELSE 6 END, currency, -1, -amount_minor FROM "     \
    "settlement WHERE status IN ('ambiguous', 'matched') OR (status = 'unmatched' AND booked = "   \
    "0)) AS both_sides WHERE part " PARTS                                                          \
    " GROUP BY tenant_id, part, currency HAVING sum(number) <> 0 OR sum(minor) <> 0) AS different"
const Statement sums_of_other_rows{DIFFERENT_SUMS("<> 60", "> 0")};
const Statement sums_of_other_minutes{DIFFERENT_SUMS("= 60", "= 6")};
#undef DIFFERENT_SUMS

const Rule rules[] = {
    {"one settlement, one payment", paired_twice},
    {"a match is of a settlement and a payment", pair_of_nobody},
    {"a pair has one account, and one amount unless its rank says otherwise", unequal_pair},
    {"what is matched is matched whole", parts_that_are_not_all},
    {"what has settled of a payment is the sum of its matches", settled_by_other_than_its_matches},
    {"what is matched has a match, and the rest has none", matched_without_match},
    {"what is settled has a match, and the rest has none", settled_without_match},
    {"what is ambiguous has one open review, and the rest has none", ambiguous_without_review},
    {"what is suggested has one open review, and the rest has none", suggested_without_review},
    {"what is unmatched will be told", waiting_for_nothing},
    {"what is paired is no candidate any more", key_of_the_paired},
    {"each match is told, once", match_not_told},
    {"the version of a settlement counts its events", version_not_told},
    {"sums of money are of the payments and settlements that are there", sums_of_other_rows},
    {"so are the sums of each minute", sums_of_other_minutes},
};

const Statement by_status{"SELECT status, count(*), coalesce(sum(amount_minor), 0) FROM settlement "
                          "GROUP BY status"};

Step<std::vector<std::string>> find_broken(Session& s, Ledger ledger) {
    std::vector<std::string> broken;
    for (const Rule& rule : rules) {
        const Rows rows = co_await s.run(rule.count);
        if (rows.front().integer(0) != 0)
            broken.push_back(fmt::format("{} ({} times)", rule.text, rows.front().integer(0)));
    }
    Ledger found;
    const Rows rows = co_await s.run(by_status);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        found.settlements += rows[i].integer(1);
        found.minor += rows[i].integer(2);
    }
    if (found.settlements != ledger.settlements || found.minor != ledger.minor)
        broken.push_back(fmt::format("all settlements are there: {} of {} in count, {} of {} "
                                     "in sum",
                                     found.settlements, ledger.settlements, found.minor,
                                     ledger.minor));
    co_return broken;
}

} // namespace

std::vector<std::string> broken_rules(store::Store& store, const Ledger& ledger) {
    return store::testing::must(store::testing::read<std::vector<std::string>>(
        store, [&](Session& s) { return find_broken(s, ledger); }));
}

} // namespace settled::scenario
