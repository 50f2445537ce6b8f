// Which run of a sandbox this is, counted in its directory: ids that one run has sent are never
// sent by another, whatever the seed.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>

namespace settled::sandbox {

// 0 in a new directory; the number is used up before this returns. Fails with io_failed.
Result<std::uint64_t> take_run_number(const std::string& directory);

// The seed of a run: of the first run, the seed that was given, so that a test can be repeated.
std::uint64_t seed_of_run(std::uint64_t seed, std::uint64_t run);

} // namespace settled::sandbox
