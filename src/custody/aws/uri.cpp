#include "custody/aws/uri.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

namespace settled::custody::aws {

namespace {

constexpr std::size_t name_bytes_max = 2048; // SecretId in GetSecretValue
constexpr std::size_t key_bytes_max = 1024;  // of an object

std::unexpected<Error> refused(std::string_view scheme, std::string_view why) {
    return fail(Code::value_invalid, fmt::format("an {}… URI {}", scheme, why));
}

int digit_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// nullopt: a bad escape, or a character that cannot stand in a URI.
std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] <= ' ' || text[i] > '~')
            return std::nullopt;
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
        const int byte = high * 16 + low;
        if (high < 0 || low < 0 || byte < ' ' || byte == 0x7f)
            return std::nullopt;
        out += static_cast<char>(byte);
        i += 2;
    }
    return out;
}

struct Parts {
    std::string path;
    std::map<std::string, std::string, std::less<>> query;

    std::string take(std::string_view name) {
        const auto found = query.find(name);
        return found == query.end() ? std::string() : std::move(found->second);
    }
};

Result<Parts> split(std::string_view uri, std::string_view scheme,
                    std::initializer_list<std::string_view> known) {
    uri.remove_prefix(scheme.size());
    const std::size_t mark = uri.find('?');
    Parts parts;
    const auto path = decoded(uri.substr(0, mark));
    if (!path)
        return refused(scheme, "has a character that must be percent-coded");
    parts.path = *path;
    std::string_view rest = mark == uri.npos ? std::string_view() : uri.substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = rest.find('&');
        const std::string_view one = rest.substr(0, end);
        rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
        const std::size_t sign = one.find('=');
        const std::string_view name = one.substr(0, sign);
        if (std::ranges::find(known, name) == known.end())
            return refused(scheme, "has a query attribute that is not known");
        const auto value = sign == one.npos ? std::nullopt : decoded(one.substr(sign + 1));
        if (!value || value->empty())
            return refused(scheme, "has a query attribute without a value");
        if (!parts.query.try_emplace(std::string(name), *value).second)
            return refused(scheme, "has a query attribute twice");
    }
    return parts;
}

// It becomes a part of a host name.
bool is_region(std::string_view text) {
    return text.size() <= 32 && !text.starts_with('-') && !text.ends_with('-') &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

// So does a bucket. Source: "General purpose bucket naming rules" in the S3 User Guide.
bool is_bucket(std::string_view text) {
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return text.size() >= 3 && text.size() <= 63 && is_plain(text.front()) &&
           is_plain(text.back()) && !text.contains("..") &&
           std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '-' || c == '.'; });
}

// arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME; nullopt: it is no such ARN.
std::optional<std::string> region_of_arn(std::string_view arn) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < 6; ++i) {
        const std::size_t end = arn.find(':');
        if (end == arn.npos)
            return std::nullopt;
        words.push_back(arn.substr(0, end));
        arn.remove_prefix(end + 1);
    }
    if (words[2] != "secretsmanager" || words[5] != "secret" || arn.empty() || words[3].empty())
        return std::nullopt;
    return std::string(words[3]);
}

// A key is no path to AWS, but may be one to what stands for it.
bool climbs(std::string_view key) {
    const std::string whole = "/" + std::string(key) + "/";
    return whole.contains("/../") || whole.contains("/./");
}

} // namespace

Result<SecretUri> parse_secret_uri(std::string_view uri) {
    TRY(Parts parts,
        split(uri, secret_prefix, {"region", "version-stage", "version-id", "member"}));
    SecretUri parsed{parts.path, parts.take("region"), parts.take("version-stage"),
                     parts.take("version-id"), parts.take("member")};
    if (parsed.name.empty() || parsed.name.size() > name_bytes_max)
        return refused(secret_prefix, "names no secret: give its name or ARN, of 2,048 at most");
    if (!parsed.version_stage.empty() && !parsed.version_id.empty())
        return refused(secret_prefix, "has both version-stage and version-id; give one");
    if (!is_region(parsed.region))
        return refused(secret_prefix, "has a region that is none, such as eu-west-2");
    if (!parsed.is_arn())
        return parsed;
    const auto region = region_of_arn(parsed.name);
    if (!region || !is_region(*region))
        return refused(secret_prefix, "has an ARN that is none of a secret");
    if (!parsed.region.empty() && parsed.region != *region)
        return refused(secret_prefix, "has another region than its ARN");
    parsed.region = *region;
    return parsed;
}

Result<ObjectUri> parse_object_uri(std::string_view uri) {
    TRY(Parts parts, split(uri, object_prefix, {"region", "version-id", "member"}));
    std::string_view place = parts.path;
    if (place.starts_with("//"))
        place.remove_prefix(2);
    const std::size_t slash = place.find('/');
    if (slash == place.npos || slash + 1 == place.size() ||
        place.size() - slash - 1 > key_bytes_max)
        return refused(object_prefix, "names no object: it is s3://BUCKET/KEY");
    ObjectUri parsed{std::string(place.substr(0, slash)), std::string(place.substr(slash + 1)),
                     parts.take("region"), parts.take("version-id"), parts.take("member")};
    if (!is_bucket(parsed.bucket))
        return refused(object_prefix, "has a bucket with a name that none can have");
    if (!is_region(parsed.region))
        return refused(object_prefix, "has a region that is none, such as eu-west-2");
    return parsed;
}

bool is_tenants(std::string_view uri, std::string_view prefix, std::string_view tenant) {
    if (prefix.empty() || tenant.empty())
        return false;
    const std::string begin =
        fmt::format("{}{}{}/", prefix, prefix.ends_with('/') ? "" : "/", tenant);
    if (uri.starts_with(secret_prefix)) {
        const auto parsed = parse_secret_uri(uri);
        return parsed && !parsed->is_arn() && parsed->name.starts_with(begin);
    }
    const auto parsed = uri.starts_with(object_prefix)
                            ? parse_object_uri(uri)
                            : Result<ObjectUri>(fail(Code::value_invalid));
    if (!parsed)
        return false;
    const std::string whole = parsed->bucket + "/" + parsed->key;
    return whole.starts_with(begin) && !climbs(whole);
}

} // namespace settled::custody::aws
