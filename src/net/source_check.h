// Whether an address that is known as text lies in one of several blocks.
#pragma once

#include "net/address_block.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::net {

// False: it does not, or the text is no address.
bool is_source_in(const std::vector<AddressBlock>& blocks, const std::string& address);

} // namespace settled::net
