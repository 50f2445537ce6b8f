#include "sandbox/bank/accounts/account_orders.h"

#include "sandbox/base/input.h"

namespace settled::sandbox {

namespace {

constexpr std::size_t owner_name_bytes_max = 140;
constexpr std::size_t external_id_bytes_max = 50;
constexpr std::string_view owner_name_forbidden = "|_[]<>^`~\\$";

// Exactly one way to name the account.
Result<> read_identifier(const Input& identifier, AccountOrder& order) {
    TRY(order.iban, identifier.text_or("iban", ""));
    TRY(const std::string bban, identifier.text_or("bban", ""));
    TRY(order.external_id, identifier.text_or("externalIdentifier", ""));
    const int given =
        int{!order.iban.empty()} + int{!bban.empty()} + int{!order.external_id.empty()};
    if (given != 1)
        return fail(Code::value_invalid,
                    "accountIdentifier needs exactly one of iban, bban, externalIdentifier");
    if (order.external_id.size() > external_id_bytes_max)
        return fail(Code::value_invalid, "externalIdentifier is too long");
    if (!bban.empty())
        return fail(Code::value_invalid, "the sandbox takes iban or externalIdentifier");
    return {};
}

Result<AccountOrder> read_order(wire::Json item) {
    if (!item.is_object())
        return fail(Code::value_invalid, "virtualAccounts must hold objects");
    const Input input(item);
    AccountOrder order;
    TRY(order.owner_name, input.text("ownerName"));
    if (order.owner_name.empty() || order.owner_name.size() > owner_name_bytes_max ||
        order.owner_name.find_first_of(owner_name_forbidden) != std::string::npos)
        return fail(Code::value_invalid, "ownerName is not acceptable");
    const std::optional<Input> identifier = input.part("accountIdentifier");
    if (!identifier)
        return fail(Code::value_invalid, "accountIdentifier is needed");
    TRY_VOID(read_identifier(*identifier, order));
    return order;
}

} // namespace

Result<std::vector<AccountOrder>> read_account_orders(std::string_view body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const std::optional<wire::Json> list = document.root().member("virtualAccounts");
    if (!list || !list->is_array() || list->size() == 0)
        return fail(Code::value_invalid, "virtualAccounts must be a list with an entry");
    std::vector<AccountOrder> orders;
    for (std::size_t i = 0; i < list->size(); ++i) {
        TRY(AccountOrder order, read_order(list->at(i)));
        orders.push_back(std::move(order));
    }
    return orders;
}

} // namespace settled::sandbox
