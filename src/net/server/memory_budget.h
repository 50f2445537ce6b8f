// The memory that requests and answers under way may take, of all connections of the process
// together, so that no number of clients can use up the machine.
//
// Room is taken before a body is read, by what the request may cost until it is answered, and given
// back with the answer. Where there is none, one waits in line or is refused.
//   - One address may have `share` (a quarter) of the whole at most.
//   - Small requests go first: what is large may use three quarters of the whole, and of its
//     address's share, at most, so that the last quarter is always there for small ones.
//   - Of those who wait, each address is served in turn, its small requests first, each kind in the
//     order of arrival.
//
// Threads: any; a waiting request resumes on its own io_context.
#pragma once

#include "base/task.h"
#include "net/deadline.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace settled::net {

class MemoryBudget;

// What one connection holds of the budget; it is given back when this ends.
class Room {
  public:
    Room() = default;
    Room(Room&& other) noexcept { *this = std::move(other); }
    Room& operator=(Room&& other) noexcept;
    ~Room() { give_back(); }

    void give_back();
    std::size_t bytes() const { return bytes_; }

  private:
    friend class MemoryBudget;
    std::shared_ptr<MemoryBudget> of_;
    std::string address_;
    std::size_t bytes_ = 0;
};

class MemoryBudget : public std::enable_shared_from_this<MemoryBudget> {
  public:
    explicit MemoryBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // Adds `bytes` to what `room` holds if they are there now and no request of that address waits
    // for as much. An empty address has no share of its own: the operator's socket. A room belongs
    // to one address until it is given back.
    bool take_now(Room& room, const std::string& address, std::size_t bytes);
    // The same, waiting until `deadline`. False: there was no room.
    Task<bool> take(boost::asio::io_context& io, Room& room, std::string address, std::size_t bytes,
                    TimePoint deadline);
    // For what exists already and cannot be refused any more: others wait the longer.
    void take_anyway(Room& room, const std::string& address, std::size_t bytes);

    std::size_t bytes_max() const { return bytes_max_; }
    std::size_t used() const;
    std::size_t waiting() const;

  private:
    friend class Room;
    struct Waiter;
    class Place; // of a waiter in its line
    struct Account {
        std::size_t used = 0;
        std::deque<std::shared_ptr<Waiter>> small;
        std::deque<std::shared_ptr<Waiter>> large;
        bool is_idle() const { return used == 0 && small.empty() && large.empty(); }
    };
    using Accounts = std::map<std::string, Account>;

    bool fits(const Accounts::value_type& entry, std::size_t bytes) const;
    void give_back(const std::string& address, std::size_t bytes);
    void serve_waiting();
    bool serve_one(Accounts::value_type& entry);

    const std::size_t bytes_max_;
    mutable std::mutex mutex_;
    std::size_t used_ = 0;
    std::size_t waiting_ = 0;
    Accounts accounts_;            // of those who hold or wait
    std::list<std::string> turns_; // addresses that wait, whose turn is first
};

} // namespace settled::net
