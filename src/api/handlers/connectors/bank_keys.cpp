#include "api/handlers/connectors/bank_keys.h"

#include "api/bounds.h"
#include "crypto/rsa.h"

#include <algorithm>

namespace settled::api {

namespace {

constexpr std::size_t digits_min = 8;

std::string fingerprint_of(const std::string& pem) {
    const auto key = crypto::Verifier::from_pem(pem);
    return key ? (*key)->fingerprint() : std::string();
}

Result<> remove_one(std::vector<std::string>& pems, const std::string& wanted) {
    if (wanted.size() < digits_min)
        return fail(Code::value_invalid,
                    "remove_bank_keys: give a fingerprint, or 8 and more of its first digits");
    const auto fits = [&wanted](const std::string& pem) {
        return fingerprint_of(pem).starts_with(wanted);
    };
    const auto count = std::ranges::count_if(pems, fits);
    if (count == 0)
        return fail(Code::not_found,
                    "remove_bank_keys: this connector has no bank key of that fingerprint");
    if (count > 1)
        return fail(Code::value_invalid,
                    "remove_bank_keys: several bank keys begin like this; give more digits");
    std::erase_if(pems, fits);
    return {};
}

} // namespace

Result<> change_bank_keys(std::vector<std::string>& pems, const std::vector<std::string>& add,
                          const std::vector<std::string>& remove) {
    if (add.empty() && remove.empty())
        return {};
    for (const std::string& pem : add) {
        const std::string fingerprint = fingerprint_of(pem);
        if (std::ranges::find(pems, fingerprint, fingerprint_of) == pems.end())
            pems.push_back(pem);
    }
    for (const std::string& fingerprint : remove)
        TRY_VOID(remove_one(pems, fingerprint));
    if (pems.empty())
        return fail(Code::value_invalid,
                    "remove_bank_keys: the last key stays; add the new one in the same change");
    if (pems.size() > bounds::bank_keys_per_connector_max)
        return fail(Code::value_invalid, "add_bank_keys: there would be too many keys; remove one");
    return {};
}

} // namespace settled::api
