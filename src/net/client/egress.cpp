#include "net/client/egress.h"

#include "net/address_block.h"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace settled::net {

namespace {

namespace ip = boost::asio::ip;

struct Block {
    std::string_view cidr;
    std::string_view why;
};

// IANA IPv4 special-purpose address registry, and one cloud provider's control address outside it.
constexpr std::array blocks_v4 = {
    Block{"0.0.0.0/8", "this network"},
    Block{"10.0.0.0/8", "private"},
    Block{"100.64.0.0/10", "carrier-grade NAT"},
    Block{"127.0.0.0/8", "loopback"},
    Block{"168.63.129.16/32", "Azure's host, which serves metadata from a public address"},
    Block{"169.254.0.0/16", "link-local, cloud metadata"},
    Block{"172.16.0.0/12", "private"},
    Block{"192.0.0.0/24", "protocol assignments"},
    Block{"192.0.2.0/24", "documentation"},
    Block{"192.31.196.0/24", "AS112"},
    Block{"192.52.193.0/24", "AMT"},
    Block{"192.88.99.0/24", "6to4 relay"},
    Block{"192.168.0.0/16", "private"},
    Block{"192.175.48.0/24", "AS112"},
    Block{"198.18.0.0/15", "benchmarking"},
    Block{"198.51.100.0/24", "documentation"},
    Block{"203.0.113.0/24", "documentation"},
    Block{"224.0.0.0/4", "multicast"},
    Block{"240.0.0.0/4", "reserved, broadcast"},
};

// Within 2000::/3, the only global unicast space given out (IANA IPv6 address space registry); what
// is outside is refused as a whole.
constexpr std::array blocks_v6 = {
    Block{"2001::/23", "protocol assignments, Teredo, ORCHID"},
    Block{"2001:db8::/32", "documentation"},
    Block{"2002::/16", "6to4: hides an IPv4 address"},
    Block{"2620:4f:8000::/48", "AS112"},
    Block{"3fff::/20", "documentation"},
};

template <class Network>
std::vector<Network> parse_all(auto make, const auto& blocks) {
    std::vector<Network> out;
    for (const Block& block : blocks) {
        out.push_back(make(block.cidr));
    }
    return out;
}

bool contains(const ip::network_v4& network, const ip::address_v4& address) {
    return (address.to_uint() & network.netmask().to_uint()) == network.network().to_uint();
}

bool contains(const ip::network_v6& network, const ip::address_v6& address) {
    const auto base = network.network().to_bytes();
    const auto bytes = address.to_bytes();
    for (int bit = 0; bit < network.prefix_length(); bit += 8) {
        const auto at = static_cast<std::size_t>(bit / 8);
        const int left = std::min(8, network.prefix_length() - bit);
        const auto mask = static_cast<unsigned char>(0xff << (8 - left));
        if ((bytes[at] & mask) != (base[at] & mask)) {
            return false;
        }
    }
    return true;
}

bool is_global(const ip::address_v4& address) {
    static const auto blocks = parse_all<ip::network_v4>(
        [](std::string_view cidr) { return ip::make_network_v4(cidr); }, blocks_v4);
    return std::ranges::none_of(blocks,
                                [&](const auto& block) { return contains(block, address); });
}

bool is_global(const ip::address_v6& address) {
    if (address.is_v4_mapped()) {
        return is_global(ip::make_address_v4(ip::v4_mapped, address));
    }
    static const auto global = ip::make_network_v6("2000::/3");
    static const auto blocks = parse_all<ip::network_v6>(
        [](std::string_view cidr) { return ip::make_network_v6(cidr); }, blocks_v6);
    // A scope names one of our own interfaces: never a public address.
    return address.scope_id() == 0 && contains(global, address) &&
           std::ranges::none_of(blocks,
                                [&](const auto& block) { return contains(block, address); });
}

bool matches(std::string_view cidr, const ip::address& address) {
    const auto block = AddressBlock::parse(cidr);
    return block && block->contains(address);
}

} // namespace

Result<> check_block(std::string_view cidr) {
    const std::string text(cidr);
    boost::system::error_code error;
    const auto address = ip::make_address(text, error);
    if (!error) {
        return fail(Code::value_invalid,
                    text + " is an address: write " + text + (address.is_v4() ? "/32" : "/128"));
    }
    std::string first;
    if (const auto v4 = ip::make_network_v4(text, error); !error) {
        first = v4.canonical().to_string();
    } else if (const auto v6 = ip::make_network_v6(text, error); !error) {
        first = v6.canonical().to_string();
    } else {
        return fail(Code::value_invalid, text + " is no block of addresses, such as 10.0.0.0/8");
    }
    if (first != text) {
        return fail(Code::value_invalid, text + " does not begin its block: write " + first);
    }
    return {};
}

bool is_global_unicast(const ip::address& address) {
    return address.is_v4() ? is_global(address.to_v4()) : is_global(address.to_v6());
}

bool EgressPolicy::permits(const ip::address& address) const {
    const ip::address judged = plain_address(address);
    return is_global_unicast(judged) || std::ranges::any_of(allow, [&](const std::string& cidr) {
               return matches(cidr, judged);
           });
}

} // namespace settled::net
