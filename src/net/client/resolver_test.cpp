#include "net/client/resolver.h"

#include "net/client/name_server.h"
#include "net/client/scripted_name_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace settled::net {
namespace {

using namespace std::chrono_literals;
using testing::NameScript;
using testing::ScriptedNameServer;
using Found = std::optional<Result<Resolver::Addresses>>;

constexpr std::int64_t tenant = 1;
constexpr std::int64_t other = 2;
const NameScript silent_name{.addresses = {}, .silent = true};

// A resolver whose answers come into boxes.
class Asker {
  public:
    explicit Asker(const ScriptedNameServer& server, std::size_t lookups_max = 32)
        : resolver(
              std::make_shared<Resolver>(io, Resolver::Options{{server.endpoint()}, lookups_max})) {
    }
    ~Asker() { resolver->close(); }

    std::shared_ptr<Found> ask(std::string host, std::int64_t owner,
                               std::chrono::milliseconds wait = 20s) {
        auto box = std::make_shared<Found>();
        boost::asio::co_spawn(
            io,
            keep(resolver, std::move(host), owner, std::chrono::steady_clock::now() + wait, box),
            boost::asio::detached);
        io.restart();
        io.poll();
        return box;
    }
    // Until the box is filled; the time only bounds failures.
    Result<Resolver::Addresses> await(const std::shared_ptr<Found>& box) {
        const auto give_up = std::chrono::steady_clock::now() + 30s;
        while (!*box && std::chrono::steady_clock::now() < give_up) {
            io.restart();
            io.run_one_for(100ms);
        }
        return *box ? **box : fail(Code::internal, "no answer at all");
    }
    std::string found(std::string host, std::int64_t owner = tenant) {
        const auto result = await(ask(std::move(host), owner));
        if (!result) {
            return std::string(info(result.error().code).token);
        }
        std::string text;
        for (const auto& address : *result) {
            text += address.to_string() + " ";
        }
        return text;
    }

    boost::asio::io_context io;
    std::shared_ptr<Resolver> resolver;

  private:
    static Task<> keep(std::shared_ptr<Resolver> resolver, std::string host, std::int64_t owner,
                       TimePoint deadline, std::shared_ptr<Found> box) {
        box->emplace(co_await resolver->resolve(std::move(host), owner, deadline));
    }
};

TEST(Resolver, finds_addresses_of_both_families_and_names_ipv4_first) {
    ScriptedNameServer server({{"both.test", {{"2001:db8::1", "192.0.2.1", "192.0.2.2"}}},
                               {"six.test", {{"2001:db8::6"}}},
                               {"none.test", {{}}}});
    Asker asker(server);
    EXPECT_EQ(asker.found("both.test"), "192.0.2.1 192.0.2.2 2001:db8::1 ");
    EXPECT_EQ(asker.found("six.test"), "2001:db8::6 ");
    EXPECT_EQ(asker.found("none.test"), "resolve_failed");
    EXPECT_EQ(asker.found("unknown.test"), "resolve_failed");
}

TEST(Resolver, a_silent_name_server_delays_only_its_own_names) {
    std::map<std::string, NameScript> names{{"good.test", {{"192.0.2.1"}}}};
    for (int i = 0; i < 60; ++i) {
        names["silent" + std::to_string(i) + ".test"] = silent_name;
    }
    ScriptedNameServer server(names);
    Asker asker(server);
    std::vector<std::shared_ptr<Found>> silent;
    for (int i = 0; i < 60; ++i) {
        silent.push_back(asker.ask("silent" + std::to_string(i) + ".test", tenant));
    }
    EXPECT_EQ(asker.found("good.test", other), "192.0.2.1 ");
    EXPECT_EQ(asker.resolver->under_way(tenant), bounds::lookups_per_owner_max);
    for (const auto& box : silent) {
        EXPECT_FALSE(box->has_value()) << "the answer was not waited for behind any of these";
    }
}

TEST(Resolver, a_caller_is_answered_at_the_deadline_whatever_the_name_server_does) {
    ScriptedNameServer server({{"silent.test", silent_name}});
    Asker asker(server);
    const auto result = asker.await(asker.ask("silent.test", tenant, 20ms));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::resolve_failed);
    EXPECT_EQ(result.error().detail, "no answer in time for silent.test");
}

