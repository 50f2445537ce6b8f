// A token in use: some sessions, each with its own thread, and the work that waits for one.
//
//   begin() ──▶ waiting ──▶ a session's thread works ──▶ the answer, once
//                  │ 2 s: no session was free        │ 3.5 s: the token hangs; its thread goes on
//                  └────────── key_unavailable ──────┘
//
// An error of the token ends the session, and the work is tried again with a new session, then
// after a login, then after the module was initialised again (module.h). What another try cannot
// mend is answered at once: a refused PIN, an ambiguous name, an unsuitable object.
//
// Thread-safe. It lives until the process ends or close() is called; its threads keep it alive.
#pragma once

#include "base/error.h"
#include "custody/pkcs11/pin.h"
#include "custody/pkcs11/session.h"
#include "custody/pkcs11/settings.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

namespace settled::custody::pkcs11 {

class Token : public std::enable_shared_from_this<Token> {
  public:
    // Work that waits: more than a second of what a fast token signs.
    static constexpr std::size_t waiting_max = 4096;

    Token(std::shared_ptr<Module> module, TokenName name, std::size_t sessions, Waits waits,
          ReadSecret read);
    // The threads begin. Once.
    void start();
    // They end when what they do is done, or 2 s later.
    void close();

    const TokenName& name() const { return name_; }

    template <class T>
    using Work = std::function<Result<T>(Session&)>;
    template <class T>
    using Answer = std::move_only_function<void(Result<T>)>;

    // `answer` is called once, on any thread, within Waits::for_answer.
    template <class T>
    void begin(std::string pin_source, Work<T> work, Answer<T> answer) {
        give(std::make_shared<JobOf<T>>(std::move(pin_source), std::move(work), std::move(answer)));
    }
    // Waits for the answer.
    template <class T>
    Result<T> ask(std::string pin_source, Work<T> work) {
        auto promise = std::make_shared<std::promise<Result<T>>>();
        auto future = promise->get_future();
        begin<T>(std::move(pin_source), std::move(work),
                 [promise](Result<T> answer) { promise->set_value(std::move(answer)); });
        return future.get();
    }
    // For key pairs that are made: a session of its own that may write, on the calling thread.
    template <class T>
    Result<T> write(const std::string& pin_source, const Work<T>& work) {
        Session session(module_);
        const auto use = module_->use();
        TRY_VOID(open(session, pin_source, Session::Access::write));
        Result<T> answer = work(session);
        session.close();
        return answer;
    }
    // As PinKeeper says.
    Result<> compare_pin(const std::string& pin_source);
    void retry();

  private:
    using Steady = std::chrono::steady_clock::time_point;

    struct Job {
        explicit Job(std::string source) : pin_source(std::move(source)) {}
        virtual ~Job() = default;
        // Keeps the value, which only the session's thread sees.
        virtual Result<> work(Session& session) = 0;
        // By the thread that claimed it. The value is there when `outcome` is good.
        virtual void answer(Result<> outcome) = 0;
        bool claim() { return !is_answered.exchange(true); }

        const std::string pin_source;
        Steady session_until;
        Steady answer_until;
        std::atomic<bool> is_answered{false};
    };
    template <class T>
    struct JobOf final : Job {
        JobOf(std::string source, Work<T> what, Answer<T> then)
            : Job(std::move(source)), work_(std::move(what)), then_(std::move(then)) {}
        Result<> work(Session& session) override {
            TRY(value_, work_(session));
            return {};
        }
        void answer(Result<> outcome) override {
            if (outcome)
                then_(*std::move(value_));
            else
                then_(std::unexpected(std::move(outcome).error()));
        }
        Work<T> work_;
        Answer<T> then_;
        std::optional<T> value_;
    };
    enum class Step : std::uint8_t { as_it_is, new_session, login, new_module };

    void give(std::shared_ptr<Job> job);
    void serve(); // a session's thread
    void watch(); // the thread that knows the time
    std::shared_ptr<Job> take();
    Steady answer_late();
    Result<> carry_out(Job& job, Session& session);
    Result<> attempt(Job& job, Session& session, Step step);
    Result<> open(Session& session, const std::string& pin_source, Session::Access access);
    Result<> log_in(Session& session, const std::string& pin_source);

    const std::shared_ptr<Module> module_;
    const TokenName name_;
    const std::size_t sessions_;
    const Waits waits_;

    std::mutex login_mutex_;
    PinKeeper pin_;

    std::mutex mutex_;
    std::condition_variable work_given_;
    std::condition_variable watch_wanted_;
    std::condition_variable thread_ended_;
    std::deque<std::shared_ptr<Job>> waiting_;
    std::set<std::shared_ptr<Job>> working_;
    std::size_t threads_ = 0;
    bool is_closing_ = false;
};

} // namespace settled::custody::pkcs11
