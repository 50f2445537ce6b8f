#include "custody/pkcs11/token.h"

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

namespace settled::custody::pkcs11 {

namespace {

using Clock = std::chrono::steady_clock;

// What a new session, a login or a new beginning of the module may mend.
bool is_of_the_device(Code code) {
    return code == Code::hsm_failed || code == Code::hsm_token_missing ||
           code == Code::hsm_key_missing;
}

std::unexpected<Error> no_session() {
    return fail(Code::key_unavailable, "the token's sessions are all in use");
}

std::unexpected<Error> no_answer() {
    return fail(Code::key_unavailable, "the token does not answer");
}

} // namespace

Token::Token(std::shared_ptr<Module> module, TokenName name, std::size_t sessions, Waits waits,
             ReadSecret read)
    : module_(std::move(module)), name_(std::move(name)), sessions_(sessions), waits_(waits),
      pin_(std::move(read)) {}

void Token::start() {
    threads_ = sessions_ + 1;
    const auto self = shared_from_this();
    for (std::size_t i = 0; i < sessions_; ++i)
        std::thread([self] { self->serve(); }).detach();
    std::thread([self] { self->watch(); }).detach();
}

void Token::close() {
    constexpr std::chrono::seconds patience{2};
    std::unique_lock lock(mutex_);
    is_closing_ = true;
    work_given_.notify_all();
    watch_wanted_.notify_all();
    thread_ended_.wait_for(lock, patience, [this] { return threads_ == 0; });
}

void Token::give(std::shared_ptr<Job> job) {
    const auto now = Clock::now();
    job->session_until = now + waits_.for_session;
    job->answer_until = now + waits_.for_answer;
    bool is_taken = false;
    bool is_alone = false;
    {
        const std::lock_guard lock(mutex_);
        is_taken = !is_closing_ && waiting_.size() < waiting_max;
        is_alone = waiting_.empty() && working_.empty();
        if (is_taken)
            waiting_.push_back(job);
    }
    if (!is_taken && job->claim())
        return job->answer(no_session());
    work_given_.notify_one();
    if (is_alone) // else it wakes before this work is late
        watch_wanted_.notify_one();
}

std::shared_ptr<Token::Job> Token::take() {
    std::unique_lock lock(mutex_);
    work_given_.wait(lock, [this] { return is_closing_ || !waiting_.empty(); });
    if (waiting_.empty())
        return nullptr; // closing: what waits is still done
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    working_.insert(job);
    return job;
}

void Token::serve() {
    Session session(module_);
    while (const auto job = take()) {
        Result<> outcome;
        if (!job->is_answered) // it waited too long
            outcome = carry_out(*job, session);
        if (job->claim())
            job->answer(std::move(outcome));
        const std::lock_guard lock(mutex_);
        working_.erase(job);
    }
    {
        const auto use = module_->use();
        session.close();
    }
    const std::lock_guard lock(mutex_);
    --threads_;
    thread_ended_.notify_all();
}

// Answers what is late, and says when to look again.
Token::Steady Token::answer_late() {
    const auto now = Clock::now();
    std::vector<std::shared_ptr<Job>> without_session;
    std::vector<std::shared_ptr<Job>> without_answer;
    Steady next = now + std::chrono::hours(1);
    {
        const std::lock_guard lock(mutex_);
        while (!waiting_.empty() && waiting_.front()->session_until <= now) {
            without_session.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
        }
        if (!waiting_.empty())
            next = waiting_.front()->session_until;
        for (const auto& job : working_)
            if (job->answer_until <= now)
                without_answer.push_back(job);
            else
                next = std::min(next, job->answer_until);
    }
    for (const auto& job : without_session)
        if (job->claim())
            job->answer(no_session());
    for (const auto& job : without_answer)
        if (job->claim())
            job->answer(no_answer());
    return next;
}

void Token::watch() {
    while (true) {
        const Steady next = answer_late();
        std::unique_lock lock(mutex_);
        if (is_closing_)
            break;
        watch_wanted_.wait_until(lock, next);
    }
    const std::lock_guard lock(mutex_);
    --threads_;
    thread_ended_.notify_all();
}

Result<> Token::carry_out(Job& job, Session& session) {
    constexpr std::array steps{Step::as_it_is, Step::new_session, Step::login, Step::new_module};
    Result<> last = fail(Code::hsm_failed, "there was no session");
    std::uint64_t seen = module_->generation();
    for (const Step step : steps) {
        if (step == Step::as_it_is && !session.is_open())
            continue;
        if (step == Step::new_module) {
            if (const auto begun = module_->initialise_again(seen); !begun)
                return last; // what the token said is of more use than that it is too early
        }
        seen = module_->generation();
        last = attempt(job, session, step);
        if (last || !is_of_the_device(last.error().code))
            break;
    }
    return last;
}

Result<> Token::attempt(Job& job, Session& session, Step step) {
    const auto use = module_->use();
    if (step != Step::as_it_is || !session.is_fresh()) {
        session.close();
        TRY_VOID(open(session, job.pin_source, Session::Access::read));
        if (step == Step::login && !job.pin_source.empty())
            TRY_VOID(log_in(session, job.pin_source));
    }
    Result<> outcome = job.work(session);
    if (!outcome && is_of_the_device(outcome.error().code))
        session.close();
    return outcome;
}

Result<> Token::open(Session& session, const std::string& pin_source, Session::Access access) {
    TRY_VOID(session.open(name_, access));
    if (pin_source.empty() || !session.needs_login() || session.is_logged_in())
        return {};
    const auto in = log_in(session, pin_source);
    if (!in)
        session.close();
    return in;
}

Result<> Token::log_in(Session& session, const std::string& pin_source) {
    const std::lock_guard lock(login_mutex_);
    return pin_.log_in(session.module(), session.handle(), session.slot(), pin_source);
}

Result<> Token::compare_pin(const std::string& pin_source) {
    const std::lock_guard lock(login_mutex_);
    return pin_.compare(pin_source);
}

void Token::retry() {
    const std::lock_guard lock(login_mutex_);
    pin_.retry();
}

} // namespace settled::custody::pkcs11
