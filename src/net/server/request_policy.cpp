#include "net/server/request_policy.h"

#include "base/limits.h"

#include <algorithm>
#include <array>

namespace settled::net {

namespace {

constexpr std::array<std::string_view, 7> methods = {"GET",   "POST",    "PUT", "DELETE",
                                                     "PATCH", "OPTIONS", "HEAD"};

// Host is first, since its repetition has a code of its own. A second one of these would be a
// second opinion about whose request this is, or where it ends.
constexpr std::array<std::string_view, 10> single_fields = {
    "Host",          "Content-Length",   "Transfer-Encoding", "Content-Type",
    "Authorization", "DigitalSignature", "X-Request-Id",      "Idempotency-Key",
    "Expect",        "Content-Encoding"};

constexpr std::size_t content_length_digits_max = 15;
constexpr std::size_t request_id_bytes_max = 83;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name_char(char c) {
    return is_digit(c) || is_alpha(c) || c == '.' || c == '_' || c == '-';
}

bool is_lower_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

// RFC 3986: what may stand in a path or query. Square brackets are let through in the query: many
// clients send them so.
bool is_target_char(char c) {
    return is_digit(c) || is_alpha(c) ||
           std::string_view("-._~%!$&'()*+,;=:@/?[]").find(c) != std::string_view::npos;
}

bool is_host(std::string_view host) {
    std::string_view port;
    if (host.starts_with('[')) {
        const std::size_t close = host.find(']');
        if (close == std::string_view::npos || close < 3) {
            return false;
        }
        const bool plain = std::ranges::all_of(host.substr(1, close - 1), [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
                   c == '.';
        });
        if (!plain) {
            return false;
        }
        port = host.substr(close + 1);
    } else {
        const std::size_t colon = host.find(':');
        const std::string_view name = host.substr(0, colon);
        if (name.empty() || name.size() > 253 || !std::ranges::all_of(name, is_name_char)) {
            return false;
        }
        port = colon == std::string_view::npos ? std::string_view() : host.substr(colon);
    }
    if (port.empty()) {
        return true;
    }
    port.remove_prefix(1);
    return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, is_digit);
}

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment == "." || segment == "..") {
            return true;
        }
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
    }
    return false;
}

// Cuts "http://authority" off; the authority must be the Host field's, or two parts of the way
// would route by different names.
Result<std::string_view> origin_form(std::string_view target, std::string_view host) {
    if (target.starts_with('/')) {
        return target;
    }
    const std::size_t colon = target.find("://");
    if (colon == std::string_view::npos || (!same_name(target.substr(0, colon), "http") &&
                                            !same_name(target.substr(0, colon), "https"))) {
        return fail(Code::request_malformed, "the request target must begin with a slash");
    }
    target.remove_prefix(colon + 3);
    const std::size_t slash = target.find('/');
    if (slash == std::string_view::npos) {
        return fail(Code::request_malformed, "the request target has no path");
    }
    if (!same_name(target.substr(0, slash), host)) {
        return fail(Code::host_invalid, "the target names another host than the Host header");
    }
    return target.substr(slash);
}

Result<> check_singles(const Fields& fields) {
    std::array<bool, single_fields.size()> seen{};
    for (const auto& [name, value] : fields) {
        for (std::size_t i = 0; i < single_fields.size(); ++i) {
            if (name.size() != single_fields[i].size() || !same_name(name, single_fields[i])) {
                continue;
            }
            if (seen[i]) {
                return fail(i == 0 ? Code::host_invalid : Code::header_repeated,
                            std::string(single_fields[i]));
            }
            seen[i] = true;
        }
    }
    return {};
}

Result<> check_transfer_encoding(const Fields& fields, int version) {
    const auto encoding = fields.find("Transfer-Encoding");
    if (!encoding) {
        return {};
    }
    if (version < 11) {
        return fail(Code::request_malformed, "HTTP/1.0 has no Transfer-Encoding");
    }
    if (!same_name(*encoding, "chunked")) {
        return fail(Code::transfer_encoding_unsupported, "only chunked is supported");
    }
    if (fields.find("Content-Length")) {
        return fail(Code::request_malformed, "Content-Length beside Transfer-Encoding");
    }
    return {};
}

