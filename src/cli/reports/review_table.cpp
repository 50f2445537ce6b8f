#include "cli/reports/review_table.h"

#include "cli/json_text.h"

#include <optional>
#include <string>

namespace settled::cli {

namespace {

// Empty for reviews that concern no settlement.
std::string settlement_of(const wire::Json& review) {
    const std::string subject = text_at(review, "subject_id");
    return subject.starts_with("stl_") ? subject : "";
}

std::string of(const std::optional<wire::Json>& candidate, std::string_view path) {
    return candidate ? text_at(*candidate, path) : "";
}

void write_row(wire::CsvWriter& csv, const wire::Json& review,
               const std::optional<wire::Json>& candidate) {
    csv.plain(text_at(review, "id")).plain(settlement_of(review));
    csv.plain(text_at(review, "detail.settlement.received_at"));
    csv.plain(text_at(review, "detail.settlement.amount.value"));
    csv.plain(text_at(review, "detail.settlement.amount.currency"));
    csv.text(text_at(review, "detail.settlement.reference"));
    csv.text(text_at(review, "detail.settlement.payer.name"));
    csv.plain(text_at(review, "kind"));
    csv.plain(of(candidate, "payment_id")).text(of(candidate, "client_id"));
    csv.plain(of(candidate, "rank"));
    csv.text(of(candidate, "reference")).plain(of(candidate, "created_at"));
    csv.plain(list_at(review, "detail.distinguishing_fields", " "));
    csv.plain(of(candidate, "reject_reason"));
    csv.plain("").plain("").plain("").end_row();
}

} // namespace

void write_review_header(wire::CsvWriter& csv) {
    for (const std::string_view column : review_columns)
        csv.plain(column);
    csv.end_row();
}

void write_review_rows(wire::CsvWriter& csv, const wire::Json& review) {
    const auto detail = review.member("detail");
    const auto candidates = detail ? detail->member("candidates") : std::nullopt;
    if (!candidates || candidates->size() == 0)
        return write_row(csv, review, std::nullopt);
    for (std::size_t i = 0; i < candidates->size(); ++i)
        write_row(csv, review, candidates->at(i));
}

} // namespace settled::cli
