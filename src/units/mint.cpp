#include "units/mint.h"

#include "units/key_plans.h"

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
        const auto open =
            co_await store::open_references(s, order->tenant, account->account_key, head, 1);
        if (!open.empty())
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
                                            flow::Payment payment) {
    const std::string& account = payment.identity.account;
    const std::string scheme = learn::scheme_of(payment.scheme);
    learn::Reference reference{payment.reference, scheme, std::nullopt};
    if (context.key_plans != nullptr)
        reference.length_max = context.key_plans->reference_length_max(
            tenant, payment.institution_id, scheme, account);
    std::vector<std::string> others;
    const std::string left = learn::what_is_left(reference);
    if (learn::cut_of(reference) && !left.empty()) {
        const auto open = co_await store::open_references(s, tenant, account, left, compared_max);
        for (const store::OpenReference& other : open)
            if (other.client_id != payment.client_id && other.amount == payment.amount)
                others.push_back(other.reference);
    }
    co_return learn::warnings_for(reference, others);
}

} // namespace settled::units
