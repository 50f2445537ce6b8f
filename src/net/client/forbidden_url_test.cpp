// What a partner's URL must never reach: every spelling of an address that is not the Internet's, as
// a literal, as the answer of a name server, and hidden among good answers.
#include "net/client/client.h"
#include "net/client/scripted_name_server.h"
#include "net/test_support.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>

namespace settled::net {
namespace {

using namespace std::chrono_literals;
using testing::NameScript;
using testing::RunningServer;
using testing::ScriptedNameServer;

constexpr const char* public_address = "93.184.215.14";

// One of each kind that egress.h names, and the places that attackers go for.
constexpr std::array forbidden{
    "0.0.0.0",                       // this host
    "0.1.2.3",                       //
    "10.0.0.1",                      // private
    "10.255.255.254",                //
    "100.64.0.1",                    // shared address space of carriers
    "100.100.100.200",               // metadata of Alibaba Cloud
    "127.0.0.1",                     // loopback
    "127.0.0.53",                    // a local name server
    "127.255.255.254",               //
    "168.63.129.16",                 // Azure's host
    "169.254.0.1",                   // link-local
    "169.254.169.254",               // metadata of AWS, Azure and Google Cloud
    "169.254.170.2",                 // credentials of AWS's containers
    "172.16.0.1",                    // private
    "172.31.255.254",                //
    "192.0.0.1",                     // protocol assignments
    "192.0.0.192",                   // metadata of Oracle Cloud
    "192.0.2.1",                     // documentation
    "192.88.99.1",                   // 6to4 relays
    "192.168.0.1",                   // private
    "192.168.255.254",               //
    "198.18.0.1",                    // benchmarking
    "198.51.100.1",                  // documentation
    "203.0.113.1",                   //
    "224.0.0.1",                     // multicast
    "239.255.255.250",               //
    "240.0.0.1",                     // reserved
    "255.255.255.255",               // broadcast
    "::",                            // this host
    "::1",                           // loopback
    "::127.0.0.1",                   // IPv4 in IPv6, the form that was given up
    "::ffff:127.0.0.1",              // mapped
    "::ffff:10.0.0.1",               //
    "::ffff:169.254.169.254",        //
    "64:ff9b::7f00:1",               // NAT64
    "64:ff9b::a9fe:a9fe",            //
    "64:ff9b:1::1",                  // NAT64 of one network
    "100::1",                        // discarded
    "2001::1",                       // Teredo
    "2001:0:4136:e378:8000:63bf::1", //
    "2001:db8::1",                   // documentation
    "2002:7f00:1::1",                // 6to4 of 127.0.0.1
    "2002:a9fe:a9fe::1",             // 6to4 of 169.254.169.254
    "fc00::1",                       // unique local
    "fd00:ec2::254",                 // metadata of AWS
    "fd12:3456:789a:1::1",           //
    "fe80::1",                       // link-local
    "fec0::1",                       // site-local
    "ff02::1",                       // multicast
};

// Spellings that one parser takes for an address and another for a name.
constexpr std::array spellings{
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "017700000001",
    "127.0.0.1.",
    "0",
    "0x0",
    "00.0.0.0",
    "127.0.0.01",
    "[::ffff:7f00:1]",
    "[::1%25lo]",
    "[::1%lo]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:a9fe:a9fe]",
    "169.254.43518",
    "0xa9fea9fe",
    "2852039166",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "user@127.0.0.1",
    "127.0.0.1%2f",
    "[127.0.0.1]",
};

std::string host_of(std::string_view address) {
    return address.contains(':') ? fmt::format("[{}]", address) : std::string(address);
}

class ForbiddenUrl : public ::testing::Test {
  protected:
    ForbiddenUrl() {
        Client::Options options;
        options.egress.https_only = false;
        options.name_servers = {names.endpoint()};
        client = *Client::make(io, std::move(options));
    }
    Result<Reply> call(const std::string& host) {
        const auto url = Url::parse(fmt::format("http://{}:{}/", host, victim.port()));
        if (!url)
            return std::unexpected(url.error());
        OutboundRequest request;
        request.method = "GET";
        request.url = *url;
        request.deadline = 20s;
        auto future =
            boost::asio::co_spawn(io, client->send(std::move(request)), boost::asio::use_future);
        io.restart();
        while (future.wait_for(0s) != std::future_status::ready && io.run_one_for(20s) > 0) {
        }
        return future.get();
    }
    void expect_refused(const std::string& host) {
        const auto reply = call(host);
        ASSERT_FALSE(reply) << host;
        const Code code = reply.error().code;
        EXPECT_TRUE(code == Code::address_forbidden || code == Code::url_invalid)
            << host << ": " << info(code).token;
        ++refused;
    }

    RunningServer victim; // on loopback
    ScriptedNameServer names{{}};
    boost::asio::io_context io;
    std::unique_ptr<Client> client;
    std::size_t refused = 0;
};

TEST_F(ForbiddenUrl, is_refused_however_the_address_is_given) {
    for (const char* const address : forbidden)
        expect_refused(host_of(address));
    for (const char* const spelling : spellings)
        expect_refused(spelling);
    std::size_t number = 0;
    for (const char* const address : forbidden) {
        const std::string name = fmt::format("inside-{}.test", ++number);
        names.set(name, {.addresses = {address}});
        expect_refused(name);
        names.set("among-" + name, {.addresses = {public_address, address}});
        expect_refused("among-" + name);
    }
    for (const char* const name : {"localhost", "LOCALHOST"})
        expect_refused(name);
    EXPECT_GE(refused, 120U);
    EXPECT_TRUE(victim.handler.take_seen().empty()) << "a request came through";
}

// The name's answer changes from one call to the next: each connection goes to an address of the answer
// that was looked at, so there is nothing to rebind between the look and the connection.
TEST_F(ForbiddenUrl, is_refused_when_the_name_is_bound_anew) {
    Client::Options options;
    options.egress.https_only = false;
    options.egress.allow = {"127.0.0.1/32"};
    options.name_servers = {names.endpoint()};
    options.connections_per_host_max = 0;
    client = *Client::make(io, std::move(options));
    names.set("turns.test", {.addresses = {"127.0.0.1"}, .ttl = 0});
    const auto allowed = call("turns.test");
    ASSERT_TRUE(allowed) << info(allowed.error().code).token;
    EXPECT_EQ(victim.handler.take_seen().size(), 1U);
    names.set("turns.test", {.addresses = {"127.0.0.2"}, .ttl = 0});
    expect_refused("turns.test");
    EXPECT_TRUE(victim.handler.take_seen().empty());
}

} // namespace
} // namespace settled::net
