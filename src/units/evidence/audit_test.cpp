// What the audit must detect: records that were changed without the server.
#include "units/evidence/audit.h"

#include "store/copy/copy_tables.h"
#include "store/queries/changes.h"
#include "store/queries/seals.h"
#include "units/evidence/seal.h"
#include "units/matching/decide.h"
#include "units/testing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using testing::World;

domain::NewPayment payment(const World& world, std::string_view id, std::int64_t minor,
                           std::string_view reference) {
    auto payment = world.payment(id, minor);
    payment.reference = reference;
    payment.end_to_end_id = "E2E-" + std::string(id);
    return payment;
}

// True: there may be more.
bool seal_once(World& world) {
    const auto next = world.read<std::optional<NextSeal>>(
        [&](store::Session& s) { return next_seal(s, World::tenant, world.now()); });
    if (next)
        world.write<void>(
            [&](store::Session& s) { return store::insert_seal(s, World::tenant, next->seal); });
    return next && next->more;
}

void seal_all(World& world) {
    world.order_feeds();
    bool more = true;
    while (more)
        more = seal_once(world);
}

void undo(World& world, std::string_view transaction_id) {
    const auto id = world.match_of(transaction_id)->id;
    const Decision decision{World::tenant, std::nullopt, "key_1", "wrong customer", world.now()};
    const auto undone = world.write<Result<DecisionResult>>(
        [&](store::Session& s) { return units::undo(s, world.context(), decision, id); });
    EXPECT_TRUE(undone.has_value());
}

// What people did: each written as the calls write it.
void note_change(World& world, std::string_view action, std::string_view reason) {
    const store::ChangeRow row{world.new_id<ChangeId>(), "ann",       std::string(action), "rev_1",
                               std::string(reason),      "request-1", world.now()};
    world.write<void>(
        [&](store::Session& s) { return store::insert_change(s, World::tenant, row); });
}

