#include "store/migrations.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

namespace settled::embedded_migrations {
extern const std::vector<std::pair<std::string_view, std::string_view>> files;
}

namespace settled::store {

std::span<const Migration> migrations() {
    static const std::vector<Migration> all = [] {
        std::vector<Migration> out;
        for (const auto& [name, sql] : embedded_migrations::files) {
            int version = 0;
            std::from_chars(name.data(), name.data() + name.size(), version);
            SETTLED_ASSERT(version == static_cast<int>(out.size()) + 1,
                           "migration {} is out of order", name);
            out.push_back({version, name, sql});
        }
        return out;
    }();
    return all;
}

std::int64_t newest_schema() {
    return static_cast<std::int64_t>(migrations().size());
}

std::string other_schema(std::int64_t have) {
    return fmt::format(
        "the store has schema {}, this program's is {}; use the server's program, or "
        "run settled migrate",
        have, newest_schema());
}

} // namespace settled::store
