// A file of statements that a thread of its own reads, while the coroutine of its call stores what was read.
//
// The thread is at most one piece ahead, so that the entries of a file never lie in memory. The bytes of the
// file must live as long as the reading; its end stops the thread and waits for it.
#pragma once

#include "base/side_job.h"
#include "base/task.h"
#include "statements/file.h"
#include "store/queries/money/statements.h"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::api {

struct FileToRead {
    std::string_view bytes;
    std::string name;
    statements::FileOptions options;
};

// Reads it to its end. Fails as statements::summarize_file() does.
Task<Result<statements::FileSummary>> summarize(const FileToRead& file);

// Some entries of a wanted statement, or none where it has none.
struct FilePiece {
    std::size_t statement = 0; // its number among those that are wanted
    std::int64_t first = 1;    // the number of the first entry
    std::vector<store::EntryRow> entries;
};

class FileReading {
  public:
    FileReading(const FileToRead& file, const std::vector<bool>& wanted);

    // The next piece; nullopt: the file has ended. Fails as statements::pass_on_file() does.
    Task<Result<std::optional<FilePiece>>> next();

  private:
    class Cutter;
    void put(FilePiece piece, const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any taken_;
    std::optional<FilePiece> piece_;
    Result<> outcome_; // once the job is done
    SideJob job_;      // the last member: it uses the others
};

} // namespace settled::api
