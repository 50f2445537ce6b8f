// The content of a file that holds a secret, or a public key set.
//
// Whatever the name leads to is opened without waiting for it, must be a regular file, and is read
// up to 64 KiB: a pipe, a terminal or an endless device in a key's place blocks no thread. The
// check is made on the open file, not on its path, so that nothing can be swapped in between.
//
// Reading may wait for the disk. Any thread. Fails with key_unreadable; the detail says why and
// names the file, never its content.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace settled::custody {

inline constexpr std::size_t key_file_bytes_max = 64 * 1024; // a key of 4096 bits has 3 KiB

enum class FileIs : std::uint8_t {
    secret, // it must be ours or root's, and closed to group and others
    open,   // nothing in it is secret
};

// Without a line end at its end. `shown`: how errors name it.
Result<Secret> read_key_file(const std::string& path, std::string_view shown, FileIs is);
// `name` is looked up below the directory, and no link and no ".." leads out of it (openat2 with
// RESOLVE_BENEATH); where the kernel cannot do that, it fails.
Result<Secret> read_key_file_below(const std::string& directory, const std::string& name,
                                   std::string_view shown, FileIs is);

} // namespace settled::custody
