#include "worker/attempt_places.h"

#include <gtest/gtest.h>

namespace settled::worker {
namespace {

TEST(AttemptPlaces, quick_lanes_may_use_every_place_and_no_more) {
    AttemptPlaces places(16);
    for (std::size_t i = 0; i < 16; ++i) {
        ASSERT_TRUE(places.has_place(Pace::quick, i));
        places.take(Pace::quick);
    }
    EXPECT_FALSE(places.has_place(Pace::quick, 0));
    EXPECT_FALSE(places.has_place(Pace::slow, 0));
    places.give_back(Pace::quick);
    EXPECT_TRUE(places.has_place(Pace::quick, 0));
}

TEST(AttemptPlaces, slow_lanes_together_have_half) {
    AttemptPlaces places(16);
    for (std::size_t i = 0; i < 8; ++i) {
        ASSERT_TRUE(places.has_place(Pace::slow, 0)) << i;
        places.take(Pace::slow);
    }
    EXPECT_FALSE(places.has_place(Pace::slow, 0));
    EXPECT_TRUE(places.has_place(Pace::quick, 0));
}

TEST(AttemptPlaces, when_slow_lanes_are_many_each_has_one_place) {
    AttemptPlaces places(16);
    for (std::size_t i = 0; i < 4; ++i) {
        ASSERT_TRUE(places.has_place(Pace::slow, i)) << "while there are few, one may have several";
        places.take(Pace::slow);
    }
    EXPECT_FALSE(places.has_place(Pace::slow, 1));
    EXPECT_FALSE(places.waits_for_others(1));
    EXPECT_TRUE(places.has_place(Pace::slow, 0));
}

} // namespace
} // namespace settled::worker
