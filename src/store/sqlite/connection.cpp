#include "store/sqlite/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdlib>

namespace settled::store::sqlite {

namespace {

Code code_of(int rc) {
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return Code::store_full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return Code::store_corrupt;
    case SQLITE_CONSTRAINT:
        return Code::constraint_violated;
    default:
        return Code::store_unavailable;
    }
}

bool is_sync_failure(int rc) {
    return rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC;
}

int bind(sqlite3_stmt* statement, int index, const Value& value) {
    switch (value.kind) {
    case Value::Kind::null:
        return sqlite3_bind_null(statement, index);
    case Value::Kind::integer:
        return sqlite3_bind_int64(statement, index, value.integer);
    case Value::Kind::text:
        return sqlite3_bind_text64(statement, index, value.bytes.data() ? value.bytes.data() : "",
                                   value.bytes.size(), SQLITE_STATIC, SQLITE_UTF8);
    case Value::Kind::blob:
        return sqlite3_bind_blob64(statement, index, value.bytes.data() ? value.bytes.data() : "",
                                   value.bytes.size(), SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

// SQLite numbers $N in order of first appearance; the name shows which value is meant.
std::vector<std::uint16_t> values_of(sqlite3_stmt* statement) {
    std::vector<std::uint16_t> values;
    const int count = sqlite3_bind_parameter_count(statement);
    for (int index = 1; index <= count; ++index) {
        const int number = std::atoi(sqlite3_bind_parameter_name(statement, index) + 1);
        SETTLED_ASSERT(number >= 1 && number <= count, "parameter {} of {} in: {}", number, count,
                       sqlite3_sql(statement));
        values.push_back(static_cast<std::uint16_t>(number - 1));
    }
    return values;
}

void copy_row(sqlite3_stmt* statement, int columns, Rows& out) {
    for (int column = 0; column < columns; ++column) {
        switch (sqlite3_column_type(statement, column)) {
        case SQLITE_NULL:
            out.add_null();
            break;
        case SQLITE_INTEGER:
            out.add_integer(sqlite3_column_int64(statement, column));
            break;
        default: {
            const void* bytes = sqlite3_column_blob(statement, column);
            const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
            out.add_bytes({static_cast<const char*>(bytes), length});
        }
        }
    }
}

int remember_wal_frames(void* frames, sqlite3*, const char*, int count) {
    *static_cast<int*>(frames) = count;
    return SQLITE_OK;
}

} // namespace

void Connection::Close::operator()(sqlite3* db) const {
    sqlite3_close_v2(db);
}
void Connection::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Connection::Connection(std::unique_ptr<sqlite3, Close> db)
    : db_(std::move(db)), wal_frames_(std::make_unique<int>(0)),
      statements_(Statement::all().size()) {}
Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() {
    statements_.clear(); // before the connection that they belong to
}

Result<Connection> Connection::open(const std::string& path, Access access, int cache_kib) {
    const int flags = access == Access::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                   : SQLITE_OPEN_READONLY;
    sqlite3* raw = nullptr;
    const int rc = sqlite3_open_v2(path.c_str(), &raw,
                                   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    Connection connection{std::unique_ptr<sqlite3, Close>(raw)};
    if (rc != SQLITE_OK)
        return connection.failed(rc);
    TRY_VOID(connection.configure(access, cache_kib));
    return connection;
}

Result<> Connection::configure(Access access, int cache_kib) {
    sqlite3_busy_timeout(db_.get(), 10'000);
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (access == Access::read_only)
        sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    TRY_VOID(
        script(fmt::format("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                           "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cache_size=-{};",
                           cache_kib)));
    if (access == Access::read_only)
        return {};
    TRY_VOID(script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA wal_autocheckpoint=0;"));
    sqlite3_wal_hook(db_.get(), remember_wal_frames, wal_frames_.get());
    return settle_log();
}

// What an earlier process left in the log may never have reached the disk: an fsync that failed
// leaves pages in memory that look written. Moved into the database and synced now, before anything
// is built on it.
Result<> Connection::settle_log() {
    const int rc =
        sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        return failed(rc);
    return {};
}

std::unexpected<Error> Connection::failed(int rc) {
    if (is_sync_failure(sqlite3_extended_errcode(db_.get())) || is_sync_failure(rc)) {
        sync_failed_ = true;
        // Closing must not sync a second time: a success then would prove nothing.
        sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    // SQLite's messages name tables and columns, never values.
    return fail(code_of(rc), fmt::format("SQLite: {} ({})", sqlite3_errmsg(db_.get()),
                                         sqlite3_extended_errcode(db_.get())));
}

Result<Connection::Prepared*> Connection::prepared(const Statement& statement) {
    SETTLED_ASSERT(statement.number() < statements_.size(),
                   "a Statement is made before the store is opened: {}", statement.text());
    Prepared& prepared = statements_[statement.number()];
    if (!prepared.statement) {
        sqlite3_stmt* raw = nullptr;
        const int rc = sqlite3_prepare_v3(db_.get(), statement.text().data(),
                                          static_cast<int>(statement.text().size()),
                                          SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
        if (rc != SQLITE_OK)
            return failed(rc);
        prepared.statement.reset(raw);
        prepared.values = values_of(raw);
    }
    return &prepared;
}

Result<> Connection::run(const Statement& statement, std::span<const Value> values, Rows* out) {
    TRY(const Prepared* const prepared, this->prepared(statement));
    sqlite3_stmt* const prepared_statement = prepared->statement.get();
    SETTLED_ASSERT(prepared->values.size() == values.size(), "{} parameters for {} in: {}",
                   values.size(), prepared->values.size(), statement.text());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (const int rc =
                bind(prepared_statement, static_cast<int>(i) + 1, values[prepared->values[i]]);
            rc != SQLITE_OK)
            return failed(rc);
    const int columns = sqlite3_column_count(prepared_statement);
    if (out)
        out->set_columns(static_cast<std::size_t>(columns));
    int rc = sqlite3_step(prepared_statement);
    for (; rc == SQLITE_ROW; rc = sqlite3_step(prepared_statement))
        if (out)
            copy_row(prepared_statement, columns, *out);
    if (rc != SQLITE_DONE) {
        auto error = failed(rc);
        sqlite3_reset(prepared_statement);
        return error;
    }
    if (out)
        out->set_changed(sqlite3_changes64(db_.get()));
    sqlite3_reset(prepared_statement);
    return {};
}

Result<> Connection::script(const std::string& sql) {
    if (const int rc = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
        rc != SQLITE_OK)
        return failed(rc);
    return {};
}

Result<std::int64_t> Connection::number(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    if (const int rc = sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr);
        rc != SQLITE_OK)
        return failed(rc);
    const std::unique_ptr<sqlite3_stmt, Finalize> statement(raw);
    if (const int rc = sqlite3_step(raw); rc != SQLITE_ROW)
        return failed(rc);
    return sqlite3_column_int64(raw, 0);
}

Result<> Connection::checkpoint() {
    const int rc =
        sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
        return failed(rc);
    return {};
}

std::int64_t Connection::total_changes() const {
    return sqlite3_total_changes64(db_.get());
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(db_.get()) == 0;
}

} // namespace settled::store::sqlite
