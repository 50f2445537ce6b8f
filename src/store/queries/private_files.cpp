#include "store/queries/private_files.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace settled::store {

namespace {

constexpr unsigned rights_of_others = S_IRWXG | S_IRWXO;

} // namespace

Result<> make_private_directory(const std::string& path) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    if (error)
        return fail(Code::io_failed, "cannot make " + path + ": " + error.message());
    if (made)
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    struct stat found{};
    if (error || ::stat(path.c_str(), &found) != 0)
        return fail(Code::io_failed, "cannot set the mode of " + path);
    if ((found.st_mode & rights_of_others) != 0)
        return fail(Code::not_private,
                    fmt::format("the data directory is open to other users (mode "
                                "{:04o}); close it: chmod 700 {}",
                                found.st_mode & 07777U, path));
    return {};
}

Result<> make_file_private(const std::string& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0 || (found.st_mode & rights_of_others) == 0)
        return {};
    if (::chmod(path.c_str(), found.st_mode & S_IRWXU) != 0)
        return fail(Code::not_private, path + " is open to other users, and cannot be closed: " +
                                           std::strerror(errno));
    return {};
}

} // namespace settled::store
