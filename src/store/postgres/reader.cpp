#include "store/postgres/reader.h"

namespace settled::store::postgres {

namespace {

constexpr int runs_max = 2; // the second on a new connection

void deliver(std::vector<Member>& unit) {
    std::vector<std::unique_ptr<Job>> jobs;
    jobs.push_back(std::move(unit.front().job));
    unit.clear();
    deliver_all(std::move(jobs));
}

} // namespace

Reader::Reader(const ConnectionInfo& info, JobQueue& queue)
    : info_(info), queue_(queue), thread_([this] { loop(); }) {}

Reader::~Reader() {
    thread_.join();
}

void Reader::loop() {
    while (true) {
        auto jobs = queue_.take(1, {}, 1);
        if (jobs.empty())
            return;
        std::vector<Member> unit;
        unit.push_back({std::move(jobs.front()), {}});
        serve(unit);
    }
}

// Delivers it.
void Reader::serve(std::vector<Member>& unit) {
    for (int run = 1;; ++run) {
        const Attempt<> outcome = run_once(unit);
        if (outcome)
            return; // delivered
        Job& job = *unit.front().job;
        job.abandon();
        if (outcome.error().trouble == FailureScope::lost && run < runs_max)
            continue;
        job.fail(outcome.error().error);
        return deliver(unit);
    }
}

Attempt<> Reader::run_once(std::vector<Member>& unit) {
    if (!connection_) {
        auto connection = Connection::open(info_, Access::read_only);
        if (!connection)
            return std::unexpected(
                Failure{FailureScope::unavailable, std::move(connection).error()});
        connection_ = std::move(*connection);
    }
    Transaction transaction(*connection_, unit, std::nullopt);
    Attempt<> outcome = transaction.run_units();
    if (!outcome) {
        if (outcome.error().trouble == FailureScope::lost || !connection_->recover())
            connection_.reset();
        return outcome;
    }
    // What was read is read, whatever becomes of the transaction's end.
    transaction.send_commit();
    connection_->flush();
    deliver(unit);
    if (!connection_->drain())
        connection_.reset();
    return {};
}

} // namespace settled::store::postgres
