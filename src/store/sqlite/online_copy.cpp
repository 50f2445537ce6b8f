#include "store/sqlite/online_copy.h"

#include "store/sqlite/lock_file.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace settled::store::sqlite {

namespace {

std::unexpected<Error> failed(sqlite3* db, const std::string& path) {
    const int rc = sqlite3_errcode(db) & 0xff;
    return fail(rc == SQLITE_FULL ? Code::store_full : Code::io_failed,
                fmt::format("{}: SQLite: {}", path, sqlite3_errmsg(db)));
}

// The copy is written without syncs, and once for all at its end.
Result<> sync_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(Code::io_failed, path + ": " + std::strerror(errno));
    const bool synced = ::fsync(fd) == 0;
    const int error = errno;
    ::close(fd);
    return synced ? Result<>() : fail(Code::io_failed, path + ": " + std::strerror(error));
}

} // namespace

void OnlineCopy::Finish::operator()(sqlite3_backup* backup) const {
    sqlite3_backup_finish(backup);
}
void OnlineCopy::Close::operator()(sqlite3* db) const {
    sqlite3_close_v2(db);
}
OnlineCopy::OnlineCopy(OnlineCopy&&) noexcept = default;
OnlineCopy::~OnlineCopy() {
    backup_.reset();
}

Result<OnlineCopy> OnlineCopy::begin(Connection& from, const std::string& path) {
    // Made by us first: SQLite would let others read it.
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(Code::io_failed, path + ": " + std::strerror(errno));
    ::close(fd);
    OnlineCopy copy;
    copy.path_ = path;
    sqlite3* raw = nullptr;
    const int rc =
        sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    copy.to_.reset(raw);
    if (rc != SQLITE_OK)
        return failed(raw, path);
    if (sqlite3_exec(raw, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF", nullptr, nullptr,
                     nullptr) != SQLITE_OK)
        return failed(raw, path);
    copy.backup_.reset(sqlite3_backup_init(raw, "main", from.handle(), "main"));
    if (!copy.backup_)
        return failed(raw, path);
    return copy;
}

Result<bool> OnlineCopy::step(int pages) {
    const int rc = sqlite3_backup_step(backup_.get(), pages);
    if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        return false;
    if (rc != SQLITE_DONE)
        return fail((rc & 0xff) == SQLITE_FULL ? Code::store_full : Code::io_failed,
                    fmt::format("{}: SQLite: {}", path_, sqlite3_errstr(rc)));
    TRY_VOID(end());
    return true;
}

Result<> OnlineCopy::end() {
    if (sqlite3_backup_finish(backup_.release()) != SQLITE_OK)
        return failed(to_.get(), path_);
    to_.reset();
    return sync_file(path_);
}

Result<> copy_directory(const std::string& directory, const std::string& path) {
    TRY(const LockFile lock, LockFile::take(directory + "/lock"));
    TRY(Connection from,
        Connection::open(directory + "/settled.db", Access::read_write, Options().write_cache_kib));
    TRY(OnlineCopy copy, OnlineCopy::begin(from, path));
    TRY(const bool whole, copy.step(-1));
    return whole ? Result<>() : fail(Code::store_locked, "another process uses " + directory);
}

Result<> check_integrity(const std::string& path) {
    TRY(Connection connection, Connection::open(path, Access::read_only, Options().read_cache_kib));
    TRY(const std::int64_t bad,
        connection.number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> "
                          "'ok'"));
    return bad == 0 ? Result<>() : fail(Code::store_corrupt, path + " is damaged");
}

Result<std::int64_t> count_rows(const std::string& path, const std::string& table) {
    TRY(Connection connection, Connection::open(path, Access::read_only, Options().read_cache_kib));
    return connection.number("SELECT count(*) FROM " + table);
}

} // namespace settled::store::sqlite
