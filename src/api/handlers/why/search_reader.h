// Everything that a search finds and its reader may see, of one tenant. Reads only, and a bounded number of rows.
#pragma once

#include "api/handlers/why/search_query.h"
#include "api/scope.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"
#include "store/session.h"
#include "store/step.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::api {

// Of what begins with the text, so many rows of an index are looked at.
inline constexpr std::size_t search_rows_max = 1'000;

struct SearchHit {
    std::string kind;
    std::string id;
    std::string client_id;       // empty: it has none
    std::string_view matched_on; // the strongest of what agrees
    bool exact = false;
    std::optional<Money> amount;
    std::string status; // empty: it has none
    Instant at;
    std::string sentence;
};

struct SearchResult {
    std::vector<SearchHit> hits;   // by kind; of each exact ones first, then the newest
    std::vector<std::string> more; // kinds that have more
};

// At most `limit` of each kind.
store::Step<SearchResult> search_all(store::Session& s, TenantId tenant, ScopeSet scopes,
                                     std::shared_ptr<const SearchQuery> query, std::size_t limit);

} // namespace settled::api
