// What the audit must see: records that somebody changed behind the server's back.
#include "units/audit.h"

#include "units/decide.h"
#include "units/seal.h"
#include "units/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settled::units {
namespace {

using namespace std::chrono_literals;
using testing::World;

flow::NewPayment payment(const World& world, std::string_view id, std::int64_t minor,
                         std::string_view reference) {
    auto payment = world.payment(id, minor);
    payment.reference = reference;
    payment.end_to_end_id = "E2E-" + std::string(id);
    return payment;
}

void seal_all(World& world) {
    world.clock().advance(2min);
    bool more = true;
    while (more)
        more = world.write<bool>(
            [&](store::Session& s) { return seal_next(s, World::tenant, world.now()); });
}

void undo(World& world, std::string_view transaction_id) {
    const auto id = world.match_of(transaction_id)->id;
    const Decision decision{World::tenant, std::nullopt, "key_1", "wrong customer", world.now()};
    const auto undone = world.write<Result<Upshot>>(
        [&](store::Session& s) { return units::undo(s, world.context(), decision, id); });
    EXPECT_TRUE(undone.has_value());
}

// order-1 by its reference, order-2 by its id, order-3 in two parts, order-4 and order-5 at once,
// order-6 by a match that a person undid. Two seals.
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
    seal_all(world);
    undo(world, "t6");
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

std::vector<std::string> what_of(const std::vector<AuditFinding>& findings) {
    std::vector<std::string> all;
    for (const AuditFinding& finding : findings)
        all.push_back(finding.what);
    return all;
}

TEST(Audit, finds_nothing_in_what_the_units_wrote) {
    World world;
    tell_story(world);
    EXPECT_EQ(world.match_of("t3")->pairing, flow::Pairing::split);
    EXPECT_FALSE(world.match_of("t6").has_value());
    const auto seals = store::testing::number_seen_by_another(world.directory(),
                                                              "SELECT count(*) FROM evidence_seal");
    EXPECT_EQ(seals, 2);
    for (const AuditFinding& finding : audit_all(world))
        ADD_FAILURE() << finding.what << " " << finding.subject << ": expected " << finding.expected
                      << ", found " << finding.found;
}

TEST(Audit, seals_nothing_that_may_still_be_written) {
    World world;
    world.register_payment(payment(world, "order-1", 1'000, "INVOICE-1041"));
    world.settle("t1", 1'000, "INVOICE-1041");
    world.pass_watermark();
    const auto seals = [&] {
        world.write<bool>(
            [&](store::Session& s) { return seal_next(s, World::tenant, world.now(), 60s); });
        return store::testing::number_seen_by_another(world.directory(),
                                                      "SELECT count(*) FROM evidence_seal");
    };
    EXPECT_EQ(seals(), 0);
    world.clock().advance(59s);
    EXPECT_EQ(seals(), 0);
    world.clock().advance(2s);
    EXPECT_EQ(seals(), 1);
    world.clock().advance(24h);
    EXPECT_EQ(seals(), 1) << "there was nothing to seal";
}

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
         {"seal_entries", "seal_digest", "settlement_match_missing", "payment_match_missing"}},
        {"match_inserted",
         "INSERT INTO settlement_match SELECT tenant_id, id + 1, settlement_id, payment_id, rank, "
         "rule_version, evidence, matched_at, rules, 'merge', amount_minor, actor, NULL, id + 1, "
         "id + 1 FROM settlement_match WHERE rank = 2",
         {"seal_entries", "seal_digest", "payment_slot", "settlement_sum",
          "payment_settled_minor"}},
        {"end_inserted",
         "INSERT INTO match_end SELECT tenant_id, id + 1, id, 'x', 'y', 5 FROM settlement_match "
         "WHERE rank = 2",
         {"seal_entries", "match_end"}},
        {"end_deleted", "DELETE FROM match_end", {"seal_entries", "match_end"}},
        {"reason_of_an_end", "UPDATE match_end SET reason = 'right customer'", {"seal_digest"}},
        {"match_ended_without_a_record",
         "UPDATE settlement_match SET ended_at = 5 WHERE rank = 2",
         {"match_end", "settlement_slot"}},
        {"amount",
         "UPDATE settlement_match SET amount_minor = amount_minor + 1 WHERE rank = 2",
         {"seal_digest", "settlement_sum", "payment_settled_minor"}},
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
         "UPDATE evidence_seal SET to_id = to_id + 1 WHERE number = 1",
         {"seal_digest", "seal_range"}},
        {"seal_entries",
         "UPDATE evidence_seal SET entries = entries - 1 WHERE number = 1",
         {"seal_entries"}},
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

INSTANTIATE_TEST_SUITE_P(Audit, Tampered, ::testing::ValuesIn(tamperings()),
                         [](const auto& each) { return std::string(each.param.name); });

} // namespace
} // namespace settled::units