Result<> check_content_length(const Fields& fields) {
    const auto length = fields.find("Content-Length");
    if (!length) {
        return {};
    }
    if (length->empty() || !std::ranges::all_of(*length, is_digit)) {
        return fail(Code::request_malformed, "Content-Length is not a number");
    }
    if (length->size() > content_length_digits_max) {
        return fail(Code::body_too_large);
    }
    return {};
}

} // namespace

Result<Target> read_target(std::string_view target, std::string_view host) {
    if (target.size() > limits::target_bytes_max) {
        return fail(Code::target_too_long);
    }
    if (!std::ranges::all_of(target, is_target_char)) {
        return fail(Code::request_malformed,
                    "the request target holds a character that must be encoded");
    }
    TRY(const std::string_view origin, origin_form(target, host));
    const std::size_t mark = origin.find('?');
    auto path = percent_decode(origin.substr(0, mark));
    const std::string_view query =
        mark == std::string_view::npos ? std::string_view() : origin.substr(mark + 1);
    if (!path || !percent_decode(query)) {
        return fail(Code::request_malformed,
                    "a % in the request target is not followed by two digits");
    }
    const bool has_control = std::ranges::any_of(
        *path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (has_control) {
        return fail(Code::request_malformed, "the path holds an encoded control character");
    }
    if (has_dot_segment(*path)) {
        return fail(Code::request_malformed, "the path holds a dot segment");
    }
    return Target{std::move(*path), std::string(query)};
}

Result<> check_method(std::string_view method) {
    if (std::ranges::find(methods, method) == methods.end()) {
        return fail(Code::method_not_allowed);
    }
    return {};
}

Result<> check_fields(const Fields& fields, int version) {
    TRY_VOID(check_singles(fields));
    const auto host = fields.find("Host");
    if (!host || !is_host(*host)) {
        return fail(Code::host_invalid);
    }
    TRY_VOID(check_transfer_encoding(fields, version));
    TRY_VOID(check_content_length(fields));
    const auto encoding = fields.find("Content-Encoding");
    if (encoding && !same_name(*encoding, "identity")) {
        return fail(Code::content_encoding_unsupported);
    }
    const auto expect = fields.find("Expect");
    if (expect && !same_name(*expect, "100-continue")) {
        return fail(Code::request_malformed, "only the expectation 100-continue is known");
    }
    return {};
}

bool expects_continue(const Fields& fields, int version) {
    return version >= 11 && fields.find("Expect").has_value();
}

std::string_view request_id_of(const Fields& fields) {
    const auto id = fields.find("X-Request-Id");
    if (!id || id->empty() || id->size() > request_id_bytes_max ||
        !std::ranges::all_of(*id, is_name_char) || fields.count("X-Request-Id") > 1) {
        return {};
    }
    return *id;
}

std::string_view traceparent_of(const Fields& fields) {
    const auto found = fields.find("traceparent");
    if (!found || fields.count("traceparent") > 1) {
        return {};
    }
    // 00-<32 hex>-<16 hex>-<2 hex>; a later version may have more behind another hyphen.
    const std::string_view text = *found;
    const auto hex = [&](std::size_t at, std::size_t size) {
        return std::ranges::all_of(text.substr(at, size), is_lower_hex);
    };
    const auto zero = [&](std::size_t at, std::size_t size) {
        return text.substr(at, size).find_first_not_of('0') == std::string_view::npos;
    };
    const bool shaped = text.size() >= 55 && text[2] == '-' && text[35] == '-' && text[52] == '-' &&
                        hex(0, 2) && hex(3, 32) && hex(36, 16) && hex(53, 2);
    if (!shaped || text.starts_with("ff") || zero(3, 32) || zero(36, 16)) {
        return {};
    }
    const bool fits = text.starts_with("00")
                          ? text.size() == 55
                          : text.size() == 55 || (text[55] == '-' && text.size() <= 128);
    return fits ? text : std::string_view();
}

} // namespace settled::net
