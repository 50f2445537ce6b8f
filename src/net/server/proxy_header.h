// The header that a proxy writes before everything else on a connection, to name the client: PROXY
// protocol, versions 1 and 2. Source: "The PROXY protocol", HAProxy, 2020.
//
// Pure. What it says may be believed of a trusted proxy alone.
#pragma once

#include "base/error.h"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace settled::net {

// Of version 1, 107 bytes; of version 2, addresses and what else the proxy adds.
inline constexpr std::size_t proxy_header_bytes_max = 16 + 1024;

struct ProxyHeader {
    std::size_t size = 0; // bytes of it
    // The client's; nullopt: the connection is the proxy's own, such as a health check.
    std::optional<boost::asio::ip::address> client;
};

// nullopt: it is not whole yet. Fails with request_malformed: it is none.
Result<std::optional<ProxyHeader>> read_proxy_header(std::string_view bytes);

} // namespace settled::net
