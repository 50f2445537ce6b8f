// What the server holds of memory and connections, and what it says beyond that.
#include "net/bounds.h"
#include "net/server/connection_limits.h"
#include "net/server/memory_budget.h"
#include "net/server/server.h"

#include "net/test_support.h"

namespace settled::net {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;
using testing::RunningServer;
using testing::status_of;

constexpr std::size_t mebibyte = 1024 * 1024;
const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(std::string_view path, std::size_t bytes, std::string_view more = "") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) +
           "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

struct Limited {
    std::shared_ptr<MemoryBudget> memory = std::make_shared<MemoryBudget>(bounds::memory_min);
    std::chrono::milliseconds room_wait = 60s; // only bounds failures
    ServerOptions options() const {
        ServerOptions made;
        made.memory = memory;
        made.room_wait = room_wait;
        return made;
    }
};

// Until it holds; the time only bounds failures.
template <class Condition>
bool eventually(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::yield();
    }
    return condition();
}

TEST(ServerLimits, unfinished_bodies_of_one_address_take_its_share_and_others_are_served) {
    Limited limited;
    RunningServer server(limited.options());
    std::vector<std::unique_ptr<RawClient>> attackers;
    const std::string body(mebibyte - 1, 'x');
    for (int i = 0; i < 20; ++i) {
        attackers.push_back(std::make_unique<RawClient>(server.port()));
        attackers.back()->send(post("/large", mebibyte));
    }
    const std::size_t cost = bounds::request_cost(mebibyte);
    const std::size_t fit = bounds::memory_min / 4 / 4 * 3 / cost;
    ASSERT_TRUE(eventually([&] { return limited.memory->waiting() == 20 - fit; }));
    EXPECT_EQ(limited.memory->used(), fit * cost);

    RawClient healthy(server.port(), "127.0.0.2");
    for (int i = 0; i < 5; ++i) {
        healthy.send(post("/a", 3) + "abc");
        EXPECT_EQ(status_of(healthy.read_answer()), 200);
    }
    RawClient small(server.port());
    small.send(post("/a", 3) + "abc");
    EXPECT_EQ(status_of(small.read_answer()), 200) << "small ones of the same address as well";
    EXPECT_LE(limited.memory->used(), bounds::memory_min / 4);
}

TEST(ServerLimits, a_request_that_finds_no_room_in_time_is_refused) {
    Limited limited;
    limited.room_wait = 10ms;
    RunningServer server(limited.options());
    Room taken;
    limited.memory->take_anyway(taken, "", bounds::memory_min);
    RawClient client(server.port());
    client.send(post("/a", 3) + "abc");
    const auto answer = client.read_to_end();
    ASSERT_TRUE(answer);
    EXPECT_EQ(status_of(*answer), 503);
    EXPECT_TRUE(answer->ends_with("server_busy"));
    EXPECT_TRUE(server.handler.take_seen().empty());
    RawClient bodiless(server.port());
    bodiless.send(get);
    EXPECT_EQ(status_of(bodiless.read_answer()), 200) << "what has no body needs no room";
}

TEST(ServerLimits, a_waiting_request_is_served_when_there_is_room) {
    Limited limited;
    RunningServer server(limited.options());
    Room taken;
    limited.memory->take_anyway(taken, "", bounds::memory_min);
    RawClient client(server.port());
    client.send(post("/a", 3) + "abc");
    ASSERT_TRUE(eventually([&] { return limited.memory->waiting() == 1; }));
    taken.give_back();
    EXPECT_TRUE(client.read_answer().ends_with("POST /a abc"));
    client.send(get);
    EXPECT_EQ(status_of(client.read_answer()), 200);
    EXPECT_TRUE(eventually([&] { return limited.memory->used() == 0; }));
}

TEST(ServerLimits, room_is_given_back_with_every_end_of_a_request) {
    Limited limited;
    RunningServer server(limited.options());
    {
        RawClient gone(server.port());
        gone.send(post("/large", mebibyte) + "abc");
        ASSERT_TRUE(eventually([&] { return limited.memory->used() > 0; }));
    }
    EXPECT_TRUE(eventually([&] { return limited.memory->used() == 0; }));
    RawClient client(server.port());
    client.send(post("/throw", 3) + "abc");
    EXPECT_EQ(status_of(client.read_answer()), 500);
    client.send(post("/a", 3) + "abc");
    EXPECT_EQ(status_of(client.read_answer()), 200);
    EXPECT_TRUE(eventually([&] { return limited.memory->used() == 0; }));
}

