#include "base/error.h"

#include <array>

namespace settled {

const CodeInfo& info(Code code) {
    static constexpr std::array table{
#define SETTLED_CODE(name, status, level, title) CodeInfo{#name, status, LogLevel::level, title},
#include "base/error_codes.inc"
#undef SETTLED_CODE
    };
    return table[static_cast<std::size_t>(code)];
}

} // namespace settled
