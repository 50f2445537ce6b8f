#include "store/bite.h"

#include "store/queries/inbox.h"
#include "store/testing.h"

#include <gtest/gtest.h>

namespace settled::store {
namespace {

using namespace std::chrono_literals;

TEST(Bite, gets_smaller_while_it_takes_too_long_and_larger_again_when_it_does_not) {
    Appetite appetite;
    const std::size_t first = appetite.next().rows_max;
    appetite.took(Appetite::time_max + 1us);
    EXPECT_LT(appetite.next().rows_max, first);
    for (int i = 0; i < 20; ++i)
        appetite.took(1s);
    EXPECT_EQ(appetite.next().rows_max, Appetite::rows_least);
    for (int i = 0; i < 100; ++i)
        appetite.took(1ms);
    EXPECT_EQ(appetite.next().rows_max, Appetite::rows_most);
}

TEST(Bite, leaves_the_writer_to_the_others_for_as_long_as_it_had_it) {
    EXPECT_EQ(Appetite::rest_after(4ms), 4ms);
    EXPECT_EQ(Appetite::rest_after(10us), 1ms);
    EXPECT_EQ(Appetite::rest_after(1h), 100ms);
}

struct Inbox {
    testing::TemporaryDirectory directory;
    std::unique_ptr<Store> store = testing::open_store(directory.path());

    // `count` of connector 1, each a second after the other, the first at second 1.
    void fill(int count, std::size_t bytes) {
        const std::string body(bytes, 'x');
        testing::must(
            testing::write<void>(*store, [&](Session& s) { return insert_all(s, count, body); }));
    }
    static Step<> insert_all(Session& s, int count, std::string body) {
        for (int i = 1; i <= count; ++i)
            co_await insert_webhook(s, {TenantId{1}, WebhookId{i}, ConnectorId{1}, "T", "", "",
                                        i % 10 == 0 ? "review" : "processed", body,
                                        Instant{i * 1'000'000}});
    }
    Bitten release(std::int64_t until_second, Bite bite) {
        return testing::must(testing::write<Bitten>(*store, [=](Session& s) {
            return release_webhooks(s, TenantId{1}, ConnectorId{1},
                                    Instant{until_second * 1'000'000}, bite);
        }));
    }
};

TEST(Bite, of_webhooks_ends_at_its_rows_or_at_its_bytes) {
    Inbox inbox;
    inbox.fill(40, 1000);
    const Bitten by_rows = inbox.release(31, {5, 1'000'000});
    EXPECT_EQ(by_rows.rows, 5);
    EXPECT_TRUE(by_rows.more);
    const Bitten by_bytes = inbox.release(31, {100, 3500});
    EXPECT_EQ(by_bytes.rows, 4) << "the last goes beyond";
    EXPECT_TRUE(by_bytes.more);
    const Bitten rest = inbox.release(31, {100, 1'000'000});
    EXPECT_EQ(rest.rows, 30 - 9 - 3) << "three of thirty are in review";
    EXPECT_FALSE(rest.more);
    EXPECT_EQ(inbox.release(31, {100, 1'000'000}).rows, 0);
}

} // namespace
} // namespace settled::store
