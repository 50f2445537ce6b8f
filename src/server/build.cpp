#include "server/build.h"

namespace settled::server {

const std::string_view version = SETTLED_VERSION;

} // namespace settled::server
