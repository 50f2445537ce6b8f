#include "units/register_payment.h"

#include "base/iban.h"
#include "match/keys.h"
#include "store/directory.h"
#include "store/match_keys.h"
#include "store/payments.h"
#include "units/settle.h"

namespace settled::units {

namespace {

using store::Session;
using store::Step;

Step<std::optional<store::AccountRow>> find_payee(Session& s, TenantId tenant,
                                                  const flow::NewPayment& payment) {
    if (payment.payee_account_id.empty()) {
        const std::string key = flow::account_key_of(payment.payee);
        co_return co_await store::find_account_by_key(s, tenant, key);
    }
    if (const auto id = parse_id<AccountIdTag>(payment.payee_account_id))
        co_return co_await store::find_account(s, tenant, *id);
    co_return co_await store::find_account_by_bank_id(s, tenant, payment.payee_account_id);
}

flow::Payment payment_from(const flow::NewPayment& given, PaymentId id, Instant now,
                           const store::AccountRow& payee) {
    flow::Payment payment;
    payment.id = id;
    payment.client_id = given.client_id;
    payment.amount = given.amount;
    payment.institution_id = given.institution_id;
    payment.scheme = given.scheme;
    payment.reference = given.reference;
    payment.end_to_end_id = given.end_to_end_id;
    payment.payee_name = given.payee.name;
    payment.payee_account = flow::shown_account(given.payee);
    if (payment.payee_account.empty())
        payment.payee_account = payee.iban;
    payment.payer_name = given.payer.name;
    payment.payer_account = flow::shown_account(given.payer);
    payment.created_at = given.created_at;
    payment.registered_at = now;
    payment.identity = flow::identity_of(given, payee.account_key);
    return payment;
}

} // namespace

store::Locks locks_of(const Context& context, const Registration& registration) {
    const flow::NewPayment& given = registration.payment;
    store::Locks locks{store::Lock::payment(registration.tenant, given.client_id)};
    // By our id or the bank's, the account is known only when it was read.
    if (given.payee_account_id.empty())
        add_settling_locks(locks, context, registration.tenant,
                           flow::identity_of(given, flow::account_key_of(given.payee)));
    return locks;
}

Step<Registered> register_payment(Session& s, const Context& context,
                                  std::shared_ptr<const Registration> registration) {
    const TenantId tenant = registration->tenant;
    flow::NewPayment given = registration->payment;
    co_await s.lock(locks_of(context, *registration));
    const auto earlier = co_await store::find_payment_by_client_id(s, tenant, given.client_id);
    if (given.created_at == Instant{})
        given.created_at = earlier ? earlier->payment.created_at : registration->now;
    const crypto::Digest fingerprint = flow::fingerprint(given);
    if (earlier) {
        const bool same = earlier->fingerprint == fingerprint;
        co_return Registered{same ? Registered::Kind::existing : Registered::Kind::conflict,
                             earlier->payment};
    }
    const auto payee = co_await find_payee(s, tenant, given);
    if (!payee) {
        Registered ignored{Registered::Kind::ignored, {}};
        ignored.payment.client_id = given.client_id;
        co_return ignored;
    }
    const auto payment =
        payment_from(given, context.ids.next<PaymentId>(), registration->now, *payee);
    if (!given.payee_account_id.empty()) {
        store::Locks locks;
        add_settling_locks(locks, context, tenant, payment.identity);
        co_await s.lock(locks);
    }
    co_await store::insert_payment(s, tenant, payment, fingerprint);
    const auto keys = match::stored_keys(context.keys.of(tenant), payment.identity);
    co_await store::insert_match_keys(s, tenant, store::Side::payment, payment.id.value, keys);
    co_await settle_waiting(s, context, tenant, payment.identity, registration->now);
    auto stored = co_await store::find_payment(s, tenant, payment.id);
    co_return Registered{Registered::Kind::created, std::move(*stored)};
}

} // namespace settled::units
