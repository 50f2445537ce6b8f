#include "net/address_block.h"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>

namespace settled::net {

namespace {

namespace ip = boost::asio::ip;

template <class Bytes>
bool same_prefix(const Bytes& one, const Bytes& other, unsigned bits) {
    for (unsigned bit = 0; bit < bits; bit += 8) {
        const unsigned left = bits - bit < 8 ? bits - bit : 8;
        const auto mask = static_cast<unsigned char>(0xffu << (8 - left));
        if (((one[bit / 8] ^ other[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

} // namespace

ip::address plain_address(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

Result<AddressBlock> AddressBlock::parse(std::string_view text) {
    boost::system::error_code error;
    const std::string whole(text);
    const auto v4 = ip::make_network_v4(whole, error);
    if (!error) {
        return AddressBlock(v4.address(), v4.prefix_length());
    }
    const auto v6 = ip::make_network_v6(whole, error);
    if (!error) {
        return AddressBlock(v6.address(), v6.prefix_length());
    }
    return fail(Code::config_invalid, whole + " is no CIDR block, such as 10.0.0.0/8 or fd00::/8");
}

bool AddressBlock::contains(const ip::address& address) const {
    if (address.is_v4() != base_.is_v4()) {
        return false;
    }
    return address.is_v4()
               ? same_prefix(address.to_v4().to_bytes(), base_.to_v4().to_bytes(), bits_)
               : same_prefix(address.to_v6().to_bytes(), base_.to_v6().to_bytes(), bits_);
}

} // namespace settled::net
