// For tests that need a real store: a directory that goes away, a clock that stands still, and
// units run to their end. The engine that tests run on is chosen in open_store(), and only there.
#pragma once

#include "base/clock.h"
#include "store/postgres/testing.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace settled::store::testing {

// SETTLED_TEST_STORE=postgres; tools/run_tests.py runs what uses a store once for each engine.
inline bool on_postgres() {
    const char* const engine = std::getenv("SETTLED_TEST_STORE");
    return engine != nullptr && std::string_view(engine) == "postgres";
}

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        // In memory where there is such a place: what a disk does, the fault tests say themselves.
        const std::filesystem::path memory("/dev/shm");
        const bool has_memory = ::access(memory.c_str(), W_OK) == 0;
        const auto parent = has_memory ? memory : std::filesystem::temp_directory_path();
        std::string pattern = (parent / "settled-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("no temporary directory");
        path_ = pattern;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
        if (on_postgres())
            postgres::testing::Schemas::of_this_process().give_back(path_);
    }
    std::string path() const { return path_; }
    std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

  private:
    std::string path_;
};

class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant now = {1'800'000'000'000'000}) : us_(now.us) {}
    Instant now() const override { return {us_}; }
    Steady steady() const override { return Steady(std::chrono::microseconds(us_)); }
    void advance(std::chrono::microseconds by) { us_ += by.count(); }

  private:
    std::atomic<std::int64_t> us_;
};

inline Result<std::unique_ptr<Store>> try_open_store(const std::string& directory,
                                                     RisingClock* time = nullptr) {
    if (on_postgres())
        return postgres::testing::try_open(directory, time);
    return sqlite::open({directory, 1024, 256, 2, time});
}

inline std::unique_ptr<Store> open_store(const std::string& directory) {
    auto store = try_open_store(directory);
    if (!store)
        throw std::runtime_error(store.error().detail);
    return std::move(*store);
}

// SQLite, whatever the tests run on: to compare with.
inline std::unique_ptr<Store> open_reference_store(const std::string& directory) {
    auto store = sqlite::open({directory, 1024, 256, 1});
    if (!store)
        throw std::runtime_error(store.error().detail);
    return std::move(*store);
}

// What another connection sees: the first number of the first row.
inline std::int64_t number_seen_by_another(const std::string& directory, const std::string& sql) {
    if (on_postgres()) {
        const auto url = postgres::testing::Schemas::of_this_process().url_for(directory);
        const auto rows = postgres::testing::connect(url)->run_text(sql.c_str());
        if (!rows)
            throw std::runtime_error(rows.error().error.detail);
        return rows->front().integer(0);
    }
    auto other =
        sqlite::Connection::open(directory + "/settled.db", sqlite::Access::read_only, 256);
    return other.value().number(sql).value();
}

inline void run_by_another(const std::string& directory, const std::string& sql) {
    if (on_postgres()) {
        const auto url = postgres::testing::Schemas::of_this_process().url_for(directory);
        return postgres::testing::run(*postgres::testing::connect(url), sql);
    }
    auto other =
        sqlite::Connection::open(directory + "/settled.db", sqlite::Access::read_write, 256);
    if (!other || !other->script(sql))
        throw std::runtime_error("cannot run " + sql);
}

template <class T>
Task<> keep_result(Pending<T> pending, std::optional<Result<T>>* out) {
    out->emplace(co_await pending.wait());
}

// io_contexts are lent and never destroyed: the engine's thread may still be on its way out of
// post() when the result is already there.
class Loop {
  public:
    Loop() : io_(take()) {}
    Loop(Loop&& other) noexcept : io_(std::move(other.io_)) {}
    Loop& operator=(Loop&&) = delete;
    ~Loop() {
        if (!io_)
            return;
        io_->restart();
        const std::lock_guard lock(mutex());
        idle().push_back(std::move(io_));
    }
    boost::asio::io_context& operator*() const { return *io_; }
    boost::asio::io_context* operator->() const { return io_.get(); }

  private:
    using Io = std::unique_ptr<boost::asio::io_context>;
    static std::mutex& mutex() {
        static std::mutex it;
        return it;
    }
    static std::vector<Io>& idle() {
        static auto* all = new std::vector<Io>(); // outlives every thread
        return *all;
    }
    static Io take() {
        const std::lock_guard lock(mutex());
        if (idle().empty())
            return std::make_unique<boost::asio::io_context>();
        Io io = std::move(idle().back());
        idle().pop_back();
        return io;
    }
    Io io_;
};

// A result that is waited for on a thread of one's own. Every one that is made is waited for.
template <class T>
class Awaited {
  public:
    static Awaited write(Store& store, Unit<T> unit, Priority priority = Priority::foreground) {
        Awaited awaited;
        awaited.start(store.write<T>(awaited.io_->get_executor(), std::move(unit), priority));
        return awaited;
    }
    static Awaited read(Store& store, Unit<T> unit) {
        Awaited awaited;
        awaited.start(store.read<T>(awaited.io_->get_executor(), std::move(unit)));
        return awaited;
    }
    Result<T> get() {
        io_->run();
        return std::move(**result_);
    }

  private:
    void start(Pending<T> pending) {
        boost::asio::co_spawn(*io_, keep_result(std::move(pending), result_.get()),
                              boost::asio::detached);
    }
    std::unique_ptr<std::optional<Result<T>>> result_ =
        std::make_unique<std::optional<Result<T>>>();
    Loop io_;
};

template <class T>
Result<T> write(Store& store, Unit<T> unit) {
    return Awaited<T>::write(store, std::move(unit)).get();
}
template <class T>
Result<T> read(Store& store, Unit<T> unit) {
    return Awaited<T>::read(store, std::move(unit)).get();
}

// For steps of a test that have to work before it can go on.
template <class T>
T must(Result<T> result) {
    if (!result)
        throw std::runtime_error(std::string(info(result.error().code).token) + ": " +
                                 result.error().detail);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace settled::store::testing
