// Which addresses the server may call. Partners give us URLs; without this they could make the
// server call its own control ports, cloud metadata or the private network (SSRF, OWASP API7:2023).
//
// Default: only global unicast addresses. Refused are loopback, private, link-local, CGNAT,
// documentation, benchmarking, multicast, reserved ranges, IPv4 hidden in IPv6 (mapped, 6to4,
// NAT64, Teredo), unique-local and site-local IPv6, and 168.63.129.16. Source: IANA special-purpose
// registries.
#pragma once

#include "base/error.h"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace settled::net {

struct EgressPolicy {
    bool https_only = true;
    // CIDR blocks that are allowed although they are not global ("10.1.0.0/16"); for partners
    // inside the operator's own network, and for tests.
    std::vector<std::string> allow;

    bool permits(const boost::asio::ip::address& address) const;
};

// Whether `allow` can hold this text: a block of IPv4 or IPv6 addresses by its first address and
// its length. Fails with value_invalid, saying what to write instead.
Result<> check_block(std::string_view cidr);

// True for addresses that the whole Internet can reach, by the registries above.
bool is_global_unicast(const boost::asio::ip::address& address);

} // namespace settled::net
