#include "net/server/forwarded.h"

#include <gtest/gtest.h>

namespace settled::net {
namespace {

namespace ip = boost::asio::ip;

const std::vector<AddressBlock> proxies = {*AddressBlock::parse("10.0.0.0/8"),
                                           *AddressBlock::parse("fd00::/8")};
const ip::address proxy = ip::make_address("10.0.0.1");

std::string client(std::initializer_list<std::pair<const char*, const char*>> sent) {
    Fields fields;
    for (const auto& [name, value] : sent) {
        fields.add(name, value);
    }
    return client_behind(fields, proxy, proxies).to_string();
}

struct Case {
    const char* value;
    const char* client;
};

TEST(Forwarded, the_rightmost_address_that_is_no_proxy_is_the_client) {
    const Case cases[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"198.51.100.9, 192.0.2.1", "192.0.2.1"}, // any client can write what is further left
        {"192.0.2.1, 10.9.9.9", "192.0.2.1"},
        {"192.0.2.1,10.9.9.9 ,\tfd00::2", "192.0.2.1"},
        {"192.0.2.1:4711", "192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},
        {"[2001:db8::1]:4711", "2001:db8::1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::ffff:10.1.1.1", "10.0.0.1"},
        {"10.1.1.1, 10.2.2.2", "10.0.0.1"}, // proxies only
        {"192.0.2.1, unknown", "10.0.0.1"},
        {"192.0.2.1, ", "10.0.0.1"},
        {"", "10.0.0.1"},
        {"192.0.2.1 198.51.100.9", "10.0.0.1"}};
    for (const auto& [value, expected] : cases) {
        EXPECT_EQ(client({{"X-Forwarded-For", value}}), expected) << value;
    }
    EXPECT_EQ(client({}), "10.0.0.1");
    EXPECT_EQ(client({{"x-forwarded-for", "192.0.2.1"}, {"X-Forwarded-For", "192.0.2.2"}}),
              "192.0.2.2")
        << "several fields are one list";
}

TEST(Forwarded, the_standard_field_is_read_as_well) {
    const Case cases[] = {{"for=192.0.2.1", "192.0.2.1"},
                          {"for=198.51.100.9, For=192.0.2.1;proto=https;by=10.0.0.1", "192.0.2.1"},
                          {"proto=https; for=\"192.0.2.1:4711\"", "192.0.2.1"},
                          {"for=\"[2001:db8::1]:4711\"", "2001:db8::1"},
                          {"for=192.0.2.1, for=10.2.2.2", "192.0.2.1"},
                          {"for=_hidden", "10.0.0.1"},
                          {"for=192.0.2.1, for=unknown", "10.0.0.1"},
                          {"by=192.0.2.1", "10.0.0.1"},
                          {"for", "10.0.0.1"}};
    for (const auto& [value, expected] : cases) {
        EXPECT_EQ(client({{"Forwarded", value}}), expected) << value;
    }
}

TEST(Forwarded, a_field_that_the_proxy_only_let_through_changes_nothing_but_the_callers_own_count) {
    EXPECT_EQ(client({{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=192.0.2.1"}}),
              "192.0.2.1");
    EXPECT_EQ(client({{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=198.51.100.9"}}),
              "10.0.0.1");
    EXPECT_EQ(client({{"X-Forwarded-For", "198.51.100.9"}, {"Forwarded", "for=unknown"}}),
              "10.0.0.1");
}

TEST(Forwarded, an_ipv6_host_counts_with_its_whole_network) {
    EXPECT_EQ(counted_as(ip::make_address("192.0.2.1")), "192.0.2.1");
    EXPECT_EQ(counted_as(ip::make_address("2001:db8:1:2:3:4:5:6")), "2001:db8:1:2::/64");
    EXPECT_EQ(counted_as(ip::make_address("2001:db8:1:2::9")), "2001:db8:1:2::/64");
}

} // namespace
} // namespace settled::net
