#include "units/learning/mint.h"

#include "match/keys.h"
#include "match/rail.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/payments.h"
#include "units/learning/key_plans.h"

namespace settled::units {

namespace {

using store::Session;
using store::Step;

constexpr std::size_t compared_max = 64;

Step<std::optional<store::AccountRow>> find_account(Session& s, const MintOrder& order) {
    if (order.account_id.empty())
        co_return co_await store::find_account_by_key(s, order.tenant, order.account_key);
    const auto id = parse_id<AccountIdTag>(order.account_id);
    if (!id)
        co_return std::nullopt;
    co_return co_await store::find_account(s, order.tenant, *id);
}

// Whether an open payment to that account has a reference that begins so.
Step<bool> begins_an_open_one(Session& s, const Context& context, TenantId tenant,
                              const std::string& account_key, std::string_view head) {
    match::MatchFields beginning;
    beginning.account = account_key;
    beginning.reference = head;
    const auto blocks = match::loose_blocks(context.keys.of(tenant), beginning, match::Of::payment);
    SETTLED_ASSERT(!blocks.empty(), "a head is as long as what has a block");
    const bool open = co_await store::waits_in_any(s, tenant, store::Side::payment, blocks);
    if (open)
        co_return true;
    co_return co_await store::waits_in_any(s, tenant, store::Side::archive, blocks);
}

// References of other open payments, to the same account over the same amount, that begin with what
// would be left of this one's.
Step<std::vector<std::string>> references_like(Session& s, const Context& context, TenantId tenant,
                                               const domain::Payment& payment, std::string left) {
    match::MatchFields cut = payment.identity;
    cut.reference = std::move(left);
    const std::size_t prefix_max =
        context.key_plans == nullptr
            ? match::any_length
            : context.key_plans->for_payment(tenant, payment).probed_prefix_max;
    std::vector<std::string> references;
    for (const match::Key& key : match::beginning_keys(context.keys.of(tenant), cut, prefix_max)) {
        const auto owners =
            co_await store::owners_under(s, tenant, store::Side::payment, key, compared_max);
        for (const std::int64_t owner : owners) {
            const auto other = co_await store::find_payment(s, tenant, PaymentId{owner});
            SETTLED_ASSERT(other.has_value(), "a payment under a match key exists");
            if (other->client_id != payment.client_id)
                references.push_back(other->reference);
        }
    }
    co_return references;
}

} // namespace

Step<Minted> mint_reference(Session& s, const Context& context,
                            std::shared_ptr<const MintOrder> order) {
    Minted minted;
    const auto account = co_await find_account(s, *order);
    if (!account) {
        minted.kind = Minted::Kind::account_unknown;
        co_return minted;
    }
    minted.account = *account;
    for (const std::string& candidate : order->candidates) {
        const std::string head(learn::head_of(candidate));
        const bool taken =
            co_await begins_an_open_one(s, context, order->tenant, account->account_key, head);
        if (taken)
            continue;
        store::MintedRow row{order->tenant,
                             context.ids.next<ReferenceId>(),
                             account->account_key,
                             head,
                             candidate,
                             order->scheme,
                             order->now,
                             order->expires_at};
        const bool reserved = co_await store::reserve_reference(s, row);
        if (!reserved)
            continue;
        minted.kind = Minted::Kind::reserved;
        minted.row = std::move(row);
        co_return minted;
    }
    co_return minted;
}

Step<std::vector<learn::Warning>> preflight(Session& s, const Context& context, TenantId tenant,
                                            domain::Payment payment) {
    const std::string& account = payment.identity.account;
    const std::string scheme = learn::scheme_of(payment.scheme);
    learn::Reference reference{payment.reference, scheme, std::nullopt};
    if (context.key_plans != nullptr)
        reference.length_max = context.key_plans->reference_length_max(
            tenant, payment.institution_id, scheme, account);
    std::vector<std::string> others;
    const std::string left = learn::what_is_left(reference);
    if (learn::cut_of(reference))
        others = co_await references_like(s, context, tenant, payment, left);
    auto warnings = learn::warnings_for(reference, others);
    // Windows and overdue times are those of an unknown rail then, which is seldom what was meant.
    if (!payment.scheme.empty() && match::rail_of(payment.scheme) == match::Rail::unknown)
        warnings.push_back(learn::Warning::scheme_unknown);
    co_return warnings;
}

} // namespace settled::units
