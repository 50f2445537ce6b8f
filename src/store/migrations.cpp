#include "store/migrations.h"

#include "base/assert.h"

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

} // namespace settled::store
