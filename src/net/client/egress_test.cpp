#include "net/client/egress.h"

#include <gtest/gtest.h>

namespace settled::net {
namespace {

namespace ip = boost::asio::ip;

struct Case {
    const char* address;
    bool global;
};

// For each refused block its first and last address, and the neighbours outside where those are
// public.
constexpr Case cases[] = {
    {"0.0.0.0", false},
    {"0.255.255.255", false},
    {"1.0.0.0", true},
    {"8.8.8.8", true},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"126.255.255.255", true},
    {"127.0.0.0", false},
    {"127.0.0.1", false},
    {"127.255.255.255", false},
    {"128.0.0.0", true},
    {"168.63.129.15", true},
    {"168.63.129.16", false},
    {"168.63.129.17", true},
    {"169.253.255.255", true},
    {"169.254.0.0", false},
    {"169.254.169.254", false},
    {"169.254.255.255", false},
    {"169.255.0.0", true},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"191.255.255.255", true},
    {"192.0.0.0", false},
    {"192.0.0.255", false},
    {"192.0.1.0", true},
    {"192.0.2.0", false},
    {"192.0.2.255", false},
    {"192.0.3.0", true},
    {"192.31.196.1", false},
    {"192.52.193.1", false},
    {"192.88.99.0", false},
    {"192.88.99.255", false},
    {"192.88.100.0", true},
    {"192.167.255.255", true},
    {"192.168.0.0", false},
    {"192.168.255.255", false},
    {"192.169.0.0", true},
    {"192.175.48.1", false},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.99.255", true},
    {"198.51.100.0", false},
    {"198.51.100.255", false},
    {"198.51.101.0", true},
    {"203.0.112.255", true},
    {"203.0.113.0", false},
    {"203.0.113.255", false},
    {"203.0.114.0", true},
    {"223.255.255.255", true},
    {"224.0.0.0", false},
    {"239.255.255.255", false},
    {"240.0.0.0", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::7f00:1", false},
    {"::ffff:127.0.0.1", false},
    {"::ffff:10.1.2.3", false},
    {"::ffff:8.8.8.8", true},
    {"::ffff:169.254.169.254", false},
    {"64:ff9b::1", false},
    {"64:ff9b::808:808", false},
    {"64:ff9b:1::1", false},
    {"100::", false},
    {"100::1", false},
    {"100:0:0:1::", false},
    {"1fff::", false},
    {"2000::", true},
    {"2001::", false},
    {"2001:0:1234::1", false},
    {"2001:1ff:ffff::", false},
    {"2001:200::", true},
    {"2001:db7:ffff::", true},
    {"2001:db8::", false},
    {"2001:db8:ffff::1", false},
    {"2001:db9::", true},
    {"2001:4860:4860::8888", true},
    {"2001:ffff::", true},
    {"2002::", false},
    {"2002:7f00:1::", false},
    {"2002:ffff::1", false},
    {"2003::", true},
    {"2606:4700::1111", true},
    {"2620:4f:8000::1", false},
    {"3ffe:ffff::", true},
    {"3fff::", false},
    {"3fff:fff::1", false},
    {"3fff:1000::", true},
    {"4000::", false},
    {"5f00::1", false},
    {"fc00::", false},
    {"fd12:3456::1", false},
    {"fe80::1", false},
    {"febf::1", false},
    {"fec0::1", false},
    {"feff::1", false},
    {"ff00::", false},
    {"ff02::1", false},
};

TEST(Egress, knows_what_the_whole_internet_can_reach) {
    for (const auto& [address, global] : cases) {
        EXPECT_EQ(is_global_unicast(ip::make_address(address)), global) << address;
        EXPECT_EQ(EgressPolicy{}.permits(ip::make_address(address)), global) << address;
    }
}

TEST(Egress, a_scoped_address_is_never_global) {
    auto address = ip::make_address_v6("2606:4700::1111");
    address.scope_id(2);
    EXPECT_FALSE(is_global_unicast(address));
}

TEST(Egress, the_policy_permits_what_the_operator_allowed_and_nothing_else) {
    const EgressPolicy policy{.allow = {"10.1.0.0/16", "fd00:1::/32", "not a block"}};
    EXPECT_TRUE(policy.permits(ip::make_address("10.1.255.255")));
    EXPECT_TRUE(policy.permits(ip::make_address("::ffff:10.1.0.1")));
    EXPECT_FALSE(policy.permits(ip::make_address("10.2.0.0")));
    EXPECT_FALSE(policy.permits(ip::make_address("10.0.255.255")));
    EXPECT_TRUE(policy.permits(ip::make_address("fd00:1:ffff::1")));
    EXPECT_FALSE(policy.permits(ip::make_address("fd00:2::1")));
    EXPECT_TRUE(policy.permits(ip::make_address("8.8.8.8")));
}

} // namespace
} // namespace settled::net