// order-1 by its reference, order-2 by its id, order-3 in two parts, order-4 and order-5 at once,
// order-6 by a match that a person undid. Two seals; a change in each.
void tell_story(World& world) {
    for (int i = 1; i <= 6; ++i)
        world.register_payment(payment(world, "order-" + std::to_string(i), 1'000 * i,
                                       "INVOICE-" + std::to_string(i) + "041"));
    world.clock().advance(1s);
    world.settle("t1", 1'000, "invoice 1041");
    world.settle("t2", 2'000, "", "E2E-order-2");
    world.settle("t3", 1'000, "INVOICE-3041", "E2E-order-3");
    world.settle("t4", 2'000, "INVOICE-3041", "E2E-order-3");
    world.settle("t6", 6'000, "INVOICE-6041");
    world.clock().advance(1min);
    world.run_due();
    note_change(world, "session.open", "");
    seal_all(world);
    undo(world, "t6");
    note_change(world, "match.undo", "wrong customer");
    seal_all(world);
}

std::vector<AuditFinding> audit_all(World& world, std::size_t limit = 3) {
    std::vector<AuditFinding> findings;
    AuditCursor cursor;
    const TenantKeys& keys = world.context().keys;
    while (cursor.phase != AuditPhase::done) {
        const auto page = world.read<AuditPage>(
            [&](store::Session& s) { return audit(s, keys, World::tenant, cursor, limit); });
        std::ranges::copy(page.findings, std::back_inserter(findings));
        EXPECT_EQ(page.unproved, 0U);
        cursor = page.next;
    }
    return findings;
}

// The seals alone.
std::vector<AuditFinding> audit_chain(World& world) {
    const TenantKeys& keys = world.context().keys;
    return world
        .read<AuditPage>([&](store::Session& s) {
            return audit(s, keys, World::tenant, {AuditPhase::chain, 0}, 1'000);
        })
        .findings;
}

std::int64_t unsealed(World& world) {
    const TenantKeys& keys = world.context().keys;
    return world
        .read<AuditPage>([&](store::Session& s) {
            return audit(s, keys, World::tenant, {AuditPhase::chain, 0}, 1'000);
        })
        .unsealed;
}

std::vector<std::string> what_of(const std::vector<AuditFinding>& findings) {
    std::vector<std::string> all;
    for (const AuditFinding& finding : findings)
        all.push_back(finding.what);
    return all;
}

TEST(Audit, finds_nothing_in_what_the_units_wrote) {
    World world;
    tell_story(world);
    EXPECT_EQ(world.match_of("t3")->pairing, domain::Pairing::split);
    EXPECT_FALSE(world.match_of("t6").has_value());
    const auto seals = store::testing::number_seen_by_another(world.directory(),
                                                              "SELECT count(*) FROM evidence_seal");
    EXPECT_EQ(seals, 2);
    for (const AuditFinding& finding : audit_all(world))
        ADD_FAILURE() << finding.what << " " << finding.subject << ": expected " << finding.expected
                      << ", found " << finding.found;
}

std::int64_t number_of_seals(const World& world) {
    return store::testing::number_seen_by_another(world.directory(),
                                                  "SELECT count(*) FROM evidence_seal");
}

TEST(Audit, seals_what_has_its_place_among_the_commits_and_says_what_is_not_sealed) {
    World world;
    world.register_payment(payment(world, "order-1", 1'000, "INVOICE-1041"));
    world.settle("t1", 1'000, "INVOICE-1041", "E2E-order-1");
    const auto seals = [&] {
        (void)seal_once(world);
        return number_of_seals(world);
    };
    EXPECT_EQ(seals(), 0) << "it may still be committed below another one";
    EXPECT_EQ(unsealed(world), 2) << "a match and its event";
    world.order_feeds();
    EXPECT_EQ(unsealed(world), 2);
    EXPECT_EQ(seals(), 1);
    EXPECT_EQ(unsealed(world), 0);
    EXPECT_EQ(seals(), 1) << "there was nothing to seal";
}

// A process that starts again with its clock set right mints ids that are lower than those before.
TEST(Audit, is_not_confused_by_a_clock_that_was_ahead_when_a_seal_was_made) {
    World world;
    const auto settle_one = [&](const Context& context, std::string_view name, std::int64_t minor) {
        const auto registration = std::make_shared<const Registration>(
            World::tenant, payment(world, name, minor, "R" + std::string(name)), world.now());
        world.write<Registered>(
            [&](store::Session& s) { return register_payment(s, context, registration); });
        domain::SettlementFact fact = world.fact(minor);
        fact.transaction_id = name;
        fact.end_to_end_id = "E2E-" + std::string(name);
        const auto arrival = std::make_shared<const Arrival>(
            World::tenant, World::connector, World::webhook(name, fact), "{}", world.now());
        world.write<Accepted>(
            [&](store::Session& s) { return accept_webhook(s, context, arrival); });
    };
    world.clock().advance(240h);
    settle_one(world.context(), "ahead", 1'000);
    seal_all(world);
    world.clock().advance(-240h);
    IdMint ids(world.clock(), 2);
    const Context after_start{ids, world.context().keys};
    settle_one(after_start, "right-again", 2'000);
    ASSERT_LT(world.match_of("right-again")->id, world.match_of("ahead")->id);
    EXPECT_TRUE(audit_all(world).empty());
    seal_all(world);
    EXPECT_EQ(number_of_seals(world), 2);
    EXPECT_EQ(unsealed(world), 0) << "it is sealed, too";
    EXPECT_TRUE(audit_all(world).empty());
    store::testing::run_by_another(
        world.directory(),
        "UPDATE settlement_match SET actor = 'key_9' WHERE settlement_id = (SELECT id FROM "
        "settlement WHERE transaction_id = 'right-again')");
    EXPECT_THAT(what_of(audit_all(world)), ::testing::Contains("sealed_match"));
}

// Every column that a seal covers, except those in `may_change`, which change with what arrives.
struct Sealed {
    std::string_view table;
    std::string_view row; // which one
    std::string_view what;
    std::set<std::string, std::less<>> may_change;
    std::map<std::string, std::string, std::less<>> other_value; // where +1000 or a letter is none
};

const std::vector<Sealed>& sealed_tables() {
    static const std::vector<Sealed> all{
        {"payment",
         "client_id = 'order-2'",
         "sealed_payment",
         {"status", "settled_minor", "version"},
         {{"currency", "'EUR'"}, {"bounds_currency", "'EUR'"}}},
        {"settlement",
         "transaction_id = 't2'",
         "sealed_settlement",
         {"status", "version", "refused", "undone", "suggested", "look_again", "nearest", "booked"},
         {{"currency", "'EUR'"}}},
        {"settlement_match",
         "rank = 2 AND pairing = 'one'",
         "sealed_match",
         {"ended_at", "settlement_slot", "payment_slot"},
         {{"pairing", "'set'"}, {"rank", "1"}}},
        {"match_end", "1 = 1", "sealed_match_end", {}, {}},
        {"event", "type = 'settlement.matched'", "sealed_event", {}, {}},
        {"change_entry", "action = 'match.undo'", "sealed_change", {}, {}},
    };
    return all;
}

// Another value of the column, in SQL.
std::string altered(const store::CopiedColumn& column, const Sealed& table) {
    const auto given = table.other_value.find(column.name);
    if (given != table.other_value.end())
        return given->second;
    if (column.kind == store::Value::Kind::integer)
        return column.name + " + 1000";
    if (column.kind == store::Value::Kind::text)
        return column.name + " || 'x'";
    return store::testing::on_postgres() ? "CAST('x' AS BYTEA)" : "CAST('x' AS BLOB)";
}

class Altered : public ::testing::TestWithParam<Sealed> {};

TEST_P(Altered, every_column_is_vouched_for_and_its_row_is_named) {
    const Sealed& table = GetParam();
    World world;
    tell_story(world);
    const auto& columns =
        std::ranges::find(store::copied_tables(), table.table, &store::CopiedTable::name)->columns;
    const std::string where =
        fmt::format(" WHERE tenant_id = 1 AND id = {}",
                    store::testing::number_seen_by_another(
                        world.directory(),
                        fmt::format("SELECT min(id) FROM {} WHERE {}", table.table, table.row)));
    for (const store::CopiedColumn& column : columns) {
        if (column.name == "tenant_id" || table.may_change.contains(column.name))
            continue;
        const auto set = [&](const std::string& value, const std::string& row) {
            store::testing::run_by_another(
                world.directory(),
                fmt::format("UPDATE {} SET {} = {}{}", table.table, column.name, value, row));
        };
        if (column.name == "id") {
            set("id + 1000", where);
            EXPECT_THAT(what_of(audit_chain(world)), ::testing::Contains(table.what));
            set("id - 1000", " WHERE id = 1000 + " + where.substr(where.rfind(' ')));
            continue;
        }
        store::testing::run_by_another(
            world.directory(),
            fmt::format("CREATE TABLE kept AS SELECT {0} AS v FROM {1}{2}; "
                        "UPDATE {1} SET {0} = {3}{2}",
                        column.name, table.table, where, altered(column, table)));
        EXPECT_THAT(what_of(audit_chain(world)), ::testing::Contains(table.what)) << column.name;
        store::testing::run_by_another(world.directory(),
                                       fmt::format("UPDATE {1} SET {0} = (SELECT v FROM kept){2}; "
                                                   "DROP TABLE kept",
                                                   column.name, table.table, where));
    }
    EXPECT_TRUE(audit_all(world).empty()) << "all is as it was again";
}

INSTANTIATE_TEST_SUITE_P(Audit, Altered, ::testing::ValuesIn(sealed_tables()),
                         [](const auto& each) { return std::string(each.param.table); });

struct Tampering {
    std::string_view name;
    std::string_view sql;
    std::vector<std::string> seen; // among what is found
};

const std::vector<Tampering>& tamperings() {
    static const std::vector<Tampering> all{
        {"evidence",
         "UPDATE settlement_match SET evidence = replace(evidence, '\"payments_seen\":1', "
         "'\"payments_seen\":7') WHERE rank = 6",
         {"seal_digest"}},
        {"proof",
         "UPDATE settlement_match SET evidence = replace(evidence, '\"payment\":\"', "
         "'\"payment\":\"0') WHERE rank = 2",
         {"seal_digest", "payment_proof"}},
        {"rank", "UPDATE settlement_match SET rank = 5 WHERE rank = 6", {"seal_digest", "rank"}},
        {"rank_beyond_the_ladder",
         "UPDATE settlement_match SET rank = 77 WHERE rank = 2",
         {"seal_digest", "rank"}},
        {"rule_set", "UPDATE settlement_match SET rules = 'mine' WHERE rank = 6", {"rank"}},
        {"actor", "UPDATE settlement_match SET actor = 'key_9' WHERE rank = 6", {"seal_digest"}},
        {"match_deleted",
         "DELETE FROM settlement_match WHERE rank = 2",
         {"sealed_match", "seal_digest", "settlement_match_missing", "payment_match_missing"}},
        {"match_inserted",
         "INSERT INTO settlement_match SELECT tenant_id, id + 1, settlement_id, payment_id, rank, "
         "rule_version, evidence, matched_at, rules, 'merge', amount_minor, actor, NULL, id + 1, "
         "id + 1 FROM settlement_match WHERE rank = 2",
         {"match_inserted", "payment_slot", "settlement_sum", "payment_settled_minor"}},
        {"match_inserted_with_its_entry",
         "INSERT INTO settlement_match SELECT tenant_id, id + 1, settlement_id, payment_id, rank, "
         "rule_version, evidence, matched_at, rules, 'merge', amount_minor, actor, NULL, id + 1, "
         "id + 1 FROM settlement_match WHERE rank = 2; INSERT INTO feed_entry SELECT tenant_id, 3, "
         "1, id FROM settlement_match WHERE pairing = 'merge' LIMIT 1",
         {"seal_entries", "seal_digest", "settlement_sum"}},
        {"end_inserted",
         "INSERT INTO match_end SELECT tenant_id, id + 1, id, 'x', 'y', 5 FROM settlement_match "
         "WHERE rank = 2",
         {"match_end"}},
        {"end_deleted", "DELETE FROM match_end", {"sealed_match_end", "match_end"}},
        {"reason_of_an_end", "UPDATE match_end SET reason = 'right customer'", {"seal_digest"}},
        {"match_ended_without_a_record",
         "UPDATE settlement_match SET ended_at = 5 WHERE rank = 2",
         {"match_end", "settlement_slot"}},
        {"amount",
         "UPDATE settlement_match SET amount_minor = amount_minor + 1 WHERE rank = 2",
         {"seal_digest", "settlement_sum", "payment_settled_minor"}},
        {"client_ids_swapped",
         "UPDATE payment SET client_id = CASE client_id WHEN 'order-1' THEN 'order-2x' ELSE "
         "'order-1x' END WHERE client_id IN ('order-1', 'order-2')",
         {"seal_digest", "sealed_payment"}},
        {"amount_of_a_payment",
         "UPDATE payment SET amount_minor = 1100 WHERE client_id = 'order-1'",
         {"sealed_payment"}},
        {"transaction_id",
         "UPDATE settlement SET transaction_id = 't9' WHERE transaction_id = 't1'",
         {"sealed_settlement"}},
        {"told_event",
         "UPDATE event SET body = replace(body, 'order-1', 'order-9') WHERE type = "
         "'settlement.matched'",
         {"seal_digest", "sealed_event"}},
        {"event_deleted", "DELETE FROM event WHERE type = 'settlement.matched'", {"sealed_event"}},
        {"change_altered",
         "UPDATE change_entry SET actor = 'bo' WHERE action = 'match.undo'",
         {"seal_digest", "sealed_change"}},
        {"change_deleted",
         "DELETE FROM change_entry WHERE action = 'session.open'",
         {"seal_digest", "sealed_change"}},
        {"change_deleted_with_its_entry",
         "DELETE FROM change_entry; DELETE FROM feed_entry WHERE feed = 8",
         {"seal_digest", "seal_entries"}},
        {"other_payment",
         "UPDATE settlement_match SET payment_id = (SELECT id FROM payment WHERE client_id = "
         "'order-4') WHERE rank = 6",
         {"seal_digest", "payment_proof", "rank", "payment_status", "payment_match_missing"}},
        {"reference_of_a_payment",
         "UPDATE payment SET reference = 'INVOICE-9041' WHERE client_id = 'order-1'",
         {"payment_canonical", "payment_proof", "rank"}},
        {"reference_and_its_canonical_form",
         "UPDATE payment SET reference = 'INVOICE-9041', c_reference = 'INVOICE9041' "
         "WHERE client_id = 'order-1'",
         {"payment_proof", "rank"}},
        {"canonical_form",
         "UPDATE settlement SET c_reference = 'INVOICE9041' WHERE transaction_id = 't1'",
         {"settlement_canonical"}},
        {"account_of_a_payment",
         "UPDATE payment SET payee_account = 'GB33BUKB20201555555555' WHERE client_id = 'order-1'",
         {"payment_canonical", "payment_proof", "rank"}},
        {"amount_of_a_settlement",
         "UPDATE settlement SET amount_minor = 900 WHERE transaction_id = 't1'",
         {"settlement_proof", "rank", "settlement_sum"}},
        {"time_of_a_settlement",
         "UPDATE settlement SET settled_at = settled_at + 1 WHERE transaction_id = 't1'",
         {"settlement_proof"}},
        {"what_has_arrived",
         "UPDATE payment SET settled_minor = settled_minor - 1 WHERE client_id = 'order-3'",
         {"payment_settled_minor"}},
        {"status_of_a_payment",
         "UPDATE payment SET status = 'settled' WHERE client_id = 'order-5'",
         {"payment_match_missing"}},
        {"status_of_a_settlement",
         "UPDATE settlement SET status = 'unmatched' WHERE transaction_id = 't1'",
         {"settlement_status"}},
        {"slot", "UPDATE settlement_match SET payment_slot = id WHERE rank = 2", {"payment_slot"}},
        {"seal_digest",
         "UPDATE evidence_seal SET digest = replace(digest, substr(digest, 1, 4), '0000') "
         "WHERE number = 1",
         {"seal_digest", "seal_previous"}},
        {"seal_range",
         "UPDATE evidence_seal SET to_position = to_position + 1 WHERE number = 1",
         {"seal_digest", "seal_range"}},
        {"seal_entries",
         "UPDATE evidence_seal SET entries = entries - 1 WHERE number = 1",
         {"seal_entries"}},
        {"seal_begin",
         "UPDATE evidence_seal SET from_position = 1 WHERE number = 1",
         {"seal_range", "seal_digest"}},
        {"seal_time",
         "UPDATE evidence_seal SET sealed_at = sealed_at + 1 WHERE number = 1",
         {"seal_digest"}},
        {"seal_number", "UPDATE evidence_seal SET number = 9 WHERE number = 1", {"seal_number"}},
        {"seal_marks",
         "UPDATE evidence_seal SET marks = (SELECT marks FROM evidence_seal WHERE number = 2) "
         "WHERE number = 1",
         {"seal_marks"}},
        {"seal_deleted",
         "DELETE FROM evidence_seal WHERE number = 1",
         {"seal_number", "seal_previous", "seal_range"}},
        {"payment_deleted", "DELETE FROM payment WHERE client_id = 'order-1'", {"payment"}},
        {"settlement_deleted",
         "DELETE FROM settlement WHERE transaction_id = 't1'",
         {"settlement"}},
    };
    return all;
}

class Tampered : public ::testing::TestWithParam<Tampering> {};

TEST_P(Tampered, is_seen) {
    World world;
    tell_story(world);
    store::testing::run_by_another(world.directory(), std::string(GetParam().sql));
    const auto found = what_of(audit_all(world));
    EXPECT_THAT(found, ::testing::IsSupersetOf(GetParam().seen));
}

TEST(Audit, seals_a_change_and_names_it_when_it_is_altered) {
    World world;
    note_change(world, "api_key.create", "for the till");
    EXPECT_EQ(unsealed(world), 1);
    seal_all(world);
    EXPECT_EQ(unsealed(world), 0);
    EXPECT_TRUE(audit_all(world).empty());
    const auto id =
        store::testing::number_seen_by_another(world.directory(), "SELECT id FROM change_entry");
    store::testing::run_by_another(world.directory(),
                                   "UPDATE change_entry SET reason = 'for another till'");
    const auto found = audit_all(world);
    ASSERT_EQ(what_of(found), (std::vector<std::string>{"seal_digest", "sealed_change"}));
    EXPECT_EQ(found.back().subject, to_string(ChangeId{id}));
    store::testing::run_by_another(world.directory(), "DELETE FROM change_entry");
    EXPECT_EQ(audit_all(world).back().found, "not there");
}

INSTANTIATE_TEST_SUITE_P(Audit, Tampered, ::testing::ValuesIn(tamperings()),
                         [](const auto& each) { return std::string(each.param.name); });

} // namespace
} // namespace settled::units
