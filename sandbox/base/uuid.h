#pragma once

#include "base/rng.h"

#include <string>

namespace settled::sandbox {

// A random UUID (RFC 9562 version 4), lower case.
std::string make_uuid(Rng& rng);

} // namespace settled::sandbox
