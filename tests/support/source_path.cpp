#include "support/source_path.h"

namespace settled {

std::string source_path(std::string_view relative) {
    return std::string(SETTLED_SOURCE_DIR "/").append(relative);
}

} // namespace settled
