#include "net/address_block.h"

#include <gtest/gtest.h>

namespace settled::net {
namespace {

namespace ip = boost::asio::ip;

struct Case {
    const char* block;
    const char* address;
    bool contained;
};

TEST(AddressBlock, holds_what_shares_its_prefix) {
    const Case cases[] = {{"10.1.0.0/16", "10.1.255.255", true},
                          {"10.1.0.0/16", "10.2.0.0", false},
                          {"10.1.2.3/16", "10.1.0.1", true},
                          {"192.0.2.7/32", "192.0.2.7", true},
                          {"192.0.2.7/32", "192.0.2.6", false},
                          {"0.0.0.0/0", "203.0.113.9", true},
                          {"0.0.0.0/0", "::1", false},
                          {"172.16.0.0/12", "172.31.9.9", true},
                          {"172.16.0.0/12", "172.32.0.0", false},
                          {"fd00::/8", "fdff::1", true},
                          {"fd00::/8", "fe00::1", false},
                          {"2001:db8::/33", "2001:db8:7fff::1", true},
                          {"2001:db8::/33", "2001:db8:8000::1", false}};
    for (const auto& [block, address, contained] : cases) {
        const auto parsed = AddressBlock::parse(block);
        ASSERT_TRUE(parsed) << block;
        EXPECT_EQ(parsed->contains(ip::make_address(address)), contained)
            << address << " in " << block;
    }
    EXPECT_TRUE(AddressBlock::parse("10.0.0.0/8")
                    ->contains(plain_address(ip::make_address("::ffff:10.1.2.3"))));
}

TEST(AddressBlock, a_text_that_is_no_block_is_refused) {
    for (const char* wrong :
         {"", "10.0.0.1", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "example.com/8", "10.0.0.0/"}) {
        EXPECT_FALSE(AddressBlock::parse(wrong).has_value()) << wrong;
    }
}

} // namespace
} // namespace settled::net
