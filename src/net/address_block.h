// A CIDR block of addresses, as settings name them: "10.0.0.0/8", "fd00::/8".
#pragma once

#include "base/error.h"

#include <boost/asio/ip/address.hpp>

#include <string_view>

namespace settled::net {

// ::ffff:a.b.c.d is the IPv4 address a.b.c.d to every kernel; it is judged as such.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

class AddressBlock {
  public:
    // Fails with config_invalid. Bits behind the prefix are dropped.
    static Result<AddressBlock> parse(std::string_view text);

    bool contains(const boost::asio::ip::address& address) const; // a plain one

  private:
    AddressBlock(boost::asio::ip::address base, unsigned bits) : base_(base), bits_(bits) {}

    boost::asio::ip::address base_;
    unsigned bits_; // of the prefix
};

} // namespace settled::net
