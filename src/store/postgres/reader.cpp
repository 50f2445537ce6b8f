#include "store/postgres/reader.h"

namespace settled::store::postgres {

namespace {

constexpr std::size_t group_max = 16; // a short unit waits for the long ones of its group
constexpr int runs_max = 2;           // the second on a new connection

void deliver(std::vector<Member>& group) {
    std::vector<std::unique_ptr<Job>> jobs;
    for (Member& member : group)
        jobs.push_back(std::move(member.job));
    group.clear();
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
        auto jobs = queue_.take(1, {}, group_max);
        if (jobs.empty())
            return;
        std::vector<Member> group;
        for (auto& job : jobs)
            group.push_back({std::move(job), {}});
        serve(group);
    }
}

// Delivers them all.
void Reader::serve(std::vector<Member>& group) {
    for (int run = 1;; ++run) {
        const Attempt<> outcome = run_once(group);
        if (outcome)
            return; // delivered
        for (Member& member : group)
            member.job->abandon();
        if (outcome.error().trouble == Trouble::lost && run < runs_max)
            continue;
        if (outcome.error().trouble == Trouble::unit && group.size() > 1)
            break;
        for (Member& member : group)
            member.job->fail(outcome.error().error);
        return deliver(group);
    }
    for (Member& member : group) {
        std::vector<Member> alone;
        alone.push_back(std::move(member));
        serve(alone);
    }
}

Attempt<> Reader::run_once(std::vector<Member>& group) {
    if (!connection_) {
        auto connection = Connection::open(info_, Access::read_only);
        if (!connection)
            return std::unexpected(Failure{Trouble::unavailable, std::move(connection).error()});
        connection_ = std::move(*connection);
    }
    Transaction transaction(*connection_, group, std::nullopt);
    Attempt<> outcome = transaction.run_units();
    if (!outcome) {
        if (outcome.error().trouble == Trouble::lost || !connection_->recover())
            connection_.reset();
        return outcome;
    }
    // What was read is read, whatever becomes of the transaction's end.
    transaction.send_commit();
    connection_->flush();
    deliver(group);
    if (!connection_->drain())
        connection_.reset();
    return {};
}

} // namespace settled::store::postgres
