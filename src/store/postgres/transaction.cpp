#include "store/postgres/transaction.h"

#include "store/postgres/own_statements.h"
#include "store/tally.h"

#include <algorithm>

namespace settled::store::postgres {

namespace {

// "{1,2}" and "{t,f}": the arrays that the lock statements take.
std::array<std::string, 2> as_arrays(std::span<const LockName> locks) {
    std::array<std::string, 2> arrays{"{", "{"};
    for (const LockName& lock : locks) {
        const char* const comma = arrays[0].size() > 1 ? "," : "";
        arrays[0] += comma + std::to_string(lock.name);
        arrays[1] += comma + std::string(lock.shared ? "t" : "f");
    }
    arrays[0] += "}";
    arrays[1] += "}";
    return arrays;
}

std::unexpected<Failure> in_the_way(const char* what) {
    return std::unexpected(Failure{FailureScope::conflict, {Code::store_unavailable, what}});
}

} // namespace

// One unit's view of the transaction, and where it stands.
class Transaction::Unit final : public Session, public Tally {
  public:
    Unit(Transaction& transaction, std::size_t index) : transaction_(transaction), index_(index) {}

    Member& member() { return transaction_.members_[index_]; }
    std::size_t index() const { return index_; }

    Waits waits = Waits::no;
    Rows tried_rows;
    std::vector<LockName> tried;
    std::coroutine_handle<> waiting;

  protected:
    bool perform(const Statement& statement, std::span<const Value> values, Rows* out,
                 std::coroutine_handle<> handle) override {
        const Ticket ticket = out == nullptr ? nobody : static_cast<Ticket>(index_);
        transaction_.connection_.send(statement, values, out, ticket);
        if (out == nullptr)
            return true;
        waits = Waits::rows;
        waiting = handle;
        return false;
    }
    bool acquire(const Locks& locks, std::coroutine_handle<> handle) override {
        if (!transaction_.mark_)
            return true; // reads see one snapshot and lock nothing
        waits = transaction_.ask_for(*this, locks);
        waiting = handle;
        return waits == Waits::no;
    }

