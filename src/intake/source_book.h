// The webhook sources in memory, ready for use: keys parsed, signer open.
//
// The store is the truth; the book is read from it at start and after each change. Thread-safe.
#pragma once

#include "base/id.h"
#include "intake/dialect.h"
#include "store/directory.h"

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace settled::intake {

struct Source {
    TenantId tenant;
    SourceId id;
    std::string name;
    std::string kind;
    std::unique_ptr<const Dialect> dialect;
    std::chrono::days retention{0};
};

// Fails when a key cannot be read: key_unreadable, key_unsuitable, value_invalid.
Result<Source> open_source(const store::SourceRow& row);

class SourceBook {
  public:
    // nullptr when there is none of that name.
    std::shared_ptr<const Source> find(std::string_view name) const;
    std::vector<std::shared_ptr<const Source>> all() const;
    // Replaces the whole book. A source that cannot be opened is left out, logged, and answered
    // like an unknown one: the bank repeats its webhooks until the key is back.
    void load(const std::vector<store::SourceRow>& rows);

  private:
    using Map = std::map<std::string, std::shared_ptr<const Source>, std::less<>>;
    mutable std::shared_mutex mutex_;
    Map sources_;
};

} // namespace settled::intake
