#include "store/postgres/writer.h"

#include "store/postgres/own_statements.h"

#include "base/limits.h"

#include <algorithm>
#include <array>

namespace settled::store::postgres {

namespace {

using namespace std::chrono_literals;

// Bounds the time until the first of a group is answered, and the locks that one transaction holds:
// the server has room for max_locks_per_transaction × max_connections of all together.
constexpr std::size_t group_max = 128;
constexpr std::size_t load_from = 3; // a group this large means that waiting for company pays
// How long a group may look for a connection or for its fate: then its units fail, and the bank,
// which waits 5 s, hears 503 in time.
constexpr auto group_wait_max = 4s;
constexpr int reruns_max = 5;
constexpr auto rerun_pause = 2ms;
constexpr auto commit_min = 500ms;
constexpr auto look_after = 1s;         // whether an idle connection is still there
constexpr auto try_again_after = 200ms; // while nothing can be stored
constexpr auto reconnect_first = 20ms;
constexpr auto reconnect_max = 1s;

// The row may not be there yet; then an old backend that is about to make it is waited for, too.
constexpr const char* make_row_sql = "INSERT INTO writer_mark (writer_id, sequence, fence, "
                                     "seen_at) VALUES ($1::bigint, 0, 0, now()) "
                                     "ON CONFLICT (writer_id) DO NOTHING";
constexpr const char* ask_row_sql =
    "SELECT sequence FROM writer_mark WHERE writer_id = $1::bigint FOR UPDATE";
constexpr const char* fence_row_sql =
    "UPDATE writer_mark SET fence = $2::bigint, seen_at = now() WHERE writer_id = $1::bigint";

Error out_of_time() {
    return {Code::store_unavailable, "PostgreSQL: others of the same group took all the time"};
}
Error fate_unknown() {
    return {Code::store_unavailable, "PostgreSQL went away during a commit, and whether it was "
                                     "carried out is not known yet"};
}

} // namespace

Writer::Writer(Writing& shared, std::unique_ptr<Connection> connection, std::int64_t id)
    : shared_(shared), connection_(std::move(connection)), id_(id), thread_([this] { loop(); }) {}

Writer::~Writer() {
    thread_.join();
}

std::chrono::microseconds Writer::patience() const {
    return last_group_ >= load_from ? std::chrono::microseconds(limits::commit_wait_max)
                                    : std::chrono::microseconds(0);
}

void Writer::loop() {
    while (true) {
        if (down_ && !shared_.available.nobody_is_up()) {
            wait_down(); // others take what comes
            if (shared_.queue.drained())
                return;
            continue;
        }
        auto jobs = shared_.queue.take(limits::units_per_commit, patience(), group_max,
                                       down_ ? try_again_after : look_after);
        if (jobs.empty()) {
            if (shared_.queue.drained())
                return;
            idle();
            continue;
        }
        if (jobs.front()->priority() == Priority::foreground)
            last_group_ = jobs.size();
        Group group;
        for (auto& job : jobs)
            group.push_back({std::move(job), {}});
        serve(std::move(group));
    }
}

void Writer::serve(Group group) {
    const auto begin = Steady::now();
    if (down_)
        fail_all(group, shared_.available.error());
    else
        commit(group, begin + group_wait_max);
    shared_.last_commit_us =
        std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin).count();
    std::vector<TaskNote> notes = std::exchange(notes_, {});
    deliver(std::move(group));
    if (!notes.empty() && shared_.listener)
        shared_.listener(std::move(notes));
}

void Writer::deliver(Group group) {
    std::vector<std::unique_ptr<Job>> jobs;
    for (Member& member : group)
        jobs.push_back(std::move(member.job));
    deliver_all(std::move(jobs));
}

void Writer::fail_all(Group& group, const Error& error) {
    for (Member& member : group)
        member.job->fail(error);
}

// Until the group is stored, or its members have failed.
void Writer::commit(Group& group, Steady::time_point give_up) {
    for (int run = 0;; ++run) {
        if (const Result<> connected = connect_until(give_up); !connected) {
            fail_all(group, connected.error());
            return note_down(connected.error());
        }
        const Attempt<> outcome = run_once(group, give_up);
        if (outcome)
            return;
        Fate fate = Fate::not_committed;
        if (outcome.error().in_doubt) {
            fate = ask_fate(give_up);
            if (fate == Fate::committed) {
                shared_.commits += 1;
                shared_.units += group.size();
                return;
            }
        }
        notes_.clear();
        if (fate == Fate::unknown) {
            fail_all(group, fate_unknown());
            return note_down(fate_unknown());
        }
        for (Member& member : group)
            member.job->abandon();
        const Failure& failure = outcome.error();
        const bool again =
            (failure.trouble == FailureScope::conflict || failure.trouble == FailureScope::lost) &&
            run < reruns_max && Steady::now() < give_up;
        if (again) {
            ++shared_.reruns;
            if (failure.trouble == FailureScope::conflict)
                std::this_thread::sleep_for(rerun_pause * (run + 1)); // the other one goes first
            continue;
        }
        // Who is held up by others for that long gains nothing by waiting again, alone.
        const bool held_up = failure.trouble != FailureScope::unit && Steady::now() >= give_up;
        if (group.size() > 1 && failure.trouble != FailureScope::unavailable && !held_up)
            return commit_one_by_one(group, std::max(give_up, Steady::now() + group_wait_max / 2));
        fail_all(group, failure.error);
        if (failure.trouble == FailureScope::unavailable)
            note_down(failure.error);
        return;
    }
}

