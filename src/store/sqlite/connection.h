// One SQLite connection with its prepared statements. Used by one thread at a time.
#pragma once

#include "base/error.h"
#include "store/rows.h"
#include "store/session.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace settled::store::sqlite {

enum class Access : std::uint8_t { read_write, read_only };

class Connection {
  public:
    // Opens the file with the settings of docs/decisions/0004-store.md. `cache_kib` bounds its page
    // cache.
    static Result<Connection> open(const std::string& path, Access access, int cache_kib);

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) = delete;
    ~Connection();

    // Runs a prepared statement to its end. `out` may be null when rows do not matter.
    Result<> run(const Statement& statement, std::span<const Value> values, Rows* out);
    // Runs SQL text of one or more statements: schema, pragmas, transaction control.
    Result<> script(const std::string& sql);
    // The first column of the first row.
    Result<std::int64_t> number(const std::string& sql);

    // Frames in the write-ahead log after the last commit.
    int wal_frames() const { return *wal_frames_; }
    // Moves as much as it can from the write-ahead log into the database file.
    Result<> checkpoint();
    // Rows inserted, changed or deleted since the connection was opened.
    std::int64_t total_changes() const;
    bool in_transaction() const;
    // For what SQLite offers beyond statements.
    sqlite3* handle() { return db_.get(); }
    // True once an fsync has failed on this connection.
    bool sync_failed() const { return sync_failed_; }

  private:
    struct Close {
        void operator()(sqlite3* db) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    struct Prepared {
        std::unique_ptr<sqlite3_stmt, Finalize> statement;
        std::vector<std::uint16_t> values; // which value each of SQLite's parameters takes
    };

    explicit Connection(std::unique_ptr<sqlite3, Close> db);
    Result<Prepared*> prepared(const Statement& statement);
    std::unexpected<Error> failed(int rc);
    Result<> configure(Access access, int cache_kib);
    Result<> settle_log();

    std::unique_ptr<sqlite3, Close> db_;
    std::unique_ptr<int> wal_frames_;  // SQLite's hook gets its address
    std::vector<Prepared> statements_; // by Statement::number()
    bool sync_failed_ = false;
};

} // namespace settled::store::sqlite
