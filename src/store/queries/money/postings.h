// Postings: what is written into a core banking system. One a cause.
#pragma once

#include "base/id.h"
#include "domain/posting.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

struct PostingRow {
    PostingId id;
    ConnectorId connector; // the core banking system
    domain::PostingKind kind{};
    std::string cause;
    domain::PostingStatus status = domain::PostingStatus::queued;
    std::string loan_account_id; // empty: the money's account belongs to no loan
    domain::PostingSubject subject{};
    std::int64_t subject_id = 0; // what it follows from
    std::string external_id;     // empty: this kind has none
    Money amount;
    std::string scheme; // fps, chaps, bacs
    Instant value_at;
    std::string detail = "{}"; // JSON: what goes into custom fields; of a status: the word
    // Of a disbursement and a repayment: what was posted. Else: the transaction that is changed.
    std::string transaction_key;
    bool undo = false; // its cause went away: it is adjusted as soon as it is posted
    std::string reason_code;
    std::string reason;
    std::int64_t version = 0; // of the last event about it
    Instant created_at, updated_at;
};

// False: there is a posting of that cause.
Step<bool> insert_posting(Session& s, TenantId tenant, const PostingRow& row);
Step<std::optional<PostingRow>> find_posting(Session& s, TenantId tenant, PostingId id);
Step<std::optional<PostingRow>>
find_posting_of_cause(Session& s, TenantId tenant, ConnectorId connector, std::string_view cause);
// In the order in which they were made.
Step<std::vector<PostingRow>> postings_of(Session& s, TenantId tenant, std::int64_t subject_id);
Step<> update_posting(Session& s, TenantId tenant, const PostingRow& row);
// Whether a posting of the connector is under way.
Step<bool> has_open_postings(Session& s, TenantId tenant, ConnectorId connector);
// Those of a connector that are queued, by id, above `after`.
Step<std::vector<PostingRow>> open_postings(Session& s, TenantId tenant, ConnectorId connector,
                                            std::int64_t after, std::size_t limit);
struct PostingFilter {
    std::string status = {};          // empty: any
    std::string loan_account_id = {}; // empty: any
};
// Newest first, below `before`.
Step<std::vector<PostingRow>> list_postings(Session& s, TenantId tenant, PostingFilter filter,
                                            std::int64_t before, std::size_t limit);

} // namespace settled::store
