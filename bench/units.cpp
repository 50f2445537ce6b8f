// What one fact costs the only writer of SQLite, in the worst neighbourhoods that there can be.
//
//   bench_units [--out FILE] [--facts N]
//
// Each figure is of one unit of work without its commit. Facts come ten a second. Of what they leave
// to the outbox, each task is a unit of its own: the bench reports the slowest of them, and what a
// fact comes to with its part of all tasks.
#include "base/iban.h"
#include "bench/support/figures.h"
#include "bench/support/small_world.h"
#include "crypto/hash.h"
#include "store/queries/money/settlements.h"
#include "store/queries/tasks.h"
#include "units/matching/decide.h"
#include "units/matching/run_timer.h"
#include "units/payments/register_payment.h"
#include "units/webhooks/accept_webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace settled;
using namespace settled::bench;
using store::Session;

constexpr std::string_view payer = "GB29NWBK60161331926819";
constexpr auto between_facts = std::chrono::milliseconds(100);
constexpr auto a_while = std::chrono::minutes(1); // after it, all timers have been carried out

// What makes neighbours of payments and settlements.
struct Kind {
    std::string_view name;
    bool same_amount = false;   // 9.99 for all, or every one its own
    bool same_payer = false;    // the payer's account, or an unknown one
    bool has_reference = false; // each its own, all beginning alike
};
constexpr std::array kinds{
    Kind{"one payer, one amount, no reference", true, true, false},
    Kind{"one payer, one amount, references", true, true, true},
    Kind{"one payer, any amount, no reference", false, true, false},
    Kind{"one payer, any amount, references", false, true, true},
    Kind{"one amount, no reference", true, false, false},
    Kind{"one amount, references that begin alike", true, false, true},
    Kind{"any amount, references that begin alike", false, false, true},
};

Money gbp(std::int64_t minor) {
    return {minor, Currency::parse("GBP").value()};
}

class Town {
  public:
    explicit Town(const Kind& kind) : kind_(kind) {}

