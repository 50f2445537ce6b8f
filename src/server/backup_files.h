// Files of a backup: private, synced, and under their names only when they are whole.
#pragma once

#include "base/error.h"
#include "store/queries/private_files.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::server {

// A directory under a temporary name, which goes away with what is in it unless it is finished.
class UnfinishedDirectory {
  public:
    explicit UnfinishedDirectory(std::string path) : path_(std::move(path)) {}
    ~UnfinishedDirectory();
    UnfinishedDirectory(const UnfinishedDirectory&) = delete;
    UnfinishedDirectory& operator=(const UnfinishedDirectory&) = delete;

    const std::string& path() const { return path_; }
    // Mode 0700. One that was left behind is made anew.
    Result<> make() const;
    // Syncs it and gives it its name. An empty directory of that name is replaced.
    Result<> finish_as(const std::string& name) const;

  private:
    std::string path_;
};

// "2026-11-30T10-00-00.123Z" of "2026-11-30T10:00:00.123Z", for a file's name.
std::string name_of_time(std::string_view time);
// Fails with store_full when the disk of the directory, or of the first that is there above it, has
// less room.
Result<> need_room(const std::string& directory, std::uintmax_t bytes);
// Fails with state_conflict when the directory is there and not empty.
Result<> need_empty(const std::string& directory);
Result<std::string> read_file(const std::string& path);
Result<> write_private_file(const std::string& path, std::string_view text);
Result<> copy_private_file(const std::string& from, const std::string& to, unsigned mode);
// Also to another disk.
Result<> move_file(const std::string& from, const std::string& to);
// What SQLite leaves next to a file that was read.
Result<> drop_side_files(const std::string& directory);
// In hexadecimal.
Result<std::string> sha256_of_file(const std::string& path);

} // namespace settled::server
