#include "api/guarded_source.h"

#include "api/testing.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::FakeClock;
using testing::Reply;
using testing::World;
using namespace std::chrono_literals;

class Endless final : public net::BodySource {
  public:
    Task<std::optional<std::string>> next(const bool& /*is_cut*/) override { co_return "part"; }
};

// The next part; nullopt: the answer has ended.
std::optional<std::string> next_of(net::BodySource& source) {
    boost::asio::io_context io;
    const bool is_cut = false;
    auto part = boost::asio::co_spawn(io, source.next(is_cut), boost::asio::use_future);
    io.run();
    return part.get();
}

TEST(GuardedSource, ends_when_its_reader_is_no_longer_let_in) {
    FakeClock clock;
    bool is_let_in = true;
    const auto source = guarded_source(std::make_shared<Endless>(), clock,
                                       [&is_let_in] -> Task<bool> { co_return is_let_in; });
    clock.advance(20s);
    EXPECT_TRUE(next_of(*source));
    is_let_in = false;
    EXPECT_TRUE(next_of(*source)) << "it was looked at a moment ago";
    clock.advance(10s);
    EXPECT_FALSE(next_of(*source));
}

TEST(GuardedSource, a_stream_of_events_ends_with_its_key) {
    World world;
    const std::string key = world.key_of("main");
    const std::string id = world.call(key, "GET", "/v1/api-keys").at("data.0.id");
    const Reply stream =
        world.call(key, "GET", "/v1/events", "", {{"Accept", "text/event-stream"}});
    ASSERT_NE(stream.response.source, nullptr);
    EXPECT_TRUE(next_of(*stream.response.source));
    ASSERT_EQ(world.operate("DELETE", "/v1/api-keys/" + id).status(), 204);
    world.clock.advance(20s);
    EXPECT_FALSE(next_of(*stream.response.source));
}

} // namespace
} // namespace settled::api
