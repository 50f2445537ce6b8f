// What a change of one endpoint reads, and readings that overtake each other.
#include "worker/endpoint_loader.h"
#include "worker/testing.h"

#include <gtest/gtest.h>

namespace settled::worker {
namespace {

using testing::Io;
using testing::World;
using Reading = EndpointCache::Reading;

class EndpointLoading : public ::testing::Test {
  protected:
    ~EndpointLoading() override {
        io.finish();
        world.store().stop();
    }

    store::EndpointRow row(std::int64_t number, std::string url = "https://partner.example/old") {
        const EndpointId id{7'000 + number};
        return {World::tenant, id,     std::move(url), "*",
                "basic",       "user", sealed(id),     std::string(store::endpoint_active),
                world.now()};
    }
    void insert(const store::EndpointRow& row) {
        world.write<void>([&](store::Session& s) { return store::insert_endpoint(s, row); });
    }
    void update(const store::EndpointRow& row) {
        world.write<void>([&](store::Session& s) { return store::update_endpoint(s, row); });
    }
    // Of an endpoint in the book; "": there is none.
    std::string url(const store::EndpointRow& row) const {
        const auto endpoint = book.find(row.id);
        return endpoint ? endpoint->written_url : "";
    }
    void load_one(const store::EndpointRow& row) { io.run(loader.load_one(row.tenant, row.id)); }

    World world;
    Io io{world.clock()};
    EndpointCache book{Secret("a master key for tests, 32 bytes")};
    EndpointLoader loader{world.store(), book};

  private:
    Bytes sealed(EndpointId id) {
        return testing::sealed_password(Secret("a master key for tests, 32 bytes"), id, rng_);
    }
    SystemRng rng_;
};

TEST_F(EndpointLoading, after_a_change_of_one_no_other_is_read) {
    store::EndpointRow changed = row(1), other = row(2);
    insert(changed);
    insert(other);
    io.run(loader.load_all());
    changed.url = other.url = "https://partner.example/new";
    update(changed);
    update(other);
    load_one(changed);
    EXPECT_EQ(url(changed), "https://partner.example/new");
    EXPECT_EQ(url(other), "https://partner.example/old") << "it was read as well";
    io.run(loader.load_all());
    EXPECT_EQ(url(other), "https://partner.example/new");
}

TEST_F(EndpointLoading, one_that_is_not_active_any_more_is_gone_until_it_is_again) {
    store::EndpointRow one = row(1);
    insert(one);
    load_one(one);
    EXPECT_EQ(url(one), one.url);
    for (const std::string_view status : {store::endpoint_disabled, store::endpoint_deleted}) {
        one.status = status;
        update(one);
        load_one(one);
        EXPECT_EQ(url(one), "") << status;
        one.status = store::endpoint_active;
        update(one);
        load_one(one);
        EXPECT_EQ(url(one), one.url);
    }
}

TEST_F(EndpointLoading, a_new_state_is_in_force) {
    const store::EndpointRow one = row(1);
    insert(one);
    io.run(loader.load_all());
    store::EndpointState state;
    state.tenant = one.tenant;
    state.endpoint = one.id;
    state.health.held_since = world.now();
    world.write<void>([&](store::Session& s) { return store::put_endpoint_state(s, state); });
    load_one(one);
    EXPECT_TRUE(book.find(one.id)->state.health.is_held());
}

TEST_F(EndpointLoading, a_deleted_endpoint_does_not_come_back_by_an_earlier_reading) {
    const store::EndpointRow one = row(1);
    const Reading of_all(book), of_one(book);
    {
        const Reading later(book);
        book.load_one(later, one.id, std::nullopt, {});
    }
    book.load(of_all, {one});
    EXPECT_EQ(url(one), "");
    book.load_one(of_one, one.id, one, {});
    EXPECT_EQ(url(one), "");
    const Reading after(book);
    book.load_one(after, one.id, one, {});
    EXPECT_EQ(url(one), one.url);
}

TEST_F(EndpointLoading, of_two_readings_of_one_the_later_counts) {
    const store::EndpointRow before = row(1), after = row(1, "https://partner.example/new");
    const Reading earlier(book), later(book);
    book.load_one(later, after.id, after, {});
    book.load_one(earlier, before.id, before, {});
    EXPECT_EQ(url(after), after.url);
}

TEST_F(EndpointLoading, an_earlier_reading_of_all_changes_only_what_no_later_one_has_loaded) {
    const store::EndpointRow before = row(1), after = row(1, "https://partner.example/new");
    const store::EndpointRow other = row(2), gone = row(3);
    book.load(Reading(book), {before, gone});
    const Reading of_all(book), of_one(book);
    book.load_one(of_one, after.id, after, {});
    book.load(of_all, {before, other});
    EXPECT_EQ(url(after), after.url);
    EXPECT_EQ(url(other), other.url);
    EXPECT_EQ(url(gone), "");
}

TEST_F(EndpointLoading, a_later_reading_of_all_replaces_every_one) {
    const store::EndpointRow one = row(1);
    const Reading of_one(book), of_earlier(book), of_all(book);
    book.load(of_all, {});
    book.load_one(of_one, one.id, one, {});
    EXPECT_EQ(url(one), "");
    book.load(of_earlier, {one});
    EXPECT_EQ(url(one), "");
}

} // namespace
} // namespace settled::worker
