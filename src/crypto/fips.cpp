#include "crypto/fips.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

namespace settled::crypto {

namespace {

constexpr const char* name = "fips";

} // namespace

Result<> use_fips() {
    // What reads and writes keys is in the base provider, which computes nothing.
    const bool is_loaded = OSSL_PROVIDER_load(nullptr, name) != nullptr &&
                           OSSL_PROVIDER_load(nullptr, "base") != nullptr &&
                           EVP_set_default_properties(nullptr, "fips=yes") == 1;
    if (is_loaded)
        return {};
    ERR_clear_error();
    return fail(Code::custody_unsupported,
                "[crypto] fips is true, and OpenSSL has no FIPS provider on this machine: install "
                "one, or set it to false");
}

std::string fips_provider() {
    if (OSSL_PROVIDER_available(nullptr, name) != 1)
        return {};
    OSSL_PROVIDER* const provider = OSSL_PROVIDER_load(nullptr, name); // it is there: counted
    const char* version = nullptr;
    OSSL_PARAM wanted[] = {
        OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION, const_cast<char**>(&version), 0),
        OSSL_PARAM_construct_end()};
    const bool is_known = OSSL_PROVIDER_get_params(provider, wanted) == 1 && version != nullptr;
    std::string text = fmt::format("{} {}", name, is_known ? version : "of no known version");
    OSSL_PROVIDER_unload(provider);
    return text;
}

} // namespace settled::crypto
