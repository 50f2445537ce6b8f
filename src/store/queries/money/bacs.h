// What the bank reports of Bacs: one row for each of its ids.
#pragma once

#include "domain/uk/bacs_item.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// False: that id of the bank is there.
Step<bool> insert_bacs_item(Session& s, TenantId tenant, const domain::BacsItem& item);
// Everything but its ids, its subject and its connector.
Step<> update_bacs_item(Session& s, TenantId tenant, const domain::BacsItem& item);
Step<std::optional<domain::BacsItem>> find_bacs_item(Session& s, TenantId tenant, BacsItemId id);
Step<std::optional<domain::BacsItem>> find_bacs_item_of(Session& s, TenantId tenant,
                                                        ConnectorId connector,
                                                        domain::BacsSubject subject,
                                                        std::string_view bank_id);
// By the BacsTransactionId of its return.
Step<std::optional<domain::BacsItem>> find_bacs_item_returned_by(Session& s, TenantId tenant,
                                                                 ConnectorId connector,
                                                                 std::string_view returned_by);
// Newest first, below `before`. `subject`: nullopt: all.
Step<std::vector<domain::BacsItem>> list_bacs_items(Session& s, TenantId tenant,
                                                    std::optional<domain::BacsSubject> subject,
                                                    std::int64_t before, std::size_t limit);

} // namespace settled::store
