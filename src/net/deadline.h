// Deadlines of many connections on one timer.
//
// A timer of its own for each read and write costs more than the read and write (measured: half of
// a request). Here moving a deadline is two stores. The one timer fires at the earliest deadline
// known when it was armed, looks at all entries, ends the expired ones and goes to sleep until the
// next. A deadline that moved away in the meantime costs nothing; one that moved closer than the
// next look re-arms.
//
// Threads: one io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace settled::net {

using TimePoint = std::chrono::steady_clock::time_point;

// Something with a deadline: a connection.
class Watched {
  public:
    virtual ~Watched() = default;
    // The deadline has passed. Called once for each deadline that is set; must not suspend.
    virtual void expired() = 0;

  private:
    friend class Deadlines;
    TimePoint at_ = TimePoint::max();
    std::size_t place_ = 0;
};

class Deadlines : public std::enable_shared_from_this<Deadlines> {
  public:
    explicit Deadlines(boost::asio::io_context& io) : timer_(io.get_executor()) {}

    void add(Watched& watched);
    void remove(Watched& watched);
    void set(Watched& watched, TimePoint at) {
        watched.at_ = at;
        if (at < wake_) {
            arm(at);
        }
    }
    static void clear(Watched& watched) { watched.at_ = TimePoint::max(); }

  private:
    using Timer =
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>,
                                          boost::asio::io_context::executor_type>;

    void arm(TimePoint at);
    void look();

    Timer timer_;
    TimePoint wake_ = TimePoint::max();
    std::vector<Watched*> all_;
};

} // namespace settled::net
