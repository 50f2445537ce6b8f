#include "units/evidence/repeat.h"

#include "match/keys.h"
#include "store/queries/directory.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/settlements.h"
#include "store/queries/tasks.h"
#include "units/matching/reverse.h"
#include "units/matching/run_timer.h"
#include "units/matching/settle.h"
#include "units/payments/overdue.h"
#include "units/payments/register_payment.h"

namespace settled::units {

namespace {

using store::Session;
using store::Step;

constexpr int timers_at_once = 1000;

// One at a time: what one of them does may make another due before the next.
Step<bool> run_timers(Session& s, const Context& context, FactClock& clock, Instant until,
                      int most) {
    for (int i = 0; i < most; ++i) {
        auto due = co_await store::due_timers(s, until, 1);
        if (due.empty())
            co_return false;
        clock.follow(due.front().due_at);
        (void)co_await run_timer(s, context, std::move(due.front()), clock.now());
    }
    co_return true;
}

// Payments that are long overdue are looked at last.
Step<> sweep(Session& s, const Context& context, TenantId tenant, Instant now) {
    for (std::size_t rail = 0; rail < match::rails; ++rail) {
        bool more = true;
        while (more)
            more = co_await sweep_overdue(s, context, tenant, static_cast<match::Rail>(rail), now);
    }
}

// The account that a payment was found to pay into.
Step<AccountId> account_of(Session& s, const Context& context, TenantId tenant,
                           const domain::Payment& payment) {
    const std::string& key = payment.identity.account;
    const auto known = co_await store::find_account_by_key(s, tenant, key);
    if (known)
        co_return known->id;
    store::AccountRow account;
    account.tenant = tenant;
    account.id = context.ids.next<AccountId>();
    account.account_key = key;
    const domain::Party payee = domain::party_shown_as(payment.payee_account);
    account.iban = payee.iban;
    account.sort_code = payee.sort_code;
    account.account_number = payee.account_number;
    account.bank_account_id = key;
    account.single_use = payment.identity.single_use;
    account.created_at = payment.registered_at;
    (void)co_await store::insert_account(s, account);
    co_return account.id;
}

domain::NewPayment given_as(const domain::Payment& payment, AccountId payee) {
    domain::NewPayment given;
    given.client_id = payment.client_id;
    given.institution_id = payment.institution_id;
    given.scheme = payment.scheme;
    given.amount = payment.amount;
    given.reference = payment.reference;
    given.end_to_end_id = payment.end_to_end_id;
    given.uetr = payment.identity.uetr;
    given.created_at = payment.created_at;
    given.payee.name = payment.payee_name;
    given.payee_account_id = to_string(payee);
    given.payer = domain::party_shown_as(payment.payer_account);
    given.payer.name = payment.payer_name;
    given.accepted_range = payment.identity.accepted_range;
    return given;
}

class Repeater {
  public:
    Repeater(const Context& context, TenantId tenant, Instant now)
        : context_(context), tenant_(tenant), now_(now) {}

    Step<Repeated> operator()(Session& s, const domain::Payment& payment) const {
        const AccountId account = co_await account_of(s, context_, tenant_, payment);
        const auto registration =
            std::make_shared<const Registration>(tenant_, given_as(payment, account), now_);
        (void)co_await register_payment(s, context_, registration);
        co_return Repeated{};
    }

    Step<Repeated> operator()(Session& s, const domain::Settlement& recorded) const {
        domain::Settlement settlement = recorded;
        settlement.status = domain::SettlementStatus::unmatched;
        settlement.version = 0;
        settlement.refused.clear();
        settlement.undone = settlement.suggested = settlement.look_again = false;
        store::Locks locks;
        add_settling_locks(locks, context_, tenant_, settlement.identity);
        co_await s.lock(locks);
        co_await settle_new(s, context_, tenant_, std::move(settlement), now_);
        co_return Repeated{};
    }

    Step<Repeated> operator()(Session& s, const domain::Reversal& recorded) const {
        domain::Reversal reversal = recorded;
        // What the return itself does not name was named by an id of ours, which is not recorded.
        const auto named = co_await store::find_settlement(s, tenant_, recorded.settlement_id);
        if (!named || match::is_return_of(recorded.identity, named->identity))
            reversal.settlement_id = {};
        reversal.status = domain::ReversalStatus::waiting;
        store::Locks locks;
        add_settling_locks(locks, context_, tenant_, reversal.identity);
        co_await s.lock(locks);
        co_await reverse_new(s, context_, tenant_, std::move(reversal), now_);
        co_return Repeated{};
    }

    Step<Repeated> operator()(Session& s, const HandMade& made) const {
        auto parts = std::make_shared<std::vector<PaymentPart>>(made.parts);
        if (parts->size() == 1)
            parts->front().amount.reset(); // all of it, as it was asked for
        const auto matched = co_await match_by_hand(s, context_, decision_of(made.actor),
                                                    made.settlement, std::move(parts));
        co_return Repeated{1, matched ? 0 : 1};
    }

    Step<Repeated> operator()(Session& s, const HandUndone& undone) const {
        const auto live = co_await store::matches_of_settlement(s, tenant_, undone.settlement);
        if (live.empty())
            co_return Repeated{1, 1};
        const auto done = co_await undo(s, context_, decision_of(undone.actor), live.front().id);
        co_return Repeated{1, done ? 0 : 1};
    }

  private:
    Decision decision_of(const std::string& actor) const {
        return {tenant_, std::nullopt, actor, "as recorded", now_};
    }

    const Context& context_;
    TenantId tenant_;
    Instant now_;
};

} // namespace

Step<Repeated> repeat(Session& s, const Context& context, TenantId tenant, FactClock& clock,
                      std::shared_ptr<const std::vector<RecordedFact>> facts) {
    Repeated all;
    for (const RecordedFact& fact : *facts) {
        bool more = true;
        while (more)
            more = co_await run_timers(s, context, clock, fact.at, timers_at_once);
        clock.follow(fact.at);
        if (clock.is_time_to_sweep())
            co_await sweep(s, context, tenant, clock.now());
        const Repeater repeater(context, tenant, clock.now());
        const Repeated one =
            co_await std::visit([&](const auto& what) { return repeater(s, what); }, fact.what);
        all.decisions += one.decisions;
        all.decisions_void += one.decisions_void;
    }
    co_return all;
}

Step<bool> let_time_pass(Session& s, const Context& context, FactClock& clock, Instant until) {
    const bool more = co_await run_timers(s, context, clock, until, timers_at_once);
    co_return more;
}

} // namespace settled::units
