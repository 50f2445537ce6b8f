// The bank's camt.053 statement: asked for by a period, announced by webhook, downloaded by page.
//
// It holds all accounts of the institution. The webhook names the message and how many pages it has,
// not the request. Source: ClearBank page "Account reporting", OpenAPI file
// "camt053-statement-request-v1", webhook page "Statement Ready For Download v1".
#pragma once

#include "base/clock.h"
#include "domain/call.h"
#include "domain/facts.h"
#include "wire/json.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace settled::connectors::clearbank {

// Transactions after `from` and before `to`, at most 25 hours later.
domain::CallRequest request_statement_request(Instant from, Instant to);
// Pages count from 1.
domain::CallRequest download_statement_request(std::string_view message_id, std::int64_t page);
// Of such a request's target; "" when it is none.
std::string message_of_download(std::string_view target);
std::int64_t page_of_download(std::string_view target); // 0: none

inline constexpr std::string_view statement_ready_type = "Statements.ReadyForDownload";
// StatementReadyFact, or UnreadableFact.
domain::BankFact read_statement_ready(wire::Json payload);

} // namespace settled::connectors::clearbank
