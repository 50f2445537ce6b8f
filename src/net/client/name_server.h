// The address of a name server, as a setting gives it: "10.0.0.53", "10.0.0.53:5353",
// "[fd00::1]:53".
#pragma once

#include "base/error.h"

#include <boost/asio/ip/udp.hpp>

#include <string_view>

namespace settled::net {

// Port 53 where none is named. Fails with config_invalid.
Result<boost::asio::ip::udp::endpoint> parse_name_server(std::string_view text);

} // namespace settled::net
