// Which calls go: those of what is final.
#include "units/purge/purge_testing.h"

#include <fmt/format.h>

namespace settled::units {
namespace {

using testing::Days;
using testing::PurgedKind;
using testing::PurgeWorld;

constexpr std::string_view call_columns =
    "tenant_id, id, connector_id, purpose, subject_id, account_key, method, target, body, "
    "request_id, status, tries, unread, due_at, reply_class, reason, created_at, updated_at, "
    "lease_owner, fence";

class CallsWorld : public PurgeWorld {
  public:
    CallsWorld() { clock().advance(Days(401)); }

    void add_call(int id, std::string_view purpose, int subject, std::string_view status = "done",
                  std::int64_t updated_at = 0) {
        change(fmt::format("INSERT INTO call ({}) VALUES (1, {}, 1, '{}', {}, '', 'POST', '/', "
                           "'{{}}', 'request {}', '{}', 1, 0, 0, '', '', 0, {}, 0, 0)",
                           call_columns, id, purpose, subject, id, status, updated_at));
        change(fmt::format("INSERT INTO call_try (tenant_id, call_id, number, started_at, outcome, "
                           "reply, fence) VALUES (1, {}, 1, 0, 'taken', '', 1)",
                           id));
    }
    void add_order(int id, std::string_view status, int call, std::int64_t updated_at = 0) {
        change(fmt::format(
            "INSERT INTO payment_order (tenant_id, id, client_id, fingerprint, connector_id, "
            "status, scheme, amount_minor, currency, debtor, debtor_key, creditor, creditor_key, "
            "reference, end_to_end_id, loan_account_id, purpose, reason_code, reason, advice, "
            "call_id, transaction_id, actual_id, made_by, version, created_at, updated_at) VALUES "
            "(1, {0}, 'o{0}', CAST('' AS {1}), 1, '{2}', 'fps', 100, 'GBP', '{{}}', '', '{{}}', "
            "'', '', 'e{0}', '', '', '', '', '', {3}, '', '', '', 1, 0, {4})",
            id, store::testing::on_postgres() ? "bytea" : "blob", status, call, updated_at));
    }
    void add_return(int id, std::string_view status) {
        change(fmt::format("INSERT INTO money_return (tenant_id, id, client_id, settlement_id, "
                           "connector_id, scheme, transaction_id, end_to_end_id, reason, status, "
                           "reason_code, detail, version, created_at, updated_at) VALUES (1, {0}, "
                           "'', {0}, 1, 'fps', 't', '', 'other', '{1}', '', '', 0, 0, 0)",
                           id, status));
    }
    void add_link(int id, std::string_view status) {
        change(fmt::format(
            "INSERT INTO account_link (tenant_id, id, client_id, connector_id, core_banking, "
            "loan_account_id, owner_name, asked_iban, external_id, status, iban, "
            "virtual_account_id, errors, generation, version, created_at, updated_at) VALUES (1, "
            "{0}, '', 1, '', 'l{0}', '', '', 'x{0}', '{1}', '', '', '[]', 1, 1, 0, 0)",
            id, status));
    }
    // The ids of the calls that are left.
    std::int64_t left() { return number("SELECT COALESCE(sum(id), 0) FROM call"); }
};

TEST(PurgeCalls, removes_those_of_final_orders_returns_links_and_postings) {
    CallsWorld world;
    world.add_return(11, "settled");
    world.add_return(12, "in_doubt");
    world.add_link(13, "disabled");
    world.add_link(14, "active");
    world.add_call(1, "return_payment", 11);
    world.add_call(2, "return_payment", 12);
    world.add_call(4, "disable_account", 13);
    world.add_call(8, "open_account", 14);
    world.add_call(16, "list_transactions", 99); // of a catch-up, which is none of them
    const auto counts = world.purge("calls");
    EXPECT_EQ(counts.calls, 2);
    EXPECT_EQ(counts.kept, 3);
    EXPECT_EQ(world.left(), 2 + 8 + 16);
    EXPECT_EQ(world.rows("call_try"), 3);
    EXPECT_TRUE(world.purged(PurgedKind::call, 1).has_value());
    EXPECT_FALSE(world.purged(PurgedKind::call, 2).has_value());
}

TEST(PurgeCalls, removes_a_call_of_several_orders_when_all_of_them_are_final) {
    CallsWorld world;
    world.add_call(1, "pay", 0);
    world.add_order(21, "settled", 1);
    world.add_order(22, "rejected", 1);
    world.add_call(2, "pay", 0);
    world.add_order(23, "settled", 2);
    world.add_order(24, "in_doubt", 2);
    world.add_call(4, "pay", 0);
    world.add_order(25, "settled", 4, world.now().us);
    world.add_call(8, "pay", 0); // carries none that is known
    EXPECT_EQ(world.purge("calls").calls, 1);
    EXPECT_EQ(world.left(), 2 + 4 + 8);
}

TEST(PurgeCalls, keeps_all_calls_of_a_subject_while_one_is_young) {
    CallsWorld world;
    world.add_return(11, "settled");
    world.add_call(1, "return_payment", 11, "refused");
    world.add_call(2, "return_payment", 11, "done", world.now().us);
    EXPECT_EQ(world.purge("calls").calls, 0);
    EXPECT_EQ(world.left(), 3);
    world.pass(Days(401));
    EXPECT_EQ(world.purge("calls").calls, 2);
    EXPECT_EQ(world.rows("purged"), 2);
}

} // namespace
} // namespace settled::units
