#include "api/handlers/why/stream_places.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using Places = std::vector<std::shared_ptr<const StreamPlace>>;

TEST(StreamPlaces, a_reader_that_comes_back_ends_its_oldest_stream) {
    StreamPlaces places;
    Places held;
    for (std::size_t i = 0; i <= StreamPlaces::of_reader_max; ++i)
        held.push_back(places.take("ann"));
    ASSERT_TRUE(held.back());
    EXPECT_TRUE(held[0]->is_over);
    EXPECT_FALSE(held[1]->is_over);
}

TEST(StreamPlaces, streams_that_were_ended_keep_no_other_reader_out) {
    StreamPlaces places;
    Places held; // none of them is gone
    const std::size_t readers = StreamPlaces::streams_max / StreamPlaces::of_reader_max;
    for (std::size_t i = 0; i + 1 < readers; ++i)
        for (std::size_t k = 0; k < StreamPlaces::of_reader_max + 2; ++k)
            held.push_back(places.take("reader " + std::to_string(i)));
    for (std::size_t k = 0; k < StreamPlaces::of_reader_max; ++k)
        held.push_back(places.take("ann"));
    EXPECT_TRUE(std::ranges::all_of(held, [](const auto& place) { return place != nullptr; }));
    EXPECT_FALSE(places.take("bo")) << "now all places are taken";
    held.pop_back();
    EXPECT_TRUE(places.take("bo"));
}

TEST(StreamPlaces, a_reader_that_opens_streams_and_never_reads_them_is_refused) {
    StreamPlaces places;
    Places held;
    for (std::size_t i = 0; i < StreamPlaces::of_reader_max + StreamPlaces::ended_of_reader_max;
         ++i)
        held.push_back(places.take("ann"));
    ASSERT_TRUE(held.back());
    EXPECT_FALSE(places.take("ann"));
    held.erase(held.begin()); // one of the ended is gone
    EXPECT_TRUE(places.take("ann"));
}

} // namespace
} // namespace settled::api
