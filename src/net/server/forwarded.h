// Whose request it is that came over a proxy of ours (RFC 7239, and X-Forwarded-For before it).
//
// Each proxy appends the address that it was called by, so the fields are read from the right: the
// first address that is no trusted proxy is the client. What is further left the client may have
// written itself.
#pragma once

#include "net/address_block.h"
#include "net/http.h"

#include <string>
#include <vector>

namespace settled::net {

bool is_in(const std::vector<AddressBlock>& blocks, const boost::asio::ip::address& address);

// The client of a request that the trusted proxy `peer` sent; `peer` itself when the fields do not
// say, cannot be read, or when both fields are there and name different clients.
boost::asio::ip::address client_behind(const Fields& fields, const boost::asio::ip::address& peer,
                                       const std::vector<AddressBlock>& trusted_proxies);

// The fields but those of that name.
Fields without_field(const Fields& fields, std::string_view name);

// Under which name an address is counted: an IPv6 host has a whole /64 to send from.
std::string counted_as(const boost::asio::ip::address& address);

} // namespace settled::net
