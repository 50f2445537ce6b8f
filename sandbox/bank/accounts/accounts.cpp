#include "sandbox/bank/accounts/accounts.h"

#include "base/iban.h"
#include "sandbox/bank/accounts/iban.h"
#include "sandbox/base/uuid.h"
#include "sandbox/bounds.h"

namespace settled::sandbox {

namespace {

std::string canonical_iban(std::string_view text) {
    const Result<std::string> iban = parse_iban(text);
    return iban ? *iban : std::string(text);
}

} // namespace

Accounts::Accounts(const Clock& clock, Rng& rng)
    : clock_(clock), rng_(rng), real_account_id_(make_uuid(rng)) {
    std::uint32_t first_number = 1'000'000;
    real_account_iban_ = next_iban(first_number);
}

std::expected<const VirtualAccount*, Accounts::Refusal> Accounts::open(const AccountOrder& order) {
    if (accounts_.size() >= bounds::virtual_accounts_max)
        return std::unexpected(Refusal{"AccountIdentifiers", "The sandbox holds no more accounts"});
    if (!order.external_id.empty() && by_external_id_.contains(order.external_id))
        return std::unexpected(Refusal{"ExternalVirtualAccountIdNotUnique",
                                       "External identifier is used by another account"});
    std::string iban;
    if (order.iban.empty()) {
        do
            iban = next_iban(next_number_);
        while (by_iban_.contains(iban));
    } else {
        const Result<std::string> parsed = parse_iban(order.iban);
        if (!parsed || parsed->size() != 22 || !parsed->starts_with("GB"))
            return std::unexpected(Refusal{"AccountIban", "Invalid IBAN"});
        iban = *parsed;
        if (iban.substr(4, 4) != "CLRB")
            return std::unexpected(Refusal{"AccountIbanBankCode", "Invalid bank code"});
        if (iban.substr(8, 4) != bank_sort_code.substr(0, 4))
            return std::unexpected(Refusal{"SortCodeDoesNotBelongToInstitution",
                                           "Sort code does not belong to the institution"});
        if (iban == real_account_iban_ || by_iban_.contains(iban))
            return std::unexpected(Refusal{"AccountIdentifiers", "Account exists already"});
    }

    const std::size_t index = accounts_.size();
    accounts_.push_back(
        {make_uuid(rng_), order.owner_name, order.external_id, iban, true, clock_.now()});
    by_id_[accounts_[index].id] = index;
    by_iban_[iban] = index;
    if (!order.external_id.empty())
        by_external_id_[order.external_id] = index;
    return &accounts_[index];
}

bool Accounts::disable(std::string_view id) {
    const auto found = by_id_.find(std::string(id));
    if (found == by_id_.end())
        return false;
    accounts_[found->second].enabled = false;
    return true;
}

const VirtualAccount* Accounts::by_id(std::string_view id) const {
    const auto found = by_id_.find(std::string(id));
    return found == by_id_.end() ? nullptr : &accounts_[found->second];
}

const VirtualAccount* Accounts::by_iban(std::string_view iban) const {
    const auto found = by_iban_.find(canonical_iban(iban));
    return found == by_iban_.end() ? nullptr : &accounts_[found->second];
}

Accounts::Named Accounts::named(std::string_view account) const {
    constexpr std::size_t digits = 14;
    const std::string key = account_key(account);
    const bool by_iban = account.size() != digits;
    if (key.size() != digits || !key.starts_with(bank_sort_code.substr(0, 4)))
        return {};
    const std::string iban =
        by_iban ? canonical_iban(account) : gb_iban("CLRB", key.substr(0, 6), key.substr(6));
    Named named;
    named.is_of_this_bank = iban.substr(4, 4) == "CLRB";
    named.is_real = iban == real_account_iban_;
    named.is_virtual = this->by_iban(iban);
    return named;
}

const std::string& Accounts::owner_of(const Named& account) const {
    return account.is_real ? real_account_name : account.is_virtual->owner_name;
}

const std::string& Accounts::iban_of(const Named& account) const {
    return account.is_real ? real_account_iban_ : account.is_virtual->iban;
}

} // namespace settled::sandbox