  private:
    friend class Transaction;
    Transaction& transaction_;
    std::size_t index_;
};

Transaction::Transaction(Connection& connection, std::vector<Member>& members,
                         std::optional<Mark> mark)
    : connection_(connection), members_(members), mark_(mark) {
    for (std::size_t i = 0; i < members.size(); ++i)
        units_.push_back(std::make_unique<Unit>(*this, i));
}

Transaction::~Transaction() = default;

Transaction::Waits Transaction::ask_for(Unit& unit, const Locks& locks) {
    std::vector<LockName> names;
    std::vector<LockName> missing;
    for (const Lock& lock : locks) {
        const LockName name = name_of(lock, connection_.salt());
        add_lock(names, name);
        add_lock(unit.member().locks, name);
    }
    if (!turns_.ask(unit.index(), names))
        conflict_ = true;
    for (const LockName& name : names)
        if (!holds(name))
            missing.push_back(name);
    if (missing.empty())
        return turns_.may_go(unit.index()) ? Waits::no : Waits::turn;
    if (starting_)
        return Waits::turn; // taken with those of the others
    unit.tried = missing;
    unit.tried_rows = {};
    connection_.send(own::try_locks, as_arrays(missing), &unit.tried_rows,
                     static_cast<Ticket>(unit.index()));
    return Waits::tried;
}

bool Transaction::holds(const LockName& lock) const {
    return std::ranges::any_of(held_, [&](const LockName& held) {
        return held.name == lock.name && (lock.shared || !held.shared);
    });
}

// In the order of their names, which is the same for everyone.
void Transaction::take_all_named() {
    std::vector<LockName> locks;
    for (const Member& member : members_)
        for (const LockName& lock : member.locks)
            if (!holds(lock))
                add_lock(locks, lock);
    if (locks.empty())
        return;
    std::ranges::sort(locks, {}, &LockName::name);
    connection_.send(own::take_locks, as_arrays(locks), nullptr, nobody);
    for (const LockName& lock : locks)
        add_lock(held_, lock);
}

void Transaction::begin() {
    SETTLED_ASSERT(connection_.at_rest(), "a transaction begins after the one before it has ended");
    connection_.send(mark_ ? own::begin_writing : own::begin_reading, {}, nullptr, nobody);
    if (!mark_)
        return;
    const std::array<std::string, 3> mark{std::to_string(mark_->writer),
                                          std::to_string(mark_->sequence),
                                          std::to_string(mark_->time.us)};
    connection_.send(own::mark, mark, nullptr, nobody);
    // Known from an earlier run.
    for (std::size_t i = 0; i < members_.size(); ++i)
        (void)turns_.ask(i, members_[i].locks);
    take_all_named();
}

Attempt<> Transaction::run_units() {
    begin();
    for (const auto& unit : units_) {
        unit->member().job->start(*unit);
        after_resume(*unit);
    }
    if (mark_)
        take_all_named();
    starting_ = false;
    for (std::size_t i = 0; i < units_.size(); ++i)
        may_be_next_.push_back(i);
    let_next_go();
    std::vector<Ticket> arrived;
    while (done_ < units_.size()) {
        if (conflict_)
            return in_the_way("a lock was asked for late and another unit has it");
        if (connection_.idle())
            return in_the_way("units wait for each other");
        arrived.clear();
        if (Attempt<> received = connection_.receive(arrived); !received)
            return received;
        for (const Ticket ticket : arrived)
            go_on(*units_[ticket]);
        let_next_go();
    }
    leave_counted();
    return {};
}

// What the units have counted, into rows of this writer alone.
void Transaction::leave_counted() {
    Counted counted;
    for (const auto& unit : units_)
        counted.append(unit->take());
    if (!mark_ || counted.is_empty())
        return;
    Step<> step = write_counted(*units_.front(), std::move(counted), mark_->writer);
    step.start();
    SETTLED_ASSERT(step.done(), "what was counted waits for no rows");
}

// Its answer is there.
void Transaction::go_on(Unit& unit) {
    if (unit.waits == Waits::tried) {
        if (unit.tried_rows.front().integer(0) != 0) {
            conflict_ = true;
            return;
        }
        for (const LockName& lock : unit.tried)
            add_lock(held_, lock);
        unit.waits = Waits::turn;
        may_be_next_.push_back(unit.index());
        return;
    }
    resume(unit);
}

void Transaction::resume(Unit& unit) {
    unit.waits = Waits::no;
    std::exchange(unit.waiting, {}).resume();
    after_resume(unit);
}

void Transaction::after_resume(Unit& unit) {
    if (!unit.member().job->done())
        return;
    ++done_;
    for (const std::size_t behind : turns_.leave(unit.index()))
        may_be_next_.push_back(behind);
}

void Transaction::let_next_go() {
    for (std::size_t i = 0; i < may_be_next_.size(); ++i) {
        Unit& unit = *units_[may_be_next_[i]];
        if (unit.waits == Waits::turn && turns_.may_go(unit.index()))
            resume(unit);
    }
    may_be_next_.clear();
}

void Transaction::send_commit() {
    connection_.forget_warning();
    connection_.send(own::commit, {}, nullptr, nobody);
    connection_.sync();
}

Attempt<> Transaction::finish_commit(Connection::Steady::time_point give_up) {
    Attempt<> outcome = connection_.drain(give_up);
    if (!outcome) {
        Failure failure = std::move(outcome).error();
        failure.in_doubt = failure.trouble == FailureScope::lost;
        return std::unexpected(std::move(failure));
    }
    if (connection_.warned())
        return std::unexpected(Failure{
            FailureScope::lost,
            {Code::store_unavailable, "PostgreSQL: a commit may not have reached the standby"},
            true});
    return {};
}

std::vector<TaskNote> Transaction::take_notes() {
    std::vector<TaskNote> notes;
    for (const auto& unit : units_)
        std::ranges::move(unit->notes(), std::back_inserter(notes));
    return notes;
}

} // namespace settled::store::postgres
