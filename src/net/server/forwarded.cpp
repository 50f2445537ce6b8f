#include "net/server/forwarded.h"

#include <algorithm>
#include <optional>

namespace settled::net {

namespace {

namespace ip = boost::asio::ip;

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The elements of all fields of that name, in order. A comma between quotes, which only an
// obfuscated name could have, makes elements that are no addresses.
std::vector<std::string_view> elements(const Fields& fields, std::string_view name) {
    std::vector<std::string_view> all;
    for (const auto& [field, value] : fields) {
        if (!same_name(field, name)) {
            continue;
        }
        for (std::size_t at = 0; at <= value.size();) {
            const std::size_t comma = std::min(value.find(',', at), value.size());
            all.push_back(trimmed(value.substr(at, comma - at)));
            at = comma + 1;
        }
    }
    return all;
}

// "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1"
std::optional<ip::address> read_node(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        text = text.substr(1, end - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    boost::system::error_code error;
    const ip::address address = ip::make_address(std::string(text), error);
    return error ? std::nullopt : std::optional(plain_address(address));
}

// for=192.0.2.43;proto=https;by=203.0.113.43, in any order, values quoted or not
std::optional<ip::address> read_forwarded(std::string_view element) {
    for (std::size_t at = 0; at <= element.size();) {
        const std::size_t end = std::min(element.find(';', at), element.size());
        const std::string_view pair = trimmed(element.substr(at, end - at));
        at = end + 1;
        if (pair.size() < 4 || !same_name(pair.substr(0, 3), "for") || pair[3] != '=') {
            continue;
        }
        std::string_view value = pair.substr(4);
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
            value = value.substr(1, value.size() - 2);
        }
        return read_node(value);
    }
    return std::nullopt;
}

// nullopt: the field says nothing that can be used.
std::optional<ip::address> rightmost_stranger(const std::vector<std::string_view>& elements,
                                              std::optional<ip::address> (*read)(std::string_view),
                                              const std::vector<AddressBlock>& trusted) {
    for (std::size_t i = elements.size(); i-- > 0;) {
        const auto address = read(elements[i]);
        if (!address) {
            return std::nullopt;
        }
        if (!is_in(trusted, *address)) {
            return address;
        }
    }
    return std::nullopt;
}

} // namespace

bool is_in(const std::vector<AddressBlock>& blocks, const ip::address& address) {
    return std::ranges::any_of(blocks,
                               [&](const AddressBlock& block) { return block.contains(address); });
}

ip::address client_behind(const Fields& fields, const ip::address& peer,
                          const std::vector<AddressBlock>& trusted_proxies) {
    const auto older = elements(fields, "X-Forwarded-For");
    const auto newer = elements(fields, "Forwarded");
    const auto by_older = rightmost_stranger(older, &read_node, trusted_proxies);
    const auto by_newer = rightmost_stranger(newer, &read_forwarded, trusted_proxies);
    if (older.empty()) {
        return by_newer.value_or(peer);
    }
    if (newer.empty()) {
        return by_older.value_or(peer);
    }
    // A proxy writes one of them and lets the other through as the client sent it.
    return by_older && by_older == by_newer ? *by_older : peer;
}

Fields without_field(const Fields& fields, std::string_view left_out) {
    Fields rest;
    for (const auto& [name, value] : fields) {
        if (!same_name(name, left_out)) {
            rest.add(name, value);
        }
    }
    return rest;
}

std::string counted_as(const ip::address& address) {
    if (address.is_v4()) {
        return address.to_string();
    }
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), 0);
    return ip::address_v6(bytes).to_string() + "/64";
}

} // namespace settled::net
