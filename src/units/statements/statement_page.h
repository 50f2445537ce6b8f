// A page of the bank's statement is stored: statements of accounts of ours, with their entries.
#pragma once

#include "base/error.h"
#include "store/session.h"
#include "store/step.h"
#include "units/matching/pairing.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

struct ReadStatement; // statement_page.cpp

struct ReadPage {
    std::vector<std::shared_ptr<const ReadStatement>> statements;
    Instant last_day; // on which a statement of the page ends
};
// Reads a camt document. Fails as statements::read_camt() does, and with statement_unsupported when
// there is no statement in it.
Result<ReadPage> read_page(std::string_view xml, std::string_view name);

struct StoredPage {
    std::vector<StatementId> statements; // stored now or before
    std::int64_t passed_over = 0;        // of accounts that are not registered
};
// Stores the next entries of a page that are not here: as many as take the writer about a millisecond,
// while webhooks wait. True: there are more.
store::Step<bool> store_some(store::Session& s, const UnitScope& work, ReadPage page);
// Stores what of it is not here. A statement that is here already is not stored again.
store::Step<StoredPage> store_page(store::Session& s, const UnitScope& work, ReadPage page);

} // namespace settled::units
