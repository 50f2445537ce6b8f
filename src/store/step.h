// Step<T>: the coroutine that a unit of work is written as.
//
// A unit asks the store and waits, again and again, then returns: `const Rows rows = co_await
// s.run(…)`. On SQLite a statement is done at once and the coroutine never really stops; on an
// engine across a socket many units of one commit wait at the same time, and their statements
// travel together. The unit's text is the same.
//
// A statement that fails never returns: the engine destroys the coroutine, which unwinds its
// locals, and the submitter of the unit gets the error. So a unit handles outcomes (a row is there
// or not), never failures of the store.
#pragma once

#include "base/assert.h"

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

namespace settled::store {

template <class T>
class Step;

namespace detail {

struct StepPromiseBase {
    std::coroutine_handle<> continuation = std::noop_coroutine();

    struct Final {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
            return self.promise().continuation;
        }
        void await_resume() noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    // Units do not throw (docs/decisions/0006-errors.md); what does is a defect.
    [[noreturn]] void unhandled_exception() noexcept {
        assert_failed("no exception leaves a unit of work", __FILE__, __LINE__, "");
    }
};

template <class T>
struct StepPromise : StepPromiseBase {
    std::optional<T> result;
    Step<T> get_return_object();
    template <class U>
    void return_value(U&& value) {
        result.emplace(std::forward<U>(value));
    }
    T take() { return std::move(*result); }
};

template <>
struct StepPromise<void> : StepPromiseBase {
    Step<void> get_return_object();
    void return_void() {}
    void take() {}
};

} // namespace detail

template <class T = void>
class [[nodiscard]] Step {
  public:
    using promise_type = detail::StepPromise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Step(Handle handle) : handle_(handle) {}
    Step(Step&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Step& operator=(Step&&) = delete;
    ~Step() {
        if (handle_)
            handle_.destroy();
    }

    // As part of another step.
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
        handle_.promise().continuation = parent;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

    // As the root, by the engine.
    void start() { handle_.resume(); }
    bool done() const { return handle_.done(); }
    T take() { return handle_.promise().take(); }

  private:
    Handle handle_;
};

namespace detail {

template <class T>
Step<T> StepPromise<T>::get_return_object() {
    return Step<T>(std::coroutine_handle<StepPromise<T>>::from_promise(*this));
}
inline Step<void> StepPromise<void>::get_return_object() {
    return Step<void>(std::coroutine_handle<StepPromise<void>>::from_promise(*this));
}

} // namespace detail

} // namespace settled::store
