#include "sandbox/base/run_number.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace settled::sandbox {

namespace {

Result<std::uint64_t> read_count(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return 0U;
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::uint64_t count = 0;
    const char* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, count).ptr != end || text.empty())
        return fail(Code::io_failed, path + " holds no number; remove the directory to begin anew");
    return count;
}

// A new file in the place of the old one: a machine that stops here leaves one of the two.
bool replace(const std::string& path, const std::string& text) {
    const std::string part = path + ".new";
    const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    return ::close(file) == 0 && written && std::rename(part.c_str(), path.c_str()) == 0;
}

} // namespace

Result<std::uint64_t> take_run_number(const std::string& directory) {
    const std::string path = directory + "/runs";
    TRY(const std::uint64_t count, read_count(path));
    if (!replace(path, std::to_string(count + 1)))
        return fail(Code::io_failed, "cannot write " + path);
    return count;
}

std::uint64_t seed_of_run(std::uint64_t seed, std::uint64_t run) {
    if (run == 0)
        return seed;
    // SplitMix64: neighbouring seeds and runs give sequences that have nothing in common.
    std::uint64_t mixed = seed + run * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
}

} // namespace settled::sandbox
