#include "units/payments/register_payment.h"

#include "base/iban.h"
#include "domain/members.h"
#include "store/queries/directory.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/reviews.h"
#include "store/queries/purged.h"
#include "units/matching/registered_late.h"
#include "units/matching/settle.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <utility>

namespace settled::units {

namespace {

using store::Session;
using store::Step;

Step<std::optional<store::AccountRow>> find_payee(Session& s, TenantId tenant,
                                                  const domain::NewPayment& payment) {
    if (payment.payee_account_id.empty()) {
        const std::string key = domain::account_key_of(payment.payee);
        co_return co_await store::find_account_by_key(s, tenant, key);
    }
    if (const auto id = parse_id<AccountIdTag>(payment.payee_account_id))
        co_return co_await store::find_account(s, tenant, *id);
    co_return co_await store::find_account_by_bank_id(s, tenant, payment.payee_account_id);
}

// Its provider says that no money will come. What waits is not waited for any more; if the money is
// here nevertheless, it is evidence, and a person must look.
Step<domain::Payment> cancel_failed_payment(Session& s, const UnitScope& work,
                                            domain::Payment payment) {
    using enum domain::PaymentStatus;
    if (payment.status == cancelled || payment.status == returned)
        co_return payment;
    if (domain::is_open(payment.status) && payment.settled_minor == 0) {
        co_await unindex(s, work, payment);
        co_await close_late_review(s, work, payment);
        const store::PaymentState before = store::state_of(payment);
        payment.status = cancelled;
        ++payment.version;
        co_await update_payment(s, work, before, payment);
        co_await settle_waiting(s, work.context, work.tenant, payment.identity, work.now);
        co_return payment;
    }
    wire::JsonWriter w;
    w.object();
    domain::write_payment_ids(w, domain::ids_of(payment));
    w.member("payment_status", token(payment.status)).end();
    co_await open_review_once(s, work, store::review_payment_failed, payment.id.value,
                              std::move(w).text());
    co_return payment;
}

} // namespace

domain::Payment payment_from(const domain::NewPayment& given, PaymentId id, Instant now,
                             const store::AccountRow& payee) {
    domain::Payment payment;
    payment.id = id;
    payment.client_id = given.client_id;
    payment.amount = given.amount;
    payment.institution_id = given.institution_id;
    payment.scheme = given.scheme;
    payment.reference = given.reference;
    payment.end_to_end_id = given.end_to_end_id;
    payment.payee_name = given.payee.name;
    payment.payee_account = domain::shown_account(given.payee);
    if (payment.payee_account.empty())
        payment.payee_account =
            domain::shown_account({"", payee.iban, "", payee.sort_code, payee.account_number});
    payment.payer_name = given.payer.name;
    payment.payer_account = domain::shown_account(given.payer);
    payment.created_at = given.created_at;
    payment.registered_at = now;
    payment.identity = domain::identity_of(given, payee.account_key);
    payment.identity.single_use = payee.single_use;
    return payment;
}

store::Locks locks_of(const Context& context, const Registration& registration) {
    const domain::NewPayment& given = registration.payment;
    store::Locks locks{store::Lock::payment(registration.tenant, given.client_id)};
    // By our id or the bank's, the account is known only when it was read.
    if (given.payee_account_id.empty())
        add_settling_locks(locks, context, registration.tenant,
                           domain::identity_of(given, domain::account_key_of(given.payee)));
    return locks;
}

Step<Registered> register_payment(Session& s, const Context& context,
                                  std::shared_ptr<const Registration> registration) {
    const TenantId tenant = registration->tenant;
    const UnitScope work{context, tenant, registration->now};
    domain::NewPayment given = registration->payment;
    co_await s.lock(locks_of(context, *registration));
    const auto earlier = co_await store::find_payment_by_client_id(s, tenant, given.client_id);
    if (given.created_at == Instant{})
        given.created_at = earlier                           ? earlier->payment.created_at
                           : registration->wall == Instant{} ? registration->now
                                                             : registration->wall;
    const crypto::Digest fingerprint = domain::fingerprint(given);
    if (earlier && earlier->fingerprint != fingerprint)
        co_return Registered{Registered::Kind::conflict, earlier->payment};
    if (earlier && given.has_failed)
        co_return Registered{Registered::Kind::existing,
                             co_await cancel_failed_payment(s, work, earlier->payment)};
    if (earlier)
        co_return Registered{Registered::Kind::existing, earlier->payment};
    const auto purged =
        co_await store::find_purged_named(s, tenant, store::PurgedKind::payment, given.client_id);
    if (purged) {
        Registered before{Registered::Kind::purged, {}, purged->purged_at};
        before.payment.client_id = given.client_id;
        co_return before;
    }
    const auto payee = co_await find_payee(s, tenant, given);
    if (!payee || given.has_failed) {
        Registered ignored{Registered::Kind::ignored, {}, {}};
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
    co_await index_open(s, work, payment);
    co_await settle_waiting(s, context, tenant, payment.identity, registration->now,
                            PaymentChange::opened);
    auto stored = co_await store::find_payment(s, tenant, payment.id);
    if (stored->status == domain::PaymentStatus::expected && was_registered_late(work, *stored))
        co_await look_for_its_money(s, work, *stored);
    co_return Registered{Registered::Kind::created, std::move(*stored)};
}

} // namespace settled::units
