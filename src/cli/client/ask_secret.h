// A secret that a person types: never an argument, which other users of the machine can read.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <string_view>

namespace settled::cli {

// From a terminal, without showing it, asked twice; from a pipe, its first line. Fails with
// value_invalid: it was typed differently, or there is none.
Result<Secret> ask_secret(std::string_view what);

} // namespace settled::cli
