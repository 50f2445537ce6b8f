// The streams of what comes about (GET /v1/feed) that a process serves.
//
// That a reader has gone is seen only when it is written to; so one who comes back is let in, and the stream
// that the same reader opened first ends. One that was ended takes no other reader's place, though it goes only
// when it is written to next; how many of those a reader may have is bounded for each reader.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace settled::api {

// One of the streams; its place is free when the last copy is gone.
struct StreamPlace {
    std::string reader;
    std::atomic<bool> is_over = false; // its reader has opened others since
};

class StreamPlaces {
  public:
    static constexpr std::size_t streams_max = 64; // of the process
    static constexpr std::size_t of_reader_max = 4;
    static constexpr std::size_t ended_of_reader_max = 4; // that are not gone yet

    // Null: there are too many.
    std::shared_ptr<const StreamPlace> take(const std::string& reader);

  private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<StreamPlace>> places_; // in the order in which they were taken
};

} // namespace settled::api
