#include "store/sqlite/writer.h"

#include "store/tally.h"

namespace settled::store::sqlite {

namespace {

constexpr std::size_t group_max = 512; // bounds the time until the first of a group is answered
constexpr std::size_t load_from = 3;   // a group this large means that waiting pays
// A checkpoint delays the next commit by some milliseconds: it is made when nothing has come for a
// while, and under steady load only when the log has grown to 6 MiB. A larger log is written back
// less often and for longer each time, a smaller one the other way round (docs/performance.md).
constexpr int checkpoint_frames_idle = 250;
constexpr int checkpoint_frames_busy = 1500;
// Of a copy, between two commits: half a megabyte takes a millisecond or two.
constexpr int copied_pages = 128;
constexpr auto idle_after = std::chrono::milliseconds(20);
constexpr auto try_again_after = std::chrono::milliseconds(250); // while commits fail

constexpr std::int64_t only_writer = 0; // of figures and sums

// What the units of the group have counted.
Result<> leave_counted(ConnectionSession& session) {
    Counted counted = session.take();
    if (counted.is_empty())
        return {};
    Step<> step = write_counted(session, std::move(counted), only_writer);
    step.start();
    return step.done() ? Result<>() : session.last();
}

const Error& fsync_failed() {
    static const Error error{
        Code::store_unavailable,
        "an fsync failed: what the disk holds is unknown; check it and start again"};
    return error;
}

} // namespace

Writer::Writer(Connection connection, const Clock* time)
    : connection_(std::move(connection)), time_seen_(time), thread_([this] { loop(); }) {}

Writer::~Writer() {
    stop();
}

void Writer::submit(std::unique_ptr<Job> job) {
    if (queue_.push(job))
        return;
    job->fail(queue_.closed()
                  ? Error{Code::shutting_down, "the store is closed"}
                  : Error{Code::store_overloaded, "too many changes wait; try again soon"});
    Group group;
    group.push_back(std::move(job));
    deliver_all(std::move(group));
}

void Writer::stop() {
    queue_.close();
    if (thread_.joinable())
        thread_.join();
}

Health Writer::health() const {
    const std::lock_guard lock(health_mutex_);
    return health_;
}

StoreStats Writer::stats() const {
    return {commits_, units_, queue_.size(), last_commit_us_};
}

std::chrono::microseconds Writer::patience() const {
    return last_group_ >= load_from ? std::chrono::microseconds(limits::commit_wait_max)
                                    : std::chrono::microseconds(0);
}

void Writer::loop() {
    while (true) {
        Group group = queue_.take(limits::units_per_commit, patience(), group_max, idle_max());
        if (is_copying())
            step_copy();
        if (group.empty()) {
            if (queue_.drained()) {
                end_copy(fail(Code::shutting_down, "the store is closed"));
                return;
            }
            if (is_copying())
                continue;
            if (is_failing())
                try_again();
            else
                checkpoint_from(checkpoint_frames_idle);
            continue;
        }
        if (group.front()->priority() == Priority::foreground)
            last_group_ = group.size();
        commit(std::move(group));
        checkpoint_from(checkpoint_frames_busy);
    }
}

void Writer::commit(Group group) {
    if (stopped_for_good_) {
        for (auto& job : group)
            job->fail(fsync_failed());
        deliver_all(std::move(group));
        return;
    }
    checkpointed_ = false;
    const auto begin = std::chrono::steady_clock::now();
    ConnectionSession session(connection_);
    Result<> outcome = run_group(session, group);
    if (!outcome && outcome.error().code == Code::constraint_violated && group.size() > 1) {
        outcome = run_one_by_one(session, group);
    } else if (!outcome) {
        for (auto& job : group)
            job->fail(outcome.error());
    }
    note_outcome(outcome);
    last_commit_us_ = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::steady_clock::now() - begin)
                          .count();
    std::vector<TaskNote> notes = std::move(session.notes());
    deliver_all(std::move(group));
    if (!notes.empty() && listener_)
        listener_(std::move(notes));
}

// All or nothing: on an error nothing of the group is stored.
Result<> Writer::run_group(ConnectionSession& session, Group& group) {
    const std::size_t notes_before = session.notes().size();
    const std::int64_t changes_before = connection_.total_changes();
    (void)session.take(); // of a run that was abandoned
    Result<> outcome = connection_.script("BEGIN IMMEDIATE");
    for (auto& job : group) {
        if (!outcome)
            break;
        job->start(session);
        if (!job->done())
            outcome = session.last();
    }
    if (outcome)
        outcome = leave_counted(session);
    // Units that changed nothing write nothing: a start on a full disk, and every look around.
    const bool has_changes = connection_.total_changes() != changes_before;
    if (outcome && has_changes)
        outcome = time_seen_.leave(connection_);
    if (outcome)
        outcome = connection_.script("COMMIT");
    if (outcome) {
        if (has_changes)
            time_seen_.committed();
        ++commits_;
        units_ += group.size();
    } else {
        for (auto& job : group)
            job->abandon();
        session.notes().resize(notes_before);
        if (connection_.in_transaction())
            (void)connection_.script("ROLLBACK");
    }
    return outcome;
}