    void register_one() {
        domain::NewPayment payment;
        payment.client_id = fmt::format("p{}", ++payments_);
        payment.amount = amount_of(payments_, 10'000);
        payment.payee.iban = SmallWorld::iban;
        payment.created_at = world_.now();
        if (kind_.same_payer)
            payment.payer.iban = payer;
        if (kind_.has_reference)
            payment.reference = fmt::format("ACME SHOP ORDER {:05}", payments_);
        const auto given = std::make_shared<const units::Registration>(
            SmallWorld::tenant, std::move(payment), world_.now());
        (void)world_.write<units::Registered>(
            [&](Session& s) { return units::register_payment(s, world_.context(), given); });
    }
    void settle_one() {
        domain::SettlementFact fact;
        fact.transaction_id = fmt::format("t{}", ++settlements_);
        fact.scheme = "FasterPayments";
        fact.amount = amount_of(settlements_, 20'000);
        fact.account.iban = SmallWorld::iban;
        fact.settled_at = world_.now();
        if (kind_.same_payer)
            fact.counterparty.iban = payer;
        if (kind_.has_reference)
            fact.reference = fmt::format("ACME SHOP ORDER {:05}", 50'000 + settlements_);
        domain::InboundWebhook webhook;
        webhook.type = "TransactionSettled";
        webhook.unique_id = webhook.dedupe_key = fact.transaction_id;
        webhook.scheme = fact.scheme;
        webhook.payload_digest = crypto::sha256(fact.transaction_id);
        webhook.fact = std::move(fact);
        const auto arrival = std::make_shared<const units::Arrival>(
            SmallWorld::tenant, ConnectorId{1}, std::move(webhook), "{}", world_.now());
        (void)world_.write<units::Accepted>(
            [&](Session& s) { return units::accept_webhook(s, world_.context(), arrival); });
    }
    // One of each, and one payment more, without which twins would be a set.
    void add_one_of_each() {
        if (payments_ == 0)
            register_one();
        register_one();
        settle_one();
    }
    // A person says that the oldest settlement that waits belongs to no payment.
    void reject_one() {
        const auto open = world_.read<std::vector<domain::Settlement>>([&](Session& s) {
            return store::list_settlements(s, SmallWorld::tenant, {}, INT64_MAX, 1000);
        });
        const auto oldest =
            std::ranges::find_if(open.rbegin(), open.rend(), &domain::Settlement::is_open);
        if (oldest == open.rend())
            throw std::runtime_error("the crowd has been matched");
        const units::Decision decision{SmallWorld::tenant, std::nullopt, "key", "not ours",
                                       world_.now()};
        (void)world_.write<Result<units::DecisionResult>>(
            [&](Session& s) { return units::reject(s, world_.context(), decision, oldest->id); });
    }
    double last_us() const { return world_.last_us(); }

    // All that is due, until nothing is.
    struct Timers {
        std::size_t count = 0;
        double slowest_us = 0, sum_us = 0;
    };
    Timers run_timers() {
        Timers timers;
        for (auto due = due_timers(); !due.empty(); due = due_timers())
            for (const store::TaskRow& task : due) {
                (void)world_.write<bool>([&](Session& s) {
                    return units::run_timer(s, world_.context(), task, world_.now());
                });
                ++timers.count;
                timers.sum_us += last_us();
                timers.slowest_us = std::max(timers.slowest_us, last_us());
            }
        return timers;
    }
    Timers pass(std::chrono::microseconds time) {
        world_.clock().advance(time);
        return run_timers();
    }

  private:
    Money amount_of(std::size_t number, std::int64_t from) const {
        return gbp(kind_.same_amount ? 999 : from + static_cast<std::int64_t>(number));
    }
    std::vector<store::TaskRow> due_timers() {
        return world_.read<std::vector<store::TaskRow>>(
            [&](Session& s) { return store::due_timers(s, world_.now(), 1000); });
    }

    const Kind& kind_;
    SmallWorld world_;
    std::size_t payments_ = 0, settlements_ = 0;
};

struct Costs {
    std::vector<double> fact_us, task_us;
    double tasks_us = 0;
    std::size_t tasks = 0;

    void add(const Town::Timers& timers) {
        task_us.push_back(timers.slowest_us);
        tasks_us += timers.sum_us;
        tasks += timers.count;
    }
    void report(Report& report, const std::string& name) const {
        const auto facts = static_cast<double>(fact_us.size());
        const double all_us = std::accumulate(fact_us.begin(), fact_us.end(), tasks_us);
        report.number(name + ".p50_us", median(fact_us), "");
        report.number(name + ".slowest_us", std::ranges::max(fact_us), "");
        report.number(name + ".slowest_task_us", std::ranges::max(task_us), "");
        report.number(name + ".with_all_tasks_us", all_us / facts,
                      fmt::format("{:.1f} tasks a fact", static_cast<double>(tasks) / facts));
    }
};

constexpr std::array<std::size_t, 5> crowds{0, 20, 60, 64, 100};

using Fact = void (Town::*)();

// Facts of one sort come to a crowd.
Costs measure(const Kind& kind, Fact wait, std::size_t crowd, std::size_t facts, Fact fact) {
    Town town(kind);
    for (std::size_t i = 0; i < crowd; ++i)
        (town.*wait)();
    (void)town.pass(a_while);
    Costs costs;
    for (std::size_t i = 0; i < facts; ++i) {
        (town.*fact)();
        costs.fact_us.push_back(town.last_us());
        costs.add(town.pass(between_facts));
    }
    costs.add(town.pass(a_while));
    return costs;
}

void measure(const Kind& kind, std::size_t facts, Report& report) {
    for (const std::size_t crowd : crowds)
        measure(kind, &Town::settle_one, crowd, facts, &Town::register_one)
            .report(report, fmt::format("payment to {} settlements", crowd));
    for (const std::size_t crowd : crowds)
        measure(kind, &Town::register_one, crowd, facts, &Town::settle_one)
            .report(report, fmt::format("settlement to {} payments", crowd));
    for (const std::size_t crowd : crowds)
        if (crowd != 0)
            measure(kind, &Town::add_one_of_each, crowd, std::min(facts, crowd), &Town::reject_one)
                .report(report, fmt::format("rejection among {} of each", crowd));
}

} // namespace

int main(int argc, char** argv) {
    std::string out;
    std::size_t facts = 30;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool has_value = i + 1 < argc;
        if (argument == "--out" && has_value)
            out = argv[++i];
        else if (argument == "--facts" && has_value)
            facts = std::stoull(argv[++i]);
        else {
            fmt::print(stderr, "usage: bench_units [--out FILE] [--facts N]\n");
            return 2;
        }
    }
    Report report;
    report.text("machine", machine());
    for (const Kind& kind : kinds) {
        report.heading(std::string(kind.name));
        measure(kind, facts, report);
    }
    report.print();
    return out.empty() || report.write_json(out) ? 0 : 1;
}
