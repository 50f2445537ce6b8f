#include "custody/aws/sigv4.h"

#include "base/bytes.h"
#include "crypto/hash.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace settled::custody::aws {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

// Without spaces at its ends, and one for each run of them.
std::string trimmed(std::string_view value) {
    std::string out;
    for (const char c : value) {
        if (c == ' ' && (out.empty() || out.back() == ' '))
            continue;
        out += c;
    }
    while (out.ends_with(' '))
        out.pop_back();
    return out;
}

using CanonicalFields = std::map<std::string, std::string>;

// Lower-case names in order; values of one name stay in the order that they are sent in.
CanonicalFields canonical_fields(const HttpFields& fields) {
    CanonicalFields joined;
    for (const auto& [name, value] : fields) {
        const auto [at, is_first] = joined.try_emplace(lower_case(name), trimmed(value));
        if (!is_first)
            at->second += "," + trimmed(value);
    }
    return joined;
}

std::string names_of(const CanonicalFields& canonical) {
    std::string names;
    for (const auto& [name, value] : canonical)
        names += (names.empty() ? "" : ";") + name;
    return names;
}

crypto::Digest mac(BytesView key, std::string_view text) {
    return crypto::Hmac(key).of(text);
}

// Of one day, region and service.
Secret signing_key(const Secret& secret_key, std::string_view day, const Scope& scope) {
    // It begins the chain of MACs that the signature is made with.
    const Secret first("AWS4" + std::string(secret_key.reveal()));
    crypto::Digest key = mac(first.bytes(), day);
    for (const std::string_view part :
         {std::string_view(scope.region), std::string_view(scope.service),
          std::string_view("aws4_request")})
        key = mac(key, part);
    return Secret(std::string(as_text(key)));
}

} // namespace

std::string uri_encoded(std::string_view text, bool keeps_slashes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~' ||
                           (keeps_slashes && c == '/');
        const auto byte = static_cast<unsigned char>(c);
        if (plain)
            encoded += c;
        else
            encoded.append({'%', digits[byte >> 4U], digits[byte & 0xfU]});
    }
    return encoded;
}

std::string canonical_query(const HttpFields& query) {
    HttpFields encoded;
    for (const auto& [name, value] : query)
        encoded.emplace_back(uri_encoded(name), uri_encoded(value));
    std::ranges::sort(encoded);
    std::string text;
    for (const auto& [name, value] : encoded)
        text += (text.empty() ? "" : "&") + name + "=" + value;
    return text;
}

std::string canonical_request(const Unsigned& request) {
    const CanonicalFields fields = canonical_fields(request.fields);
    std::string lines;
    for (const auto& [name, value] : fields)
        lines += name + ":" + value + "\n";
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path,
                       canonical_query(request.query), lines, names_of(fields), request.body_hash);
}

std::string amz_date(Instant at) {
    std::string date;
    const std::string text = wire::to_rfc3339(at); // "2015-08-30T12:36:00.000Z"
    for (const char c : std::string_view(text).substr(0, text.find('.')))
        if (c != '-' && c != ':')
            date += c;
    return date + "Z";
}

std::string authorization(const Unsigned& request, const Credentials& credentials,
                          const Scope& scope, Instant at) {
    const std::string date = amz_date(at);
    const std::string day = date.substr(0, date.find('T'));
    const std::string place =
        fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
    const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", algorithm, date, place,
                                            to_hex(crypto::sha256(canonical_request(request))));
    const Secret key = signing_key(credentials.secret_key, day, scope);
    return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", algorithm,
                       credentials.key_id, place, names_of(canonical_fields(request.fields)),
                       to_hex(mac(key.bytes(), to_sign)));
}

} // namespace settled::custody::aws
