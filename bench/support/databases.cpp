#include "bench/support/databases.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <cstdlib>

namespace settled::bench {

std::string Databases::make(const std::string& name) const {
    const std::string command =
        fmt::format("psql -X -q '{}' -c 'CREATE DATABASE {}'", server_, name);
    SETTLED_ASSERT(std::system(command.c_str()) == 0, "a database can be made");
    const std::size_t path = server_.find('/', server_.find("://") + 3);
    return server_.substr(0, path + 1) + name + server_.substr(server_.find('?'));
}

} // namespace settled::bench
