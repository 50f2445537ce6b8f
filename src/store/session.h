// Session: what the statements of a unit of work run on.
//
// Statements are written once, in the subset that every engine runs (docs/decisions/0004-store.md),
// with parameters $1, $2, … A Statement is a static object: engines prepare it once and know it by
// its number.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/id.h"
#include "store/lock.h"
#include "store/rows.h"

#include <array>
#include <coroutine>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// `text` must live for ever (a literal). Number of parameters: at most 48.
class Statement {
  public:
    explicit Statement(std::string_view text);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    std::string_view text() const { return text_; }
    std::size_t number() const { return number_; }
    // Every statement of the program, by its number.
    static std::span<const Statement* const> all();

  private:
    std::string_view text_;
    std::size_t number_;
};

// One bound parameter. Text and bytes are borrowed until the statement has run.
struct Value {
    enum class Kind : std::uint8_t { null, integer, text, blob } kind = Kind::null;
    std::int64_t integer = 0;
    std::string_view bytes;

    Value() = default;
    Value(std::int64_t v) : kind(Kind::integer), integer(v) {}
    Value(int v) : Value(std::int64_t{v}) {}
    Value(Instant at) : Value(at.us) {}
    template <class Tag>
    Value(Id<Tag> id) : Value(id.value) {}
    Value(std::string_view v) : kind(Kind::text), bytes(v) {}
    Value(const std::string& v) : Value(std::string_view(v)) {}
    Value(const char* v) : Value(std::string_view(v)) {}
    Value(BytesView v) : kind(Kind::blob), bytes(as_text(v)) {}
    template <std::size_t N>
    Value(const std::array<std::uint8_t, N>& v) : Value(BytesView(v)) {}
    Value(std::nullopt_t) {}
    template <class T>
    Value(const std::optional<T>& v) {
        if (v)
            *this = Value(*v);
    }
};

// Work that a commit has made due and that this process holds: passed to the listener after the
// commit, so that a delivery starts from memory and the outbox is read only after a restart or a
// failure.
struct TaskNote {
    TenantId tenant;
    TaskId task;
    EndpointId endpoint; // 0: a call to a connector was made, or an order that needs one
    EventId event;
    std::shared_ptr<const std::string> body; // of the event, or in another format
    std::int64_t attempts = 0;               // made so far
    std::int64_t holder = 0, fence = 0;      // the claim (store/queries/tasks.h)
    std::shared_ptr<const std::string> head =
        {};                           // of another format (store/queries/delivery_bodies.h)
    std::int64_t attempts_before = 0; // of `attempts`, those that the schedule does not count
    std::int64_t order_key = 0;       // the subject, where the endpoint keeps its order
    Instant owed_at = {};
};

// The lists that can be read forward (feeds.h). The numbers are in the store: never renumber.
enum class Feed : std::uint8_t {
    events = 1,
    settlements = 2,
    matches = 3,
    match_ends = 4, // read by the seals alone
    payments = 5,
    webhooks = 6,
    reviews = 7,
};

// A new row that belongs into one of these lists.
struct FeedItem {
    Feed feed;
    TenantId tenant;
    std::int64_t id = 0;
};

class Session {
  public:
    template <std::size_t N>
    class Query;
    template <std::size_t N>
    class Sent;
    class Turn;

    virtual ~Session() = default;

    // Runs the statement and waits for its rows.
    template <class... Args>
    Query<sizeof...(Args)> run(const Statement& statement, const Args&... args) {
        return {*this, statement, {Value(args)...}};
    }
    template <std::size_t N>
    Query<N> run(const Statement& statement, const std::array<Value, N>& values) {
        return {*this, statement, values};
    }
    // The same when the caller does not need the result: an engine across a socket does not wait. A
    // statement that fails still fails the unit.
    template <class... Args>
    Sent<sizeof...(Args)> send(const Statement& statement, const Args&... args) {
        return {*this, statement, {Value(args)...}};
    }
    // Waits until this unit alone works on what the locks name (lock.h), until its commit.
    Turn lock(const Locks& locks);

    // Passed to the listener when, and only when, this unit is committed.
    void note(TaskNote task) { notes_.push_back(std::move(task)); }

    std::vector<TaskNote>& notes() { return notes_; }

    // Notes a row that this unit has made. All of them are handed to the feeds as the unit ends
    // (feeds.h), by one further statement.
    void made(FeedItem item) { made_.push_back(item); }
    std::vector<FeedItem>& made() { return made_; }

  protected:
    // Runs the statement. True: `out` is filled, go on. False: the coroutine waits; the engine
    // resumes it when the rows are there, or destroys it when the statement failed. `out` is null
    // when the caller does not need the rows.
    virtual bool perform(const Statement& statement, std::span<const Value> values, Rows* out,
                         std::coroutine_handle<> waiting) = 0;
    // True: the locks are held, go on. An engine that runs one unit at a time has nothing to do.
    virtual bool acquire(const Locks&, std::coroutine_handle<>) { return true; }

  private:
    std::vector<TaskNote> notes_;
    std::vector<FeedItem> made_;
};

template <std::size_t N>
class [[nodiscard]] Session::Query {
  public:
    Query(Session& session, const Statement& statement, std::array<Value, N> values)
        : session_(session), statement_(statement), values_(values) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
        return !session_.perform(statement_, values_, &rows_, waiting);
    }
    Rows await_resume() { return std::move(rows_); }

  private:
    Session& session_;
    const Statement& statement_;
    std::array<Value, N> values_;
    Rows rows_;
};

template <std::size_t N>
class [[nodiscard]] Session::Sent {
  public:
    Sent(Session& session, const Statement& statement, std::array<Value, N> values)
        : session_(session), statement_(statement), values_(values) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
        return !session_.perform(statement_, values_, nullptr, waiting);
    }
    void await_resume() const noexcept {}

  private:
    Session& session_;
    const Statement& statement_;
    std::array<Value, N> values_;
};

class [[nodiscard]] Session::Turn {
  public:
    Turn(Session& session, const Locks& locks) : session_(session), locks_(locks) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
        return !session_.acquire(locks_, waiting);
    }
    void await_resume() const noexcept {}

  private:
    Session& session_;
    Locks locks_;
};

inline Session::Turn Session::lock(const Locks& locks) {
    return {*this, locks};
}

} // namespace settled::store