TEST(Resolver, an_answer_is_used_again_for_its_time_to_live_only) {
    ScriptedNameServer server(
        {{"kept.test", {{"192.0.2.1"}}}, {"once.test", {.addresses = {"192.0.2.2"}, .ttl = 0}}});
    Asker asker(server);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(asker.found("kept.test"), "192.0.2.1 ");
        EXPECT_EQ(asker.found("once.test"), "192.0.2.2 ");
    }
    EXPECT_EQ(server.questions("kept.test"), 1U);
    EXPECT_EQ(server.questions("once.test"), 3U);
}

TEST(Resolver, a_failure_is_not_kept) {
    ScriptedNameServer server({});
    Asker asker(server);
    EXPECT_EQ(asker.found("late.test"), "resolve_failed");
    server.set("late.test", {{"192.0.2.1"}});
    EXPECT_EQ(asker.found("late.test"), "192.0.2.1 ");
}

TEST(Resolver, equal_names_at_the_same_time_are_one_look_up) {
    ScriptedNameServer server({{"one.test", {.addresses = {"192.0.2.1"}, .ttl = 0}}});
    Asker asker(server);
    std::vector<std::shared_ptr<Found>> boxes;
    auto held = server.hold();
    for (int i = 0; i < 10; ++i) {
        boxes.push_back(asker.ask("one.test", i));
    }
    held.unlock();
    for (const auto& box : boxes) {
        EXPECT_TRUE(asker.await(box));
    }
    EXPECT_EQ(server.questions("one.test"), 1U);
}

TEST(Resolver, an_owner_beyond_its_bound_waits_and_other_owners_do_not) {
    ScriptedNameServer server({{"silent.test", silent_name}, {"good.test", {{"192.0.2.1"}}}});
    Asker asker(server, 1);
    const auto silent = asker.ask("silent.test", tenant);
    const auto queued = asker.ask("good.test", tenant);
    EXPECT_EQ(server.questions("good.test"), 0U);
    EXPECT_EQ(asker.found("good.test", other), "192.0.2.1 ") << "asked for on its own account";
    EXPECT_TRUE(asker.await(queued)) << "and the one that waited for it has it as well";
    EXPECT_FALSE(silent->has_value());
}

TEST(Resolver, a_waiting_name_is_looked_up_when_its_turn_comes) {
    ScriptedNameServer server({{"first.test", {{"192.0.2.1"}}}, {"second.test", {{"192.0.2.2"}}}});
    Asker asker(server, 1);
    const auto first = asker.ask("first.test", tenant);
    const auto second = asker.ask("second.test", tenant);
    EXPECT_LE(asker.resolver->under_way(tenant), 1U);
    EXPECT_TRUE(asker.await(first));
    EXPECT_TRUE(asker.await(second));
    EXPECT_EQ(asker.resolver->under_way(tenant), 0U);
}

TEST(Resolver, a_name_of_the_hosts_file_needs_no_name_server) {
    std::ifstream hosts("/etc/hosts");
    const std::string text{std::istreambuf_iterator<char>(hosts), {}};
    if (text.find("localhost") == std::string::npos) {
        GTEST_SKIP() << "this machine's /etc/hosts does not know localhost";
    }
    ScriptedNameServer server({{"localhost", silent_name}});
    Asker asker(server);
    EXPECT_TRUE(asker.found("localhost").starts_with("127.0.0.1 "));
    EXPECT_EQ(server.questions("localhost"), 0U);
}

TEST(Resolver, closing_ends_what_is_under_way_and_what_waits) {
    ScriptedNameServer server({{"a.test", silent_name}, {"b.test", silent_name}});
    Asker asker(server, 1);
    const auto under_way = asker.ask("a.test", tenant);
    const auto queued = asker.ask("b.test", tenant);
    asker.resolver->close();
    EXPECT_FALSE(asker.await(under_way));
    EXPECT_FALSE(asker.await(queued));
    EXPECT_EQ(asker.found("c.test"), "resolve_failed");
}

TEST(Resolver, addresses_of_name_servers_are_read_strictly) {
    EXPECT_EQ(parse_name_server("10.0.0.53")->port(), 53);
    EXPECT_EQ(parse_name_server("10.0.0.53:5353")->port(), 5353);
    EXPECT_EQ(parse_name_server("fd00::1")->address().to_string(), "fd00::1");
    EXPECT_EQ(parse_name_server("[fd00::1]:5353")->port(), 5353);
    for (const char* wrong : {"", "dns.example", "10.0.0.53:", "10.0.0.53:0", "10.0.0.53:99999",
                              "[10.0.0.53]:53", "10.0.0.53:5x", "[fd00::1]"}) {
        EXPECT_FALSE(parse_name_server(wrong).has_value()) << wrong;
    }
}

} // namespace
} // namespace settled::net
