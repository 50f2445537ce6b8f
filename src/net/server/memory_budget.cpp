#include "net/server/memory_budget.h"

#include "base/assert.h"
#include "net/bounds.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace settled::net {

namespace {

namespace asio = boost::asio;

bool is_large(std::size_t bytes) {
    return bytes > bounds::small_request_bytes_max;
}

std::size_t limit_for(std::size_t bytes, std::size_t of) {
    return is_large(bytes) ? of / 4 * 3 : of;
}

} // namespace

Room& Room::operator=(Room&& other) noexcept {
    if (this != &other) {
        give_back();
        of_ = std::exchange(other.of_, nullptr);
        address_ = std::move(other.address_);
        bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
}

void Room::give_back() {
    if (of_ && bytes_ > 0) {
        of_->give_back(address_, std::exchange(bytes_, 0));
    }
}

// One request that waits. `granted` under the budget's lock.
struct MemoryBudget::Waiter {
    Waiter(asio::io_context& io, std::size_t wanted, TimePoint deadline)
        : timer(io), bytes(wanted) {
        timer.expires_at(deadline);
    }
    asio::steady_timer timer;
    std::size_t bytes;
    bool granted = false;
    bool collected = false; // by who waited
};

// Leaves the line when it ends, however that comes.
class MemoryBudget::Place {
  public:
    Place(MemoryBudget& budget, const std::string& address, std::shared_ptr<Waiter> waiter)
        : budget_(budget), address_(address), waiter_(std::move(waiter)) {}
    ~Place() {
        std::unique_lock lock(budget_.mutex_);
        if (waiter_->granted) {
            lock.unlock();
            if (!waiter_->collected) { // the io_context ended in between
                budget_.give_back(address_, waiter_->bytes);
            }
            return;
        }
        const auto found = budget_.accounts_.find(address_);
        auto& line = is_large(waiter_->bytes) ? found->second.large : found->second.small;
        std::erase(line, waiter_);
        --budget_.waiting_;
        if (found->second.small.empty() && found->second.large.empty()) {
            budget_.turns_.remove(address_);
        }
        if (found->second.is_idle()) {
            budget_.accounts_.erase(found);
        }
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool collect() {
        const std::lock_guard lock(budget_.mutex_);
        return waiter_->collected = waiter_->granted;
    }

  private:
    MemoryBudget& budget_;
    const std::string& address_;
    std::shared_ptr<Waiter> waiter_;
};

bool MemoryBudget::fits(const Accounts::value_type& entry, std::size_t bytes) const {
    const std::size_t share = entry.first.empty() ? bytes_max_ : bytes_max_ / 4;
    return used_ + bytes <= limit_for(bytes, bytes_max_) &&
           entry.second.used + bytes <= limit_for(bytes, share);
}

bool MemoryBudget::take_now(Room& room, const std::string& address, std::size_t bytes) {
    SETTLED_ASSERT(room.bytes_ == 0 || room.address_ == address, "a room is of one address");
    const std::lock_guard lock(mutex_);
    const auto entry = accounts_.try_emplace(address).first;
    const bool is_next =
        is_large(bytes) ? entry->second.large.empty() : entry->second.small.empty();
    if (!is_next || !fits(*entry, bytes)) {
        if (entry->second.is_idle()) {
            accounts_.erase(entry);
        }
        return false;
    }
    used_ += bytes;
    entry->second.used += bytes;
    room.of_ = shared_from_this();
    room.address_ = address;
    room.bytes_ += bytes;
    return true;
}

void MemoryBudget::take_anyway(Room& room, const std::string& address, std::size_t bytes) {
    SETTLED_ASSERT(room.bytes_ == 0 || room.address_ == address, "a room is of one address");
    const std::lock_guard lock(mutex_);
    used_ += bytes;
    accounts_[address].used += bytes;
    room.of_ = shared_from_this();
    room.address_ = address;
    room.bytes_ += bytes;
}

Task<bool> MemoryBudget::take(asio::io_context& io, Room& room, std::string address,
                              std::size_t bytes, TimePoint deadline) {
    if (take_now(room, address, bytes)) {
        co_return true;
    }
    const std::shared_ptr<MemoryBudget> self = shared_from_this();
    const auto waiter = std::make_shared<Waiter>(io, bytes, deadline);
    {
        const std::lock_guard lock(mutex_);
        Account& account = accounts_[address];
        if (account.small.empty() && account.large.empty()) {
            turns_.push_back(address);
        }
        (is_large(bytes) ? account.large : account.small).push_back(waiter);
        ++waiting_;
        serve_waiting(); // the memory that became free just now was not assigned to any waiter
    }
    Place place(*this, address, waiter);
    const auto [ignored] = co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(ignored);
    if (!place.collect()) {
        co_return false;
    }
    room.of_ = self;
    room.address_ = address;
    room.bytes_ += bytes;
    co_return true;
}

void MemoryBudget::give_back(const std::string& address, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(address);
    SETTLED_ASSERT(found != accounts_.end() && found->second.used >= bytes && used_ >= bytes,
                   "more room is given back than was taken");
    used_ -= bytes;
    found->second.used -= bytes;
    if (found->second.is_idle()) {
        accounts_.erase(found);
    }
    if (waiting_ > 0) {
        serve_waiting();
    }
}

// One of each address in turn, until a round brings nothing.
void MemoryBudget::serve_waiting() {
    std::size_t without = 0;
    while (without < turns_.size()) {
        Accounts::value_type& entry = *accounts_.find(turns_.front());
        without = serve_one(entry) ? 0 : without + 1;
        if (entry.second.small.empty() && entry.second.large.empty()) {
            turns_.pop_front();
        } else {
            turns_.splice(turns_.end(), turns_, turns_.begin());
        }
    }
}

bool MemoryBudget::serve_one(Accounts::value_type& entry) {
    for (auto* const line : {&entry.second.small, &entry.second.large}) {
        if (line->empty() || !fits(entry, line->front()->bytes)) {
            continue;
        }
        const std::shared_ptr<Waiter> waiter = std::move(line->front());
        line->pop_front();
        --waiting_;
        used_ += waiter->bytes;
        entry.second.used += waiter->bytes;
        waiter->granted = true;
        // The timer belongs to the waiter's thread.
        asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
        return true;
    }
    return false;
}

std::size_t MemoryBudget::used() const {
    const std::lock_guard lock(mutex_);
    return used_;
}

std::size_t MemoryBudget::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
}

} // namespace settled::net
