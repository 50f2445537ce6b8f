// The same commands, made at random, on SQLite and on PostgreSQL: every answer and, at the end,
// every row of every table is the same. SETTLED_SEED repeats a run.
#include "store/queries/inbox.h"
#include "units/testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace settled::units {
namespace {

using store::Rows;
using store::Session;
using store::Statement;
using store::Step;
using testing::World;

// Every table of facts, in an order that both engines share.
#define TABLE(name, key)                                                                           \
    Statement {                                                                                    \
        "SELECT * FROM " name " ORDER BY " key                                                     \
    }
const Statement tables[] = {TABLE("account", "id"),
                            TABLE("webhook", "id"),
                            TABLE("webhook_key", "dedupe"),
                            TABLE("payment", "id"),
                            TABLE("settlement", "id"),
                            TABLE("match_key", "tenant_id, block, side, tag, owner_id"),
                            TABLE("settlement_match", "id"),
                            TABLE("match_end", "id"),
                            TABLE("reversal", "id"),
                            TABLE("review", "id"),
                            TABLE("event", "id"),
                            TABLE("endpoint", "id"),
                            TABLE("task", "id"),
                            TABLE("attempt", "task_id, number"),
                            TABLE("book", "name")};
#undef TABLE
// SQLite says which columns are numbers.
const Statement column_types{"SELECT type FROM pragma_table_info($1) ORDER BY cid"};

std::string table_of(const Statement& statement) {
    const std::string_view after =
        statement.text().substr(std::string_view("SELECT * FROM ").size());
    return std::string(after.substr(0, after.find(' ')));
}

Step<std::vector<bool>> numbers_among(Session& s, std::string table) {
    const Rows rows = co_await s.run(column_types, table);
    std::vector<bool> is_number;
    for (std::size_t i = 0; i < rows.size(); ++i)
        is_number.push_back(rows[i].text(0) == "INTEGER");
    co_return is_number;
}

Step<std::vector<std::string>> dump(Session& s, const Statement& table,
                                    std::vector<bool> is_number) {
    const Rows rows = co_await s.run(table);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::string line = table_of(table);
        for (std::size_t column = 0; column < is_number.size(); ++column) {
            const store::Row row = rows[i];
            line += row.is_null(column) ? " null"
                    : is_number[column] ? fmt::format(" {}", row.integer(column))
                                        : fmt::format(" '{}'", to_hex(row.blob(column)));
        }
        lines.push_back(std::move(line));
    }
    co_return lines;
}

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <std::size_t N>
    std::string any_of(const std::array<const char*, N>& words) {
        return words[below(N)];
    }

  private:
    std::mt19937_64 engine_;
};

constexpr std::array references{"",
                                "INV 2041",
                                "INV 2041 OF THE ACME SHOP",
                                "ORDER-77 OF THE SHOP IN LONDON EC1V",
                                "ORDER-77 OF THE SHO",
                                "Zahlung für Grüße €5"};
constexpr std::array end_to_end_ids{"", "E2E00001", "E2E00002", "NOTPROVIDED"};

domain::NewPayment any_payment(const World& world, Dice& dice) {
    auto payment = world.payment(fmt::format("p{}", dice.below(30)),
                                 1000 + static_cast<std::int64_t>(dice.below(3)));
    payment.reference = dice.any_of(references);
    payment.end_to_end_id = dice.any_of(end_to_end_ids);
    if (dice.one_in(12))
        // an account of no tenant, until it is opened
        payment.payee = testing::party("GB33BUKB20201555555555");
    if (dice.one_in(10)) {
        payment.payee = {};
        payment.payee_account_id = "bank-" + account_key(testing::iban_of_shop);
    }
    return payment;
}

domain::InboundWebhook any_webhook(const World& world, Dice& dice) {
    const std::string id = fmt::format("t{}", dice.below(60));
    const std::string content = dice.one_in(10) ? "another" : "";
    const std::size_t kind = dice.below(20);
    domain::BankFact fact = domain::ArchivedFact{};
    if (kind == 0)
        fact = domain::UnreadableFact{"no amount"};
    if (kind == 1)
        fact = domain::AccountOpenedFact{"bank-new", "ours", "Owner",
                                         testing::party("GB33BUKB20201555555555")};
    if (kind > 2) {
        auto settled = world.fact(1000 + static_cast<std::int64_t>(dice.below(3)));
        settled.transaction_id = id;
        settled.reference = dice.any_of(references);
        settled.end_to_end_id = dice.any_of(end_to_end_ids);
        fact = std::move(settled);
    }
    auto webhook = World::webhook(id, std::move(fact), content);
    if (dice.one_in(15))
        webhook.suffix = "-REV";
    return webhook;
}

