#include "net/server/proxy_header.h"

#include "net/address_block.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace settled::net {

namespace {

namespace ip = boost::asio::ip;
using Read = Result<std::optional<ProxyHeader>>;

constexpr std::string_view signature_2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::string_view begin_1 = "PROXY ";
constexpr std::size_t line_bytes_max = 107;
constexpr std::size_t fixed_bytes = 16; // of version 2
constexpr std::uint8_t version_2 = 2;
constexpr std::uint8_t command_local = 0;
constexpr std::uint8_t command_proxy = 1;
constexpr std::uint8_t family_v4 = 1;
constexpr std::uint8_t family_v6 = 2;

std::unexpected<Error> malformed() {
    return fail(Code::request_malformed, "the connection does not begin with a PROXY header");
}

bool begins_like(std::string_view bytes, std::string_view whole) {
    const std::size_t size = std::min(bytes.size(), whole.size());
    return bytes.substr(0, size) == whole.substr(0, size);
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        const std::size_t space = line.find(' ');
        words.push_back(line.substr(0, space));
        if (space == line.npos)
            return words;
        line.remove_prefix(space + 1);
    }
}

// "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", "PROXY UNKNOWN …\r\n"
Read read_line(std::string_view bytes) {
    const std::size_t end = bytes.find("\r\n");
    if (end == bytes.npos || end + 2 > line_bytes_max)
        return bytes.size() < line_bytes_max && end == bytes.npos ? Read(std::nullopt)
                                                                  : malformed();
    const auto words = words_of(bytes.substr(begin_1.size(), end - begin_1.size()));
    ProxyHeader header{end + 2, std::nullopt};
    if (words[0] == "UNKNOWN")
        return header;
    if (words.size() != 5 || (words[0] != "TCP4" && words[0] != "TCP6"))
        return malformed();
    boost::system::error_code failed;
    const auto client = ip::make_address(std::string(words[1]), failed);
    if (failed || client.is_v4() != (words[0] == "TCP4"))
        return malformed();
    header.client = plain_address(client);
    return header;
}

std::optional<ip::address> client_of(std::uint8_t family, std::string_view addresses) {
    if (family == family_v4 && addresses.size() >= 12) {
        ip::address_v4::bytes_type bytes{};
        std::memcpy(bytes.data(), addresses.data(), bytes.size());
        return ip::address(ip::address_v4(bytes));
    }
    if (family == family_v6 && addresses.size() >= 36) {
        ip::address_v6::bytes_type bytes{};
        std::memcpy(bytes.data(), addresses.data(), bytes.size());
        return plain_address(ip::address_v6(bytes));
    }
    return std::nullopt;
}

Read read_binary(std::string_view bytes) {
    if (bytes.size() < fixed_bytes)
        return std::nullopt;
    const auto at = [&bytes](std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); };
    const std::size_t size = fixed_bytes + (std::size_t{at(14)} << 8U) + at(15);
    const std::uint8_t command = at(12) & 0xfU;
    if (at(12) >> 4U != version_2 || command > command_proxy || size > proxy_header_bytes_max)
        return malformed();
    if (bytes.size() < size)
        return std::nullopt;
    ProxyHeader header{size, std::nullopt};
    if (command == command_local || at(13) == 0)
        return header;
    header.client = client_of(at(13) >> 4U, bytes.substr(fixed_bytes, size - fixed_bytes));
    return header.client ? Read(header) : malformed();
}

} // namespace

Result<std::optional<ProxyHeader>> read_proxy_header(std::string_view bytes) {
    if (begins_like(bytes, signature_2))
        return bytes.size() < signature_2.size() ? Read(std::nullopt) : read_binary(bytes);
    if (begins_like(bytes, begin_1))
        return bytes.size() < begin_1.size() ? Read(std::nullopt) : read_line(bytes);
    return malformed();
}

} // namespace settled::net
