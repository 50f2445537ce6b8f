#include "units/evidence/audit.h"

#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/seals.h"
#include "store/queries/walks.h"
#include "units/evidence/audit_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

std::string text_of(std::int64_t number) {
    return fmt::format("{}", number);
}

void compare(std::vector<AuditFinding>& findings, std::string_view what, std::string subject,
             std::string expected, std::string found) {
    if (expected != found)
        findings.push_back(
            {std::string(what), std::move(subject), std::move(expected), std::move(found)});
}

std::string hex_at(std::string_view marks, std::size_t index) {
    return to_hex(as_bytes(marks.substr(index * domain::mark_bytes, domain::mark_bytes)));
}

// Those that are not as they were when they were sealed.
void name_records(std::vector<AuditFinding>& findings,
                  const std::vector<domain::SealedRecord>& records, std::string_view now,
                  std::string_view sealed) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        const domain::SealedRecord& record = records[i];
        const bool has_no_match = record.id == 0; // which is reported as a finding of its own
        if (!has_no_match)
            compare(findings, fmt::format("sealed_{}", token(record.kind)), name_of(record),
                    hex_at(sealed, i),
                    record.bytes.empty() && !record.kept_hash ? "not there" : hex_at(now, i));
    }
}

Step<> check_seal(Session& s, TenantId tenant, const domain::Seal& before, const domain::Seal& seal,
                  AuditPage& page) {
    std::vector<AuditFinding>& findings = page.findings;
    const std::string subject = fmt::format("seal {}", seal.number);
    compare(findings, "seal_number", subject, text_of(before.number + 1), text_of(seal.number));
    compare(findings, "seal_previous", subject, before.digest, seal.previous);
    compare(findings, "seal_range", subject, text_of(before.to_position),
            text_of(seal.from_position));
    // One more than it says: that is enough to see that there are others.
    const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(seal.entries, 0, 100'000));
    const auto found =
        co_await store::sealed_records(s, tenant, seal.from_position, seal.to_position, most + 1);
    compare(findings, "seal_entries", subject, text_of(seal.entries),
            found.positions > most ? fmt::format("more than {}", most)
                                   : text_of(static_cast<std::int64_t>(found.records.size())));
    std::vector<crypto::Digest> hashes;
    for (const domain::SealedRecord& record : found.records) {
        hashes.push_back(record.hash());
        page.purged += record.kept_hash ? 1 : 0;
    }
    compare(findings, "seal_digest", subject, domain::digest_of(tenant, seal, hashes), seal.digest);
    const std::string marks = domain::marks_of(hashes);
    if (marks == seal.marks)
        co_return;
    if (marks.size() != seal.marks.size())
        findings.push_back({"seal_marks", subject, fmt::format("{} bytes", marks.size()),
                            fmt::format("{} bytes", seal.marks.size())});
    else
        name_records(findings, found.records, marks, seal.marks);
}

Step<AuditPage> audit_chain(Session& s, TenantId tenant, std::int64_t after, std::size_t limit) {
    AuditPage page;
    domain::Seal before;
    if (const auto found = co_await store::find_seal(s, tenant, after))
        before = *found;
    const std::size_t most = std::max<std::size_t>(1, limit / 10);
    const auto seals = co_await store::seals_after(s, tenant, after, most);
    for (const domain::Seal& seal : seals) {
        co_await check_seal(s, tenant, before, seal, page);
        before = seal;
    }
    page.checked = seals.size();
    page.next = {AuditPhase::chain, before.number};
    if (seals.size() < most) {
        page.next = {AuditPhase::matches, 0};
        page.unsealed = co_await store::count_unsealed(s, tenant, before.to_position);
    }
    co_return page;
}

// In another currency there are no parts: then it is all of the payment.
std::int64_t arrived_of(const domain::Payment& payment, const std::vector<domain::Match>& live) {
    std::int64_t sum = 0;
    for (const domain::Match& match : live) {
        if (match.amount.currency != payment.amount.currency)
            return payment.amount.minor;
        sum += match.amount.minor;
    }
    return sum;
}

Step<> check_payment(Session& s, TenantId tenant, PaymentId id,
                     std::vector<AuditFinding>& findings) {
    const auto payment = co_await store::find_payment(s, tenant, id);
    const auto live = co_await store::matches_of_payment(s, tenant, id);
    compare(findings, "payment_settled_minor", to_string(id), text_of(arrived_of(*payment, live)),
            text_of(payment->settled_minor));
    const bool has_arrived = payment->status == domain::PaymentStatus::settled ||
                             payment->status == domain::PaymentStatus::partially_settled;
    if (has_arrived && live.empty())
        findings.push_back({"payment_match_missing", to_string(id), "a live match", "none"});
    const bool shared = std::ranges::all_of(live, [](const domain::Match& match) {
        return match.pairing == domain::Pairing::split || match.pairing == domain::Pairing::merge;
    });
    if (live.size() > 1 && !shared)
        findings.push_back({"payment_shared", to_string(id), "one live match",
                            fmt::format("{} live matches", live.size())});
}

Step<> check_settlement(Session& s, TenantId tenant, SettlementId id,
                        std::vector<AuditFinding>& findings) {
    const auto live = co_await store::matches_of_settlement(s, tenant, id);
    if (live.empty())
        findings.push_back({"settlement_match_missing", to_string(id), "a live match", "none"});
}

Step<AuditPage> audit_ids(Session& s, const TenantKeys& keys, TenantId tenant, AuditCursor cursor,
                          std::size_t limit) {
    constexpr std::array walked{store::Walked::matches, store::Walked::matches,
                                store::Walked::settled_payments,
                                store::Walked::matched_settlements};
    AuditPage page;
    const auto what = walked.at(static_cast<std::size_t>(cursor.phase));
    const auto ids = co_await store::walk(s, tenant, what, cursor.after, limit);
    std::vector<match::RuleSet> rules;
    if (cursor.phase == AuditPhase::matches)
        rules = co_await known_rules(s, tenant);
    for (const store::WalkedId& each : ids) {
        if (cursor.phase == AuditPhase::payments)
            co_await check_payment(s, tenant, PaymentId{each.id}, page.findings);
        else if (cursor.phase == AuditPhase::settlements)
            co_await check_settlement(s, tenant, SettlementId{each.id}, page.findings);
        else
            co_await check_match(s, keys, tenant, MatchId{each.id}, rules, page);
    }
    page.checked = ids.size();
    page.next = cursor;
    if (!ids.empty())
        page.next.after = ids.back().id;
    if (ids.size() < limit)
        page.next = {static_cast<AuditPhase>(static_cast<int>(cursor.phase) + 1), 0};
    co_return page;
}

} // namespace

std::string_view token(AuditPhase phase) {
    static constexpr std::array<std::string_view, 5> tokens{"chain", "matches", "payments",
                                                            "settlements", "done"};
    return tokens[static_cast<std::size_t>(phase)];
}

Step<AuditPage> audit(Session& s, const TenantKeys& keys, TenantId tenant, AuditCursor cursor,
                      std::size_t limit) {
    SETTLED_ASSERT(cursor.phase != AuditPhase::done, "an audit that is done does not go on");
    if (cursor.phase == AuditPhase::chain)
        co_return co_await audit_chain(s, tenant, cursor.after, limit);
    co_return co_await audit_ids(s, keys, tenant, cursor, limit);
}

Step<std::int64_t> audit_size(Session& s, TenantId tenant) {
    const auto last = co_await store::last_seal(s, tenant);
    std::int64_t size = last ? last->number : 0;
    for (const auto what : {store::Walked::matches, store::Walked::settled_payments,
                            store::Walked::matched_settlements})
        size += co_await store::count(s, tenant, what);
    co_return size;
}

} // namespace settled::units