// An attempt at any delivery, under the claim that it is held by or an older one.
std::string attempt(World& world, Dice& dice) {
    const auto deliveries = world.deliveries();
    if (deliveries.empty())
        return "nothing to deliver";
    const store::TaskRow& task = deliveries[dice.below(deliveries.size())];
    auto made = std::make_shared<Attempt>();
    made->tenant = World::tenant;
    made->task = task.id;
    made->endpoint = EndpointId{task.lane_id};
    made->claim = {task.lease_owner, task.fence - (dice.one_in(5) ? 1 : 0)};
    made->number = task.attempts + 1;
    const std::array results{200, 500, 410};
    made->result.http_status = results[dice.below(dice.one_in(6) ? 3 : 2)];
    made->disposition =
        *made->result.http_status == 200 ? domain::Disposition{domain::AfterAttempt::delivered, {}}
        : *made->result.http_status == 410
            ? domain::Disposition{domain::AfterAttempt::disable_endpoint, {}}
            : domain::Disposition{domain::AfterAttempt::retry, std::chrono::seconds(5)};
    made->started_at = made->now = world.now();
    made->answer = "sorry";
    const auto recorded =
        world.write<Recorded>([&](Session& s) { return record_attempt(s, world.context(), made); });
    return fmt::format("kept {} due {}", static_cast<int>(recorded.kept),
                       recorded.due ? recorded.due->us : 0);
}

// One command; what came of it.
std::string play(World& world, Dice& dice) {
    switch (dice.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3: {
        const auto done = world.register_payment(any_payment(world, dice));
        return fmt::format("payment {} {} {} {}", static_cast<int>(done.kind),
                           done.payment.id.value, done.payment.client_id,
                           token(done.payment.status));
    }
    case 4:
    case 5:
    case 6:
    case 7: {
        const auto done = world.accept(any_webhook(world, dice), "{\"a\":\"\xC3\xA4\"}");
        return fmt::format("webhook {} {}", token(done.kind), done.id.value);
    }
    case 8:
        if (dice.one_in(4))
            return fmt::format("endpoint {}", world.add_endpoint("*").value);
        return attempt(world, dice);
    case 9:
        world.clock().advance(std::chrono::seconds(dice.below(15)));
        return fmt::format("told {}", world.run_due());
    case 10:
        return attempt(world, dice);
    default: {
        const auto until = world.now() - std::chrono::seconds(dice.below(60));
        const auto released = world.write<store::Bitten>([&](Session& s) {
            return store::release_webhooks(s, World::tenant, World::connector, until,
                                           {3, 1'000'000});
        });
        return fmt::format("released {} {}", released.rows, released.more);
    }
    }
}

TEST(PostgresConformance, the_same_commands_have_the_same_answers_and_leave_the_same_rows) {
    const char* const given = std::getenv("SETTLED_SEED");
    const std::uint64_t first = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
    for (std::uint64_t seed = first; seed < first + 4; ++seed) {
        World reference(store::testing::open_reference_store);
        World world;
        Dice reference_dice(seed);
        Dice dice(seed);
        for (int step = 0; step < 150; ++step)
            ASSERT_EQ(play(world, dice), play(reference, reference_dice))
                << "seed " << seed << ", step " << step;
        std::size_t rows = 0;
        for (const Statement& table : tables) {
            const auto is_number = reference.read<std::vector<bool>>(
                [&](Session& s) { return numbers_among(s, table_of(table)); });
            const auto expected = reference.read<std::vector<std::string>>(
                [&](Session& s) { return dump(s, table, is_number); });
            const auto found = world.read<std::vector<std::string>>(
                [&](Session& s) { return dump(s, table, is_number); });
            ASSERT_EQ(found, expected) << "seed " << seed;
            rows += found.size();
        }
        EXPECT_GT(rows, 200U) << "the script did nothing";
    }
}

} // namespace
} // namespace settled::units
