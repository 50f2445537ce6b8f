// Statements that the bank is asked for, or announces by itself, and how far each is.
#pragma once

#include "base/id.h"
#include "domain/call.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::store {

// `requested`: the bank is asked; `downloading`: it has announced the statement and its pages are
// fetched; `reconciling`: all pages are here and are compared with what is known; `learning`: what
// they show and is not known is made known; `linking`: and linked to them; `done`; `failed`: see the
// reason.
inline constexpr std::string_view request_requested = "requested";
inline constexpr std::string_view request_downloading = "downloading";
inline constexpr std::string_view request_reconciling = "reconciling";
inline constexpr std::string_view request_learning = "learning";
inline constexpr std::string_view request_linking = "linking";
inline constexpr std::string_view request_done = "done";
inline constexpr std::string_view request_failed = "failed";

struct StatementRequestRow {
    StatementRequestId id;
    ConnectorId connector;
    std::optional<Instant> day; // midnight in UTC of the bank's day; nullopt: not known yet
    std::string status;
    std::string message_id; // "" until the bank has announced it
    std::int64_t pages = 0;
    std::int64_t pages_here = 0;
    std::int64_t statements = 0;  // of accounts of ours, each page for itself
    std::int64_t passed_over = 0; // of accounts that are not registered
    // What the statement showed and was not known here.
    std::int64_t settlements = 0, movements = 0, orders = 0, waiting = 0;
    std::int64_t without_id = 0; // credits that are not known here and have no id of the bank
    std::int64_t cursor_statement = 0, cursor_entry = 0; // up to which they were gone through
    std::string reason;
    std::string made_by;
    Instant created_at, updated_at;
};

Step<> insert_statement_request(Session& s, TenantId tenant, const StatementRequestRow& row);
// Writes everything that may change.
Step<> update_statement_request(Session& s, TenantId tenant, const StatementRequestRow& row);
Step<std::optional<StatementRequestRow>> find_statement_request(Session& s, TenantId tenant,
                                                                StatementRequestId id);
Step<std::optional<StatementRequestRow>>
find_statement_request_by_message(Session& s, TenantId tenant, ConnectorId connector,
                                  std::string_view message_id);
// The oldest one that the bank has not answered.
Step<std::optional<StatementRequestRow>> oldest_open_request(Session& s, TenantId tenant,
                                                             ConnectorId connector);
// The newest one of that day that did not fail.
Step<std::optional<StatementRequestRow>>
find_statement_request_of_day(Session& s, TenantId tenant, ConnectorId connector, Instant day);
// Newest first, below `before`.
Step<std::vector<StatementRequestRow>>
list_statement_requests(Session& s, TenantId tenant, std::int64_t before, std::size_t limit);

// The statements that came with it.
Step<> add_request_statement(Session& s, TenantId tenant, StatementRequestId request,
                             StatementId statement);
Step<std::optional<StatementId>>
next_request_statement(Session& s, TenantId tenant, StatementRequestId request, std::int64_t after);

} // namespace settled::store
