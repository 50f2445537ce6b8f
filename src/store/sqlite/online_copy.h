// A copy of a database that goes on being written, page by page, through the connection that writes
// it: what that connection commits between two steps is in the copy, too. Another connection would
// have to begin anew with every commit, and could hit the defect that the writer's checkpoints avoid
// (sqlite_store.h).
#pragma once

#include "base/error.h"
#include "store/sqlite/connection.h"

#include <cstdint>
#include <memory>
#include <string>

struct sqlite3_backup;

namespace settled::store::sqlite {

class OnlineCopy {
  public:
    // `path`: a file that is not there. The connection must outlive the copy.
    static Result<OnlineCopy> begin(Connection& from, const std::string& path);
    OnlineCopy(OnlineCopy&&) noexcept;
    OnlineCopy& operator=(OnlineCopy&&) = delete;
    ~OnlineCopy();

    // Copies some pages. True: it is whole, and on the disk. After an error it is worthless.
    Result<bool> step(int pages);

  private:
    struct Finish {
        void operator()(sqlite3_backup* backup) const;
    };
    struct Close {
        void operator()(sqlite3* db) const;
    };
    OnlineCopy() = default;
    Result<> end();

    std::string path_;
    std::unique_ptr<sqlite3, Close> to_;
    std::unique_ptr<sqlite3_backup, Finish> backup_; // ends before the database that it writes
};

// All at once, of a store that no process has open. Fails with store_locked when one has.
Result<> copy_directory(const std::string& directory, const std::string& path);

// SQLite's own check of a file, whole. Fails with store_corrupt.
Result<> check_integrity(const std::string& path);
Result<std::int64_t> count_rows(const std::string& path, const std::string& table);

} // namespace settled::store::sqlite