// One member's statement is refused (a defect, kept from hurting its neighbours), or they are in
// each other's way again and again: each gets a transaction of its own.
void Writer::commit_one_by_one(Group& group, Steady::time_point give_up) {
    std::vector<TaskNote> notes;
    for (Member& member : group) {
        Group alone;
        alone.push_back(std::move(member));
        if (down_)
            fail_all(alone, shared_.available.error());
        else if (Steady::now() >= give_up)
            fail_all(alone, out_of_time());
        else
            commit(alone, give_up);
        member = std::move(alone.front());
        std::ranges::move(notes_, std::back_inserter(notes));
        notes_.clear();
    }
    notes_ = std::move(notes);
}

// All or nothing: on a failure that is not in doubt, nothing of the group is stored. The units keep
// their results until it is known.
Attempt<> Writer::run_once(Group& group, Steady::time_point give_up) {
    Transaction transaction(
        *connection_, group,
        Transaction::Mark{id_, ++sequence_,
                          shared_.time != nullptr ? shared_.time->now() : Instant{}});
    Attempt<> outcome = transaction.run_units();
    if (outcome) {
        transaction.send_commit();
        // A commit waits for the standby for as long as there is none: without an end, except for
        // the one that we set.
        outcome = transaction.finish_commit(std::max(give_up, Steady::now() + commit_min));
        notes_ = transaction.take_notes();
    }
    if (outcome) {
        shared_.commits += 1;
        shared_.units += group.size();
        return outcome;
    }
    if (outcome.error().trouble == FailureScope::lost || !connection_->recover())
        connection_.reset();
    return outcome;
}

Result<> Writer::connect_until(Steady::time_point give_up) {
    auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(reconnect_first);
    while (!connection_) {
        auto connection = Connection::open(shared_.info, Access::read_write);
        if (connection) {
            connection_ = std::move(*connection);
            break;
        }
        if (Steady::now() + pause > give_up || shared_.queue.closed())
            return std::unexpected(std::move(connection).error());
        std::this_thread::sleep_for(pause);
        pause = std::min<std::chrono::milliseconds>(pause * 2, reconnect_max);
    }
    return {};
}

// The row is written by every transaction first, so asking waits for an old backend that is still
// at it; and the fence stops one that has not begun. The committed number that the answer depends
// on is then as safe as any commit, on the standby as well.
Attempt<std::int64_t> Writer::last_committed(Steady::time_point give_up) {
    const std::string id = std::to_string(id_);
    const std::array<std::string, 1> row{id};
    const std::array<std::string, 2> fence{id, std::to_string(++sequence_)};
    Rows rows;
    connection_->forget_warning();
    connection_->send(own::begin_writing, {}, nullptr, nobody);
    connection_->send_text(make_row_sql, row, nullptr, nobody);
    connection_->send_text(ask_row_sql, row, &rows, nobody);
    connection_->send_text(fence_row_sql, fence, nullptr, nobody);
    connection_->send(own::commit, {}, nullptr, nobody);
    connection_->sync();
    Attempt<> outcome = connection_->drain(std::max(give_up, Steady::now() + commit_min));
    if (outcome && connection_->warned())
        outcome = std::unexpected(Failure{FailureScope::lost, fate_unknown()});
    if (!outcome) {
        if (outcome.error().trouble == FailureScope::lost || !connection_->recover())
            connection_.reset();
        return std::unexpected(std::move(outcome).error());
    }
    return rows.front().integer(0);
}

Writer::Fate Writer::ask_fate(Steady::time_point give_up) {
    const std::int64_t doubtful = sequence_;
    while (connect_until(give_up)) {
        const Attempt<std::int64_t> sequence = last_committed(give_up);
        if (sequence)
            return *sequence == doubtful ? Fate::committed : Fate::not_committed;
        if (Steady::now() > give_up)
            break;
    }
    return Fate::unknown;
}

// Nothing was submitted for a while.
void Writer::idle() {
    if (!down_) {
        if (connection_ && !connection_->alive())
            connection_.reset();
        if (connection_)
            return;
        if (const Result<> connected = connect_until(Steady::now() + group_wait_max); !connected)
            note_down(connected.error());
        return;
    }
    // While /readyz says that nothing can be stored, no client sends anything to store: a
    // transaction that changes nothing finds out whether it can again.
    auto connected = connect_until(Steady::now());
    if (!connected)
        return shared_.available.still_down(connected.error());
    const auto committed = last_committed(Steady::now());
    if (!committed)
        return shared_.available.still_down(committed.error().error);
    down_ = false;
    shared_.available.came_up();
}

void Writer::wait_down() {
    std::this_thread::sleep_for(try_again_after);
    idle();
}

void Writer::note_down(const Error& error) {
    if (down_)
        return;
    down_ = true;
    shared_.available.went_down(error);
}

} // namespace settled::store::postgres