// One member broke a constraint (a defect, kept from hurting its neighbours): each gets its own
// commit. Returns what went wrong with the store itself, if anything.
Result<> Writer::run_one_by_one(ConnectionSession& session, Group& group) {
    Result<> worst;
    for (auto& job : group) {
        if (connection_.sync_failed()) {
            job->fail(fsync_failed());
            continue;
        }
        Group alone;
        alone.push_back(std::move(job));
        const Result<> outcome = run_group(session, alone);
        job = std::move(alone.front());
        if (outcome)
            continue;
        job->fail(outcome.error());
        if (outcome.error().code != Code::constraint_violated)
            worst = outcome;
    }
    return worst;
}

void Writer::copy_to(std::string file, std::function<void(Result<>)> done) {
    {
        const std::lock_guard lock(copy_mutex_);
        if (copy_ == nullptr && !queue_.closed()) {
            copy_ = std::make_unique<Copy>(std::move(file), std::move(done), std::nullopt);
            queue_.nudge();
            return;
        }
    }
    done(queue_.closed() ? fail(Code::shutting_down, "the store is closed")
                         : fail(Code::backup_running, "one is being made"));
}

bool Writer::is_copying() const {
    const std::lock_guard lock(copy_mutex_);
    return copy_ != nullptr;
}

// Between two commits, so that those who wait for one hardly notice.
void Writer::step_copy() {
    if (!copy_->under_way) {
        auto begun = OnlineCopy::begin(connection_, copy_->file);
        if (!begun) {
            end_copy(std::unexpected(begun.error()));
            return;
        }
        copy_->under_way.emplace(*std::move(begun));
    }
    const Result<bool> whole = copy_->under_way->step(copied_pages);
    if (!whole)
        end_copy(std::unexpected(whole.error()));
    else if (*whole)
        end_copy({});
}

void Writer::end_copy(const Result<>& outcome) {
    std::unique_ptr<Copy> ended;
    {
        const std::lock_guard lock(copy_mutex_);
        ended = std::move(copy_);
    }
    if (ended == nullptr)
        return;
    ended->under_way.reset();
    ended->done(outcome);
}

// What the thread wakes up for although nothing was submitted.
std::optional<std::chrono::milliseconds> Writer::idle_max() const {
    if (is_copying())
        return std::chrono::milliseconds(0);
    if (is_failing())
        return try_again_after;
    const bool checkpoint_waits =
        !checkpointed_ && connection_.wal_frames() >= checkpoint_frames_idle && !stopped_for_good_;
    return checkpoint_waits ? std::optional(idle_after) : std::nullopt;
}

void Writer::checkpoint_from(int frames) {
    if (checkpointed_ || connection_.wal_frames() < frames || stopped_for_good_)
        return;
    checkpointed_ = true;
    // One that fails leaves the log to grow: units still commit, until they cannot.
    if (!connection_.checkpoint() && connection_.sync_failed())
        note_outcome(std::unexpected(fsync_failed()));
}

bool Writer::is_failing() const {
    const std::lock_guard lock(health_mutex_);
    return !health_.can_commit && !stopped_for_good_;
}

// While /readyz says that nothing can be stored, no client may send anything to store: a commit
// that writes a page and changes nothing finds out whether there is space again.
void Writer::try_again() {
    const Result<> outcome = connection_.script(
        "BEGIN IMMEDIATE; UPDATE schema_migration SET name = name WHERE version = 1; COMMIT");
    if (!outcome && connection_.in_transaction())
        (void)connection_.script("ROLLBACK");
    note_outcome(outcome);
}

void Writer::note_outcome(const Result<>& outcome) {
    const bool failed = !outcome && outcome.error().code != Code::constraint_violated;
    if (connection_.sync_failed())
        stopped_for_good_ = true;
    const std::lock_guard lock(health_mutex_);
    if (stopped_for_good_)
        health_ = {false, fsync_failed().detail};
    else if (failed)
        health_ = {false, outcome.error().detail};
    else
        health_ = {};
}

} // namespace settled::store::sqlite
