// A wait of a coroutine on its own executor.
#pragma once

#include "base/task.h"

#include <chrono>

namespace settled::net {

Task<> pause(std::chrono::milliseconds time);

} // namespace settled::net