TEST(ServerLimits, a_chunked_body_takes_room_as_it_grows) {
    Limited limited;
    RunningServer server(limited.options());
    RawClient client(server.port());
    client.send("POST /large HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return limited.memory->used() > 0; }));
    EXPECT_LE(limited.memory->used(), bounds::small_request_bytes_max);
    const std::string chunk(0x10000, 'x');
    for (int i = 0; i < 4; ++i) {
        client.send("10000\r\n" + chunk + "\r\n");
    }
    EXPECT_TRUE(eventually(
        [&] { return limited.memory->used() >= bounds::request_cost(4 * chunk.size()); }));
    client.send("0\r\n\r\n");
    EXPECT_EQ(client.read_answer().size() > 4 * chunk.size(), true);
    EXPECT_TRUE(eventually([&] { return limited.memory->used() == 0; }));
}

TEST(ServerLimits, a_file_takes_a_place_of_its_own_and_no_room) {
    Limited limited;
    RunningServer server(limited.options());
    Room taken; // others have all of the memory
    limited.memory->take_anyway(taken, "", bounds::memory_min);
    RawClient first(server.port());
    first.send(post("/file", 3 * mebibyte) + "begun");
    ASSERT_TRUE(eventually([&] { return server.handler.files() == 1; }));
    EXPECT_EQ(limited.memory->used(), bounds::memory_min);
    RawClient second(server.port());
    second.send(post("/file", 5) + "small");
    EXPECT_EQ(status_of(second.read_answer()), 503);
    first.send(std::string(3 * mebibyte - 5, 'x'));
    EXPECT_EQ(status_of(first.read_answer()), 200);
    EXPECT_TRUE(eventually([&] { return server.handler.files() == 0; }));
    EXPECT_EQ(server.handler.take_seen().at(0).body.size(), 3 * mebibyte);
    RawClient third(server.port());
    third.send(post("/file", 5) + "small");
    EXPECT_EQ(status_of(third.read_answer()), 200);
}

TEST(ServerLimits, a_file_is_refused_before_its_body_is_read) {
    RunningServer server;
    RawClient stranger(server.port());
    stranger.send(post("/file", mebibyte, "X-Stranger: yes\r\n"));
    EXPECT_EQ(status_of(stranger.read_answer()), 401);
    RawClient large(server.port());
    large.send(post("/file", 5 * mebibyte));
    EXPECT_EQ(status_of(large.read_answer()), 413);
    RawClient chunked(server.port()); // its length is not announced
    chunked.send("POST /file HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                 std::string(2000, 'x'));
    EXPECT_EQ(status_of(chunked.read_answer()), 413);
    EXPECT_EQ(server.handler.files(), 0);
    EXPECT_TRUE(server.handler.take_seen().empty());
}

TEST(ServerLimits, a_file_that_is_broken_off_leaves_its_place) {
    RunningServer server;
    {
        RawClient gone(server.port());
        gone.send(post("/file", mebibyte) + "begun");
        ASSERT_TRUE(eventually([&] { return server.handler.files() == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return server.handler.files() == 0; }));
}

TEST(ServerLimits, a_large_answer_takes_room_until_it_is_sent) {
    Limited limited{std::make_shared<MemoryBudget>(256 * mebibyte)};
    RunningServer server(limited.options());
    const std::string ask = " /huge HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    RawClient first(server.port());
    RawClient second(server.port());
    first.send("GET" + ask);
    second.send("GET" + ask);
    ASSERT_TRUE(eventually([&] { return limited.memory->used() == 40 * mebibyte; }));
    RawClient third(server.port()); // three quarters of the share are 48 MiB
    third.send("GET" + ask);
    EXPECT_EQ(status_of(third.read_answer()), 503) << "what was only read can be read again";
    third.send("POST" + ask);
    EXPECT_EQ(status_of(third.read_answer()), 200) << "what was done is answered";
    EXPECT_GT(first.read_answer().size(), 20 * mebibyte);
    EXPECT_GT(second.read_answer().size(), 20 * mebibyte);
    EXPECT_TRUE(eventually([&] { return limited.memory->used() == 0; }));
}

TEST(ServerLimits, behind_a_trusted_proxy_each_client_has_its_own_share) {
    Limited limited;
    ServerOptions options = limited.options();
    options.trusted_proxies = {*AddressBlock::parse("127.0.0.1/32")};
    RunningServer server(options);
    const std::size_t fit = bounds::memory_min / 4 / 4 * 3 / bounds::request_cost(mebibyte);
    std::vector<std::unique_ptr<RawClient>> held;
    for (std::size_t i = 0; i < fit; ++i) {
        held.push_back(std::make_unique<RawClient>(server.port()));
        held.back()->send(post("/large", mebibyte, "X-Forwarded-For: 192.0.2.1\r\n"));
    }
    ASSERT_TRUE(
        eventually([&] { return limited.memory->used() == fit * bounds::request_cost(mebibyte); }));
    RawClient other(server.port());
    other.send(post("/large", mebibyte, "X-Forwarded-For: 192.0.2.2\r\n") +
               std::string(mebibyte, 'x'));
    EXPECT_EQ(status_of(other.read_answer()), 200);
    EXPECT_EQ(server.handler.take_seen().at(0).peer, "192.0.2.2");
    // No other peer is believed.
    RawClient stranger(server.port(), "127.0.0.2");
    stranger.send("GET /a HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.3\r\n\r\n");
    EXPECT_EQ(status_of(stranger.read_answer()), 200);
    EXPECT_EQ(server.handler.take_seen().at(0).peer, "127.0.0.2");
}

TEST(ServerLimits, connections_are_counted_for_the_process_and_not_for_each_server) {
    ServerOptions options;
    options.connections = std::make_shared<ConnectionLimits>(3, 2);
    RunningServer one(options);
    RunningServer two(options);
    RawClient first(one.port());
    RawClient second(two.port());
    first.send(get);
    second.send(get);
    EXPECT_EQ(status_of(first.read_answer()), 200);
    EXPECT_EQ(status_of(second.read_answer()), 200);
    RawClient third(two.port());
    third.send(get);
    EXPECT_EQ(status_of(third.read_to_end().value_or("")), 429) << "two of one address";
    RawClient fourth(one.port(), "127.0.0.2");
    fourth.send(get);
    EXPECT_EQ(status_of(fourth.read_answer()), 200);
    RawClient fifth(two.port(), "127.0.0.3");
    fifth.send(get);
    EXPECT_EQ(status_of(fifth.read_to_end().value_or("")), 429) << "three in all";
}

TEST(ServerLimits, a_health_check_is_answered_beyond_the_limit) {
    ServerOptions options;
    options.connections_max = 1;
    RunningServer server(options);
    RawClient first(server.port());
    first.send(get);
    EXPECT_EQ(status_of(first.read_answer()), 200);
    RawClient check(server.port());
    check.send("GET /vital HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = check.read_to_end();
    EXPECT_EQ(status_of(answer.value_or("")), 200);
    EXPECT_NE(answer.value_or("").find("Connection: close"), std::string::npos);
}

TEST(ServerLimits, the_spare_connections_are_bounded_too) {
    const auto limits = std::make_shared<ConnectionLimits>(1, 1);
    const auto first = limits->enter("192.0.2.1", true);
    ASSERT_TRUE(first && !first->is_spare());
    std::vector<ConnectionPlace> spare;
    for (std::size_t i = 0; i < bounds::spare_connections_per_address_max; ++i) {
        auto place = limits->enter("192.0.2.2", true);
        ASSERT_TRUE(place && place->is_spare());
        spare.push_back(*std::move(place));
    }
    EXPECT_FALSE(limits->enter("192.0.2.2", true)) << "one address has not all of them";
    for (int i = 0; spare.size() < bounds::spare_connections_max; ++i) {
        auto place = limits->enter("198.51.100." + std::to_string(i), true);
        ASSERT_TRUE(place);
        spare.push_back(*std::move(place));
    }
    EXPECT_FALSE(limits->enter("203.0.113.1", true));
    spare.clear();
    EXPECT_EQ(limits->count(), 1U);
}

} // namespace
} // namespace settled::net
