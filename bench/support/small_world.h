// A SQLite store, a clock that is moved by hand, and the units as the server runs them: for what is
// measured without a server around it.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "bench/support/run_directory.h"
#include "store/store.h"
#include "units/context.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace settled::bench {

class HandClock final : public Clock {
  public:
    Instant now() const override { return now_; }
    Steady steady() const override { return Steady(std::chrono::microseconds(now_.us)); }
    void advance(std::chrono::microseconds by) { now_.us += by.count(); }

  private:
    Instant now_{1'795'000'000'000'000};
};

class SmallWorld {
  public:
    static constexpr TenantId tenant{1};
    static constexpr std::string_view iban = "GB57CLRB04040100057354"; // its account

    SmallWorld();
    ~SmallWorld();
    SmallWorld(const SmallWorld&) = delete;
    SmallWorld& operator=(const SmallWorld&) = delete;

    // Runs the unit until it is committed, and keeps how long it had the writer, except for the
    // commit.
    template <class T>
    T write(store::Unit<T> unit) {
        const auto begin_and_end = [&](store::Session& s) { return timed<T>(s, unit); };
        return run<T>(store_->write<T>(io_.get_executor(), begin_and_end));
    }
    template <class T>
    T read(store::Unit<T> unit) {
        return run<T>(store_->read<T>(io_.get_executor(), std::move(unit)));
    }
    double last_us() const { return last_us_; }

    HandClock& clock() { return clock_; }
    Instant now() const { return clock_.now(); }
    IdMint& ids() { return ids_; }
    const units::Context& context() const { return *context_; }

  private:
    template <class T>
    store::Step<T> timed(store::Session& s, const store::Unit<T>& unit) {
        const auto begin = std::chrono::steady_clock::now();
        T result = co_await unit(s);
        last_us_ =
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
                .count();
        co_return result;
    }
    template <class T>
    static Task<> keep(store::Pending<T> pending, std::optional<Result<T>>& into) {
        into.emplace(co_await pending.wait());
    }
    template <class T>
    T run(store::Pending<T> pending) {
        std::optional<Result<T>> result;
        boost::asio::co_spawn(io_, keep<T>(std::move(pending), result), boost::asio::detached);
        io_.restart();
        io_.run();
        must_have_worked(result->has_value() ? nullptr : &result->error());
        return std::move(**result);
    }
    static void must_have_worked(const Error* error);

    RunDirectory directory_;
    HandClock clock_;
    IdMint ids_{clock_, 1};
    units::TenantKeys keys_{Secret("a master key for benches, 32 byte")};
    std::unique_ptr<units::TaskClaims> claims_;
    std::optional<units::Context> context_;
    boost::asio::io_context io_;
    std::unique_ptr<store::Store> store_;
    double last_us_ = 0;
};

} // namespace settled::bench
