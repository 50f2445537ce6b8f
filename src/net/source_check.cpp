#include "net/source_check.h"

#include "net/server/forwarded.h"

namespace settled::net {

bool is_source_in(const std::vector<AddressBlock>& blocks, const std::string& address) {
    boost::system::error_code failed;
    const auto parsed = boost::asio::ip::make_address(address, failed);
    return !failed && is_in(blocks, plain_address(parsed));
}

} // namespace settled::net
