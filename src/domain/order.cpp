#include "domain/order.h"

#include "base/enum_names.h"
#include "wire/json_writer.h"

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 9> statuses{"queued",   "submitted",    "held",
                                                   "settled",  "rejected",     "returned",
                                                   "in_doubt", "needs_review", "cancelled"};
constexpr std::array<std::string_view, 11> facts{"taken",   "refused",   "unclear",   "held",
                                                 "settled", "rejected",  "duplicate", "returned",
                                                 "silence", "cancelled", "restored"};
constexpr std::array<std::string_view, 4> advices{"none", "retry", "review", "never"};

using enum OrderStatus;
constexpr OrderMove same{OrderStep::stay, queued};
constexpr OrderMove contradict{OrderStep::contradict, queued};
constexpr OrderMove to(OrderStatus status) {
    return {OrderStep::move, status};
}

// Rows: what it is; columns: OrderFact, in its order.
//   taken, refused, unclear, held, settled, rejected, duplicate, returned, silence, cancelled,
//   restored
constexpr std::array<std::array<OrderMove, 11>, 9> table{{
    // queued
    {to(submitted), to(rejected), to(in_doubt), to(held), to(settled), to(rejected), to(in_doubt),
     to(returned), contradict, to(cancelled), to(in_doubt)},
    // submitted
    {same, contradict, same, to(held), to(settled), to(rejected), to(in_doubt), to(returned),
     to(needs_review), contradict, to(in_doubt)},
    // held
    {same, contradict, same, same, to(settled), to(rejected), to(in_doubt), to(returned), same,
     contradict, to(in_doubt)},
    // settled: what comes late about its way there changes nothing
    {same, contradict, same, same, same, contradict, same, to(returned), same, contradict, same},
    // rejected
    {same, same, same, same, contradict, same, same, contradict, same, contradict, same},
    // returned
    {same, contradict, same, same, same, contradict, same, same, same, contradict, same},
    // in_doubt
    {to(submitted), same, same, to(held), to(settled), to(rejected), same, to(returned),
     to(needs_review), contradict, same},
    // needs_review
    {to(submitted), same, same, to(held), to(settled), to(rejected), same, to(returned), same,
     contradict, same},
    // cancelled
    {contradict, contradict, contradict, contradict, contradict, contradict, contradict, contradict,
     contradict, same, same},
}};

} // namespace

std::string_view token(OrderStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::optional<OrderStatus> order_status_named(std::string_view token) {
    return enum_named<OrderStatus>(statuses, token);
}

std::span<const std::string_view> order_status_tokens() {
    return statuses;
}

bool is_final(OrderStatus status) {
    return status == settled || status == rejected || status == returned || status == cancelled;
}

std::string_view token(OrderFact fact) {
    return facts[static_cast<std::size_t>(fact)];
}

crypto::Digest fingerprint(const NewOrder& order) {
    wire::JsonWriter w;
    const auto address = [&w](const PostalAddress& a) {
        w.array().value(a.line).value(a.building_number).value(a.building_name);
        w.value(a.street_name).value(a.town_name).value(a.country).value(a.post_code).end();
    };
    const auto party = [&w](const Party& p) {
        w.array().value(p.name).value(p.iban).value(p.bban);
        w.value(p.sort_code).value(p.account_number).end();
    };
    w.array().value(order.client_id).value(order.connector).value(order.scheme);
    w.value(order.amount.minor).value(order.amount.currency.code()).value(order.reference);
    w.value(order.end_to_end_id).value(order.loan_account_id).value(order.debtor_account_id);
    w.value(order.purpose).value(order.category_purpose);
    party(order.debtor);
    address(order.debtor_address);
    party(order.creditor);
    address(order.creditor_address);
    if (!order.core_banking.empty()) // left out, orders of before it was known stay what they are
        w.value(order.core_banking);
    w.end();
    return crypto::sha256(w.text());
}

OrderMove next(OrderStatus status, OrderFact fact) {
    return table[static_cast<std::size_t>(status)][static_cast<std::size_t>(fact)];
}

std::string_view token(Advice advice) {
    return advices[static_cast<std::size_t>(advice)];
}

std::optional<Advice> advice_named(std::string_view token) {
    return enum_named<Advice>(advices, token);
}

} // namespace settled::domain
