#include "connectors/basic_auth.h"

#include "wire/base64.h"

#include <algorithm>

namespace settled::connectors {

namespace {

constexpr std::string_view scheme = "basic ";

// The scheme's name has no case (RFC 9110 section 11.1).
bool has_scheme(std::string_view header) {
    return header.size() > scheme.size() &&
           std::ranges::equal(header.substr(0, scheme.size()), scheme, [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
           });
}

// RFC 9110 section 15.5.2: a 401 says how to do better.
std::unexpected<Error> refused(Code code, std::string why) {
    Error error{code, std::move(why)};
    error.challenge = "Basic realm=\"settled\"";
    return std::unexpected(std::move(error));
}

} // namespace

Result<BasicAuth> BasicAuth::make(std::string_view username, const std::vector<Secret>& passwords) {
    if (username.empty() || username.contains(':'))
        return fail(Code::value_invalid, "a user name has no colon (RFC 7617), and is not empty");
    BasicAuth auth;
    for (const Secret& password : passwords) {
        Secret pair(std::string(username) + ":" + std::string(password.reveal())); // to encode it
        const Secret encoded(wire::to_base64(pair.bytes()));
        auth.expected_.push_back(crypto::sha256(encoded.reveal())); // only its hash is kept
    }
    return auth;
}

Result<> BasicAuth::check(const HeaderLookup& headers) const {
    const auto header = headers("Authorization");
    if (!header)
        return refused(Code::signature_missing, "send the header Authorization");
    if (!has_scheme(*header))
        return refused(Code::signature_malformed, "send basic authentication");
    std::string_view given = header->substr(scheme.size());
    while (given.starts_with(' '))
        given.remove_prefix(1);
    const crypto::Digest digest = crypto::sha256(given);
    bool holds = false;
    for (const crypto::Digest& expected : expected_)
        holds |= crypto::equal_in_constant_time(digest, expected);
    if (!holds)
        return refused(Code::signature_invalid, "wrong user name or password");
    return {};
}

} // namespace settled::connectors
