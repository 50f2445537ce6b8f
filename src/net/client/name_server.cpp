#include "net/client/name_server.h"

#include <charconv>
#include <string>

namespace settled::net {

namespace {

namespace ip = boost::asio::ip;

constexpr std::uint16_t dns_port = 53;

} // namespace

Result<ip::udp::endpoint> parse_name_server(std::string_view text) {
    const auto wrong = [text] {
        return fail(Code::config_invalid, std::string(text) +
                                              " is no name server: give its address, and a port if "
                                              "it is not 53, such as 10.0.0.53 or [fd00::1]:5353");
    };
    boost::system::error_code error;
    const std::string whole(text);
    const ip::address bare = ip::make_address(whole, error);
    if (!error) {
        return ip::udp::endpoint(bare, dns_port);
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return wrong();
    }
    std::string host = whole.substr(0, colon);
    const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (in_brackets) {
        host = host.substr(1, host.size() - 2);
    }
    const ip::address address = ip::make_address(host, error);
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error || address.is_v6() != in_brackets || bad != std::errc{} ||
        end != digits.data() + digits.size() || port == 0) {
        return wrong();
    }
    return ip::udp::endpoint(address, port);
}

} // namespace settled::net
