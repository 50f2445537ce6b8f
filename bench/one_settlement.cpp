#include "bench/one_settlement.h"

#include "base/limits.h"
#include "bench/support/world.h"
#include "match/keys.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/tasks.h"
#include "units/matching/judge.h"
#include "units/matching/settle.h"
#include "units/matching/watermark.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace settled::bench {

namespace {

using store::Session;
using store::Statement;
using store::Step;

constexpr Instant settled_at{1'795'000'060'000'000};

const Statement fail{"INSERT INTO tenant (id, name, created_at) VALUES ($1, 'there already', 0)"};
const Statement nothing{"SELECT 1"};
const Statement owed_for{"SELECT id, due_at FROM task WHERE tenant_id = $1 AND subject_id = $2"};

class Stopwatch {
  public:
    void start() { started_ = std::chrono::steady_clock::now(); }
    void stop() { ns_ += (std::chrono::steady_clock::now() - started_).count(); }
    std::int64_t ns() const { return ns_; }

  private:
    std::chrono::steady_clock::time_point started_;
    std::int64_t ns_ = 0;
};

// Its payment's client id; empty: it has none.
Step<std::string> matched_with(Session& s, SettlementId settlement) {
    const auto matches = co_await store::matches_of_settlement(s, tenant, settlement);
    if (matches.size() != 1)
        co_return std::string();
    const auto payment = co_await store::find_payment(s, tenant, matches.front().payment_id);
    co_return payment->client_id;
}

Step<Timed> search_one(Session& s, const units::Context& context, const Arrival& arrival) {
    Stopwatch watch;
    watch.start();
    const units::Verdict verdict = co_await units::judge(s, context, tenant, arrival.settlement);
    watch.stop();
    Timed timed{.left = arrival.left, .ns = watch.ns()};
    timed.is_right = verdict.outcome == match::Outcome::one &&
                     verdict.candidates.front().payment.client_id == arrival.client_id;
    timed.reads = verdict.reads;
    timed.compared = verdict.payments_seen + verdict.settlements_seen;
    co_return timed;
}

// The unit of work that carries out what is due at its watermark.
Step<> weigh_owed(Session& s, const units::Context& context, SettlementId settlement,
                  Stopwatch& watch) {
    const store::Rows owed = co_await s.run(owed_for, tenant, settlement);
    for (std::size_t i = 0; i < owed.size(); ++i) {
        store::TaskRow task;
        task.tenant = tenant;
        task.id = TaskId{owed[i].integer(0)};
        task.subject_id = settlement.value;
        task.due_at = Instant{owed[i].integer(1)};
        watch.start();
        co_await units::decide_at_watermark(s, context, task, settled_at + context.watermark);
        co_await s.run(nothing);
        watch.stop();
    }
}

Step<Timed> match_one(Session& s, const units::Context& context, const Arrival& arrival) {
    const SettlementId id = arrival.settlement.id;
    Stopwatch watch;
    watch.start();
    co_await settle(s, context, arrival);
    co_await s.run(nothing); // until all that was sent is done
    watch.stop();
    std::string client_id = co_await matched_with(s, id);
    if (client_id.empty()) {
        co_await weigh_owed(s, context, id, watch);
        client_id = co_await matched_with(s, id);
    }
    co_return Timed{
        .left = arrival.left, .ns = watch.ns(), .is_right = client_id == arrival.client_id};
}

// Where a match takes its payment's keys away, and what it is decided from.
Step<> read_what_changes(Session& s, const units::Context& context, const Arrival& arrival) {
    const units::Verdict verdict = co_await units::judge(s, context, tenant, arrival.settlement);
    for (const units::RankedPayment& candidate : verdict.candidates)
        co_await store::find_under(s, tenant, store::Side::payment,
                                   match::stored_keys(context.keys.of(tenant),
                                                      candidate.payment.identity,
                                                      match::Of::payment),
                                   limits::candidates_max);
}

} // namespace

std::shared_ptr<const units::Registration> registration(std::size_t number, std::size_t accounts) {
    domain::NewPayment payment = payment_of(number, accounts);
    payment.payer.iban = fmt::format("GB29NWBK601613{:08}", number % 90'000'000 + 10'000'000);
    return std::make_shared<const units::Registration>(
        units::Registration{tenant, std::move(payment), registered_at});
}

Arrival arrival_of(std::size_t number, std::size_t accounts, Left left, IdMint& ids) {
    const domain::NewPayment payment = payment_of(number, accounts);
    domain::SettlementFact fact;
    fact.transaction_id = fmt::format("t{}", number);
    fact.scheme = "FasterPayments";
    fact.amount = payment.amount;
    fact.account = payment.payee;
    fact.settled_at = settled_at;
    fact.reference = payment.reference;
    if (left == Left::all)
        fact.end_to_end_id = payment.end_to_end_id;
    if (left == Left::cut_reference)
        fact.reference = fact.reference.substr(0, 13);
    return {domain::settlement_from(fact, ids.next<SettlementId>(), WebhookId{}, settled_at), left,
            fmt::format("p{}", number)};
}

Step<> search(Session& s, const units::Context& context, const std::vector<Arrival>& arrivals,
              std::vector<Timed>& into) {
    into.clear();
    for (const Arrival& arrival : arrivals)
        into.push_back(co_await search_one(s, context, arrival));
}

Step<> match_in_vain(Session& s, const units::Context& context,
                     const std::vector<Arrival>& arrivals, std::vector<Timed>& into) {
    // What a failed unit has changed is no longer in SQLite's page cache; what is committed stays
    // there.
    for (const Arrival& arrival : arrivals)
        co_await read_what_changes(s, context, arrival);
    into.clear();
    for (const Arrival& arrival : arrivals)
        into.push_back(co_await match_one(s, context, arrival));
    co_await s.run(fail, tenant);
}

Step<> settle(Session& s, const units::Context& context, const Arrival& arrival) {
    store::Locks locks;
    units::add_settling_locks(locks, context, tenant, arrival.settlement.identity);
    co_await s.lock(locks);
    co_await units::settle_new(s, context, tenant, arrival.settlement, settled_at);
}

} // namespace settled::bench
