// One connection to PostgreSQL in pipeline mode: statements are queued, travel together, and their
// answers come back in order. Used by one thread at a time; the only file that calls libpq for more
// than values.
//
// After a failure nothing more is answered until recover() has rolled the transaction back.
#pragma once

#include "store/postgres/conninfo.h"
#include "store/postgres/failure.h"
#include "store/rows.h"
#include "store/session.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace settled::store::postgres {

// The purpose of a connection.
enum class Access : std::uint8_t { read_write, read_only };

// The waiter for an answer, by a number of its own.
using Ticket = std::uint32_t;
inline constexpr Ticket nobody = UINT32_MAX;

// A statement that only this engine knows; prepared like the others.
struct OwnStatement {
    std::size_t number; // below own_statements_max
    const char* sql;
};
inline constexpr std::size_t own_statements_max = 8;

class Connection {
  public:
    using Steady = std::chrono::steady_clock;

    // Connects and makes sure of what durability needs. Blocks for at most connect_timeout for each
    // host. Fails with store_unavailable, config_invalid.
    static Result<std::unique_ptr<Connection>> open(const ConnectionInfo& info, Access access);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Queues a statement; its text and values are copied at once. `out` may be null; it is filled
    // by the receive() that returns the ticket.
    void send(const Statement& statement, std::span<const Value> values, Rows* out, Ticket ticket);
    // The same for a statement of the engine's own, with values as text.
    void send(const OwnStatement& statement, std::span<const std::string> values, Rows* out,
              Ticket ticket);
    // The same for a text that is used once.
    void send_text(const char* sql, std::span<const std::string> values, Rows* out, Ticket ticket);
    // An error before a sync does not affect the statements queued after it.
    void sync();

    // Sends what is queued without waiting.
    void flush();
    // Sends what is queued and waits for answers: appends the tickets of those that came, at least
    // one unless nothing is expected any more.
    Attempt<> receive(std::vector<Ticket>& arrived,
                      Steady::time_point give_up = Steady::time_point::max());
    // Waits for every answer, until `give_up` if that comes before the usual limit.
    Attempt<> drain(Steady::time_point give_up = Steady::time_point::max());
    // No statement is on its way.
    bool idle() const { return expected_.empty(); }
    // And no transaction is open, as of the last sync.
    bool at_rest() const;

    // Rolls back and leaves the connection ready for the next transaction.
    Attempt<> recover();
    // Sends one text of one or more statements by itself and returns the rows of the last.
    Attempt<Rows> run_text(const char* sql, std::span<const std::string> values = {});
    // Runs SQL with several statements. Leaves and enters the pipeline: not on the hot path.
    Attempt<> script(const std::string& sql);

    // False when the server is known to have gone; sends nothing.
    bool alive();
    // The server said that a commit may not have reached its standby.
    bool warned() const { return warned_; }
    void forget_warning() { warned_ = false; }
    // Keeps the lock names of two installations apart that share a database.
    std::uint64_t salt() const { return salt_; }

  private:
    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    struct Clear {
        void operator()(pg_result* result) const;
    };
    using Answer = std::unique_ptr<pg_result, Clear>;
    enum class Kind : std::uint8_t { statement, preparation, sync };
    struct Expected {
        Kind kind;
        Ticket ticket;
        Rows* out;
        std::size_t statement; // of a preparation
    };

    explicit Connection(pg_conn* connection);
    Result<> configure(Access access);
    void prepare(std::size_t number, const char* sql, const unsigned int* types, int count);
    Attempt<> wait(Steady::time_point deadline);
    Attempt<bool> take_one();
    Attempt<> drain_all();
    Attempt<> take_answer(const pg_result& result, const Expected& expected);
    Failure lost(std::string_view what);
    static void on_notice(void* self, const pg_result* notice);

    std::unique_ptr<pg_conn, Finish> connection_;
    std::deque<Expected> expected_;
    // By Statement::number(), then our own; true once it is on its way.
    std::vector<bool> prepared_;
    std::vector<Ticket> arrived_;
    bool broken_ = false; // a send failed
    bool unflushed_ = false;
    bool warned_ = false;
    std::uint64_t salt_ = 0;
};

} // namespace settled::store::postgres
