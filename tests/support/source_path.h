// Where a test finds the files of the source tree, whatever directory it is run in.
#pragma once

#include <string>
#include <string_view>

namespace settled {

// "tests/fixtures/keys" → its absolute path.
std::string source_path(std::string_view relative);

} // namespace settled
