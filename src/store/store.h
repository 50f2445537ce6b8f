// Store: all state is read and written through it.
//
// A change is a unit of work: a function that gets a Session and returns a Step. write() hands it
// to the engine, which runs many units in one transaction and commits them together; the unit's
// result comes back after the commit is durable and not before. read() runs a unit on a snapshot,
// concurrently with the writes.
//
// Guarantees: (1) a result that is no error was committed durably; (2) an error means that nothing
// of the unit is stored, except in one case: when the fsync of its own commit failed, it may be
// there or not after the restart, so a caller that repeats it does so under the same key; (3) units
// are serial: each sees all that were committed before it and all earlier ones of its group; (4)
// after an fsync has failed no unit commits until the process is started again. A unit may be run
// more than once before it commits: it has no effect except through its Session.
//
// Threads: write() and read() may be called from any thread; results arrive on the given executor.
// Errors: store_unavailable, store_full, store_corrupt, store_overloaded, constraint_violated,
// shutting_down.
#pragma once

#include "base/error.h"
#include "base/task.h"
#include "store/job.h"
#include "store/step.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace settled::store {

// A unit that calls a query and returns its Step must not hand it a temporary by reference: the
// query runs on after the call. What the lambda has captured lives as long as the unit.
template <class T>
using Unit = std::function<Step<T>(Session&)>;

// The coming result of a unit. Used on the thread of the executor that it was submitted with.
// Dropping it does not take the unit back.
template <class T>
class Pending {
  public:
    struct State {
        std::optional<Result<T>> result;
        std::move_only_function<void()> waiter;
    };
    explicit Pending(std::shared_ptr<State> state) : state_(std::move(state)) {}

    Task<Result<T>> wait() {
        if (!state_->result)
            co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
                Park{state_}, boost::asio::use_awaitable);
        co_return std::move(*state_->result);
    }

  private:
    struct Park {
        std::shared_ptr<State> state;
        template <class Handler>
        void operator()(Handler&& handler) {
            state->waiter = std::forward<Handler>(handler);
        }
    };
    std::shared_ptr<State> state_;
};

// The state of the store, for /readyz and the logs.
struct Health {
    bool can_commit = true;
    std::string reason; // why not
};

struct StoreStats {
    std::uint64_t commits = 0;
    std::uint64_t units = 0;
    std::uint64_t queued = 0;
    std::int64_t last_commit_us = 0; // how long the last commit took
};

class Store {
  public:
    virtual ~Store() = default;

    // A step of a long task has Priority::background: it lets the units of callers go first, and is to
    // take a few milliseconds at most (job_queue.h, bite.h).
    template <class T>
    Pending<T> write(Executor executor, Unit<T> unit, Priority priority = Priority::foreground) {
        return submit(Submission{std::move(executor), priority}, with_feeds(std::move(unit)),
                      &Store::submit_write);
    }
    template <class T>
    Pending<T> read(Executor executor, Unit<T> unit) {
        return submit(Submission{std::move(executor), Priority::foreground}, std::move(unit),
                      &Store::submit_read);
    }
    // The same for a coroutine that has no other work meanwhile.
    template <class T>
    Task<Result<T>> write(Unit<T> unit, Priority priority = Priority::foreground) {
        Pending<T> pending =
            write<T>(co_await boost::asio::this_coro::executor, std::move(unit), priority);
        co_return co_await pending.wait();
    }
    template <class T>
    Task<Result<T>> read(Unit<T> unit) {
        Pending<T> pending = read<T>(co_await boost::asio::this_coro::executor, std::move(unit));
        co_return co_await pending.wait();
    }

    // Called on the engine's thread after each commit that made tasks due. Set before the first
    // write.
    using Listener = std::function<void(std::vector<TaskNote>)>;
    virtual void set_listener(Listener listener) = 0;

    // Whether other processes may use it, too. When not, opening it has made sure that there are
    // none.
    virtual bool is_shared() const { return false; }

    virtual Health health() const = 0;
    virtual StoreStats stats() const = 0;
    // Commits what is queued, then refuses more. Blocks; called once, at shutdown.
    virtual void stop() = 0;

  protected:
    virtual void submit_write(std::unique_ptr<Job> job) = 0;
    virtual void submit_read(std::unique_ptr<Job> job) = 0;

  private:
    template <class T>
    static Unit<T> with_feeds(Unit<T> unit);
    template <class T>
    Pending<T> submit(Submission as, Unit<T> unit, void (Store::*to)(std::unique_ptr<Job>));
};

// Writes the rows that the unit has made into feed_waiting (feeds.h).
Step<> hand_to_feeds(Session& s);

namespace detail {

// Runs the unit, then hands its new rows to the feeds.
template <class T>
Step<T> run_with_feeds(Session& s, const Unit<T>& unit) {
    s.made().clear(); // rows of a run that was abandoned
    if constexpr (std::is_void_v<T>) {
        co_await unit(s);
        if (!s.made().empty())
            co_await hand_to_feeds(s);
    } else {
        T result = co_await unit(s);
        if (!s.made().empty())
            co_await hand_to_feeds(s);
        co_return result;
    }
}

template <class T>
class TypedJob final : public Job {
  public:
    TypedJob(Submission as, Unit<T> unit, std::shared_ptr<typename Pending<T>::State> state)
        : Job(std::move(as)), unit_(std::move(unit)), state_(std::move(state)) {}

    void start(Session& session) override {
        step_.emplace(unit_(session));
        step_->start();
    }
    bool done() const override { return step_ && step_->done(); }
    void abandon() override { step_.reset(); }

    void deliver() override {
        if (error_) {
            state_->result.emplace(std::unexpected(std::move(*error_)));
        } else if constexpr (std::is_void_v<T>) {
            state_->result.emplace();
        } else {
            state_->result.emplace(step_->take());
        }
        if (state_->waiter)
            std::exchange(state_->waiter, {})();
    }

  private:
    Unit<T> unit_;
    std::optional<Step<T>> step_;
    std::shared_ptr<typename Pending<T>::State> state_;
};

} // namespace detail

template <class T>
Unit<T> Store::with_feeds(Unit<T> unit) {
    return [unit = std::move(unit)](Session& s) { return detail::run_with_feeds<T>(s, unit); };
}

template <class T>
Pending<T> Store::submit(Submission as, Unit<T> unit, void (Store::*to)(std::unique_ptr<Job>)) {
    auto state = std::make_shared<typename Pending<T>::State>();
    (this->*to)(std::make_unique<detail::TypedJob<T>>(std::move(as), std::move(unit), state));
    return Pending<T>(std::move(state));
}

} // namespace settled::store
