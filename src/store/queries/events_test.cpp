#include "store/queries/events.h"

#include "store/testing.h"

#include <gtest/gtest.h>

namespace settled::store {
namespace {

using testing::number_seen_by_another;
using testing::open_store;
using testing::TemporaryDirectory;
using testing::write;

constexpr TenantId tenant{1};

domain::Event event_of(std::int64_t id, std::int64_t subject, std::int64_t version) {
    return {EventId{id}, domain::settlement_unmatched, subject, version, "{}", Instant{1}};
}

std::string kept(Store& store, const domain::Event& event) {
    const auto done =
        write<void>(store, [&](Session& s) { return insert_event(s, tenant, event); });
    return done ? "kept" : std::string(info(done.error().code).token);
}

TEST(Events, one_of_each_version_of_a_subject_is_kept_and_no_other) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    EXPECT_EQ(kept(*store, event_of(1, 30, 1)), "kept");
    EXPECT_EQ(kept(*store, event_of(2, 30, 2)), "kept");
    EXPECT_EQ(kept(*store, event_of(3, 31, 1)), "kept");
    EXPECT_EQ(kept(*store, event_of(4, 30, 2)), "constraint_violated");
    EXPECT_EQ(number_seen_by_another(directory.path(), "SELECT count(*) FROM event"), 3);
}

} // namespace
} // namespace settled::store
