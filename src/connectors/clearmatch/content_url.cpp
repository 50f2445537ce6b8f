#include "connectors/clearmatch/content_url.h"

#include "base/ascii.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace settled::connectors::clearmatch {

namespace {

struct Parts {
    std::string origin; // "https://host:443"
    std::string path;   // without dot segments
    std::string query;  // with its '?', or empty
};

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), ascii_lower);
    return out;
}

bool is_plain(std::string_view url) {
    return std::ranges::all_of(url, [](char c) {
        return c > 0x20 && c < 0x7f && c != '\\' && c != '#' && c != '"' && c != '<' && c != '>';
    });
}

// "host", "host:port", "[v6]:port"; no user info, nothing encoded.
std::optional<std::string> read_authority(std::string_view text, bool tls) {
    std::string_view host = text, port = tls ? "443" : "80";
    const std::size_t after_host = text.starts_with('[') ? text.find(']') : 0;
    if (after_host == text.npos)
        return std::nullopt;
    if (const std::size_t colon = text.find(':', after_host); colon != text.npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    const bool is_host = !host.empty() && std::ranges::all_of(host, [](char c) {
        const char small = ascii_lower(c);
        return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_' || c == '[' || c == ']' || c == ':';
    });
    std::uint32_t number = 0;
    for (const char c : port) {
        if (c < '0' || c > '9' || number > 65'535)
            return std::nullopt;
        number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (!is_host || port.empty() || number == 0 || number > 65'535)
        return std::nullopt;
    return lowered(host) + ":" + std::to_string(number);
}

// The segment with "%2e" as the point that it stands for; nullopt: it has an encoded slash,
// backslash or NUL, or a '%' that encodes nothing.
std::optional<std::string> with_points(std::string_view segment) {
    std::string out;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] != '%') {
            out += segment[i];
            continue;
        }
        const std::string code = lowered(segment.substr(i, 3));
        const bool is_code =
            code.size() == 3 && code.find_first_not_of("0123456789abcdef", 1) == std::string::npos;
        if (!is_code || code == "%2f" || code == "%5c" || code == "%00")
            return std::nullopt;
        out += code == "%2e" ? std::string(".") : std::string(segment.substr(i, 3));
        i += 2;
    }
    return out;
}

// RFC 3986 section 5.2.4.
std::optional<std::string> without_dot_segments(std::string_view path) {
    std::vector<std::string> kept;
    bool ends_open = false; // with a slash
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view raw = path.substr(0, path.find('/'));
        path.remove_prefix(raw.size());
        const auto segment = with_points(raw);
        if (!segment)
            return std::nullopt;
        const std::string_view name = std::string_view(*segment).substr(0, segment->find(';'));
        const bool is_dots = name == "." || name == "..";
        if (is_dots && name.size() != segment->size())
            return std::nullopt; // "..;": a parameter to one reader, a name to another
        ends_open = is_dots || raw.empty();
        if (name == ".." && !kept.empty())
            kept.pop_back();
        else if (!is_dots && (!raw.empty() || !path.empty()))
            kept.push_back(*segment);
    }
    std::string out;
    for (const std::string& segment : kept)
        out += "/" + segment;
    return ends_open || out.empty() ? out + "/" : out;
}

std::optional<Parts> read(std::string_view url) {
    if (!is_plain(url))
        return std::nullopt;
    const std::size_t colon = url.find("://");
    const std::string scheme = colon == url.npos ? "" : lowered(url.substr(0, colon));
    if (scheme != "https" && scheme != "http")
        return std::nullopt;
    url.remove_prefix(colon + 3);
    const std::size_t end = std::min(url.find_first_of("/?"), url.size());
    const auto authority = read_authority(url.substr(0, end), scheme == "https");
    url.remove_prefix(end);
    const std::size_t query = std::min(url.find('?'), url.size());
    const auto path = without_dot_segments(url.substr(0, query));
    if (!authority || !path)
        return std::nullopt;
    return Parts{scheme + "://" + *authority, *path, std::string(url.substr(query))};
}

} // namespace

std::optional<std::string> url_below(std::string_view prefix, std::string_view url) {
    const auto above = read(prefix);
    auto called = read(url);
    if (!above || !called || above->origin != called->origin)
        return std::nullopt;
    std::string_view border = above->path;
    if (border.ends_with('/'))
        border.remove_suffix(1);
    const std::string_view path = called->path;
    if (!path.starts_with(border) || (path.size() > border.size() && path[border.size()] != '/'))
        return std::nullopt;
    return called->origin + called->path + called->query;
}

bool is_prefix(std::string_view url) {
    const auto parts = read(url);
    return parts && parts->query.empty() && url.size() <= 1024;
}

} // namespace settled::connectors::clearmatch
