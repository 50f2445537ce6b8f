// Reviews as a table for people and their spreadsheets: a row for each review and candidate, one
// row for a review that has none. review_plan.h reads it back when decisions are filled in.
#pragma once

#include "wire/csv_writer.h"
#include "wire/json.h"

#include <array>
#include <string_view>

namespace settled::cli {

// The last three are filled in by the reviewer, and are written empty.
inline constexpr std::array<std::string_view, 18> review_columns{"review_id",
                                                                 "settlement_id",
                                                                 "received_at",
                                                                 "amount",
                                                                 "currency",
                                                                 "settlement_reference",
                                                                 "payer_name",
                                                                 "kind",
                                                                 "payment_id",
                                                                 "client_id",
                                                                 "rank",
                                                                 "candidate_reference",
                                                                 "candidate_created_at",
                                                                 "distinguishing_fields",
                                                                 "reject_reason",
                                                                 "decision",
                                                                 "reason",
                                                                 "part"};

void write_review_header(wire::CsvWriter& csv);
// `review` as GET /v1/reviews shows it.
void write_review_rows(wire::CsvWriter& csv, const wire::Json& review);

} // namespace settled::cli
