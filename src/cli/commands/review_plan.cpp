#include "cli/commands/review_plan.h"

#include "base/bytes.h"
#include "base/id.h"
#include "base/limits.h"
#include "cli/reports/review_table.h"
#include "crypto/hash.h"
#include "wire/csv.h"
#include "wire/csv_writer.h"
#include "wire/json_writer.h"
#include "wire/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace settled::cli {

namespace {

struct Columns {
    std::size_t review_id = 0;
    std::size_t payment_id = 0;
    std::size_t decision = 0;
    std::size_t reason = 0;
    std::optional<std::size_t> part;
    std::optional<std::size_t> currency;
};

struct PlannedRow {
    std::string review_id;
    std::string decision;
    std::string reason;
    PlannedPart part;
};

std::unexpected<Error> at_line(const wire::CsvReader& csv, Code code, std::string_view why) {
    return fail(code, fmt::format("{}: {}", csv.place(), why));
}

Result<Columns> find_columns(const wire::CsvReader& csv) {
    for (const std::string& name : csv.header())
        if (!name.empty() && std::ranges::find(review_columns, name) == review_columns.end())
            return at_line(csv, Code::column_unknown, fmt::format("column {}", name));
    Columns columns;
    for (const auto& [name, place] : {std::pair("review_id", &columns.review_id),
                                      {"payment_id", &columns.payment_id},
                                      {"decision", &columns.decision},
                                      {"reason", &columns.reason}}) {
        const auto found = csv.column(name);
        if (!found)
            return at_line(csv, Code::column_missing, fmt::format("column {}", name));
        *place = *found;
    }
    columns.part = csv.column("part");
    columns.currency = csv.column("currency");
    return columns;
}

bool is_readable(std::string_view text, std::size_t bytes_max) {
    return !text.empty() && text.size() <= bytes_max && std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    });
}

Result<std::optional<Money>> read_part(const wire::CsvReader& csv, const Columns& columns) {
    const std::string text = columns.part ? csv.field(*columns.part) : "";
    if (text.empty())
        return std::nullopt;
    if (!columns.currency)
        return at_line(csv, Code::column_missing, "column currency, which says what part is of");
    const auto currency = Currency::parse(csv.field(*columns.currency));
    if (!currency)
        return at_line(csv, currency.error().code, "column currency");
    const auto amount = parse_money(text, *currency);
    if (!amount || amount->minor <= 0)
        return at_line(csv, Code::amount_invalid, "column part: give an amount like 12.34");
    return *amount;
}

// nullopt: nothing was decided in this row.
Result<std::optional<PlannedRow>> read_row(const wire::CsvReader& csv, const Columns& columns) {
    PlannedRow row;
    row.decision = csv.field(columns.decision);
    if (row.decision.empty())
        return std::nullopt;
    row.review_id = csv.field(columns.review_id);
    if (!parse_id<ReviewIdTag>(row.review_id))
        return at_line(csv, Code::value_invalid, "column review_id: give it as it was exported");
    if (row.decision != "accept" && row.decision != "reject" && row.decision != "close")
        return at_line(csv, Code::decision_unknown,
                       "column decision: give accept, reject, close or nothing");
    row.reason = wire::text_in_field(csv.field(columns.reason));
    if (row.reason.empty())
        return at_line(csv, Code::reason_missing, "column reason: say why");
    if (!is_readable(row.reason, limits::text_bytes_max))
        return at_line(
            csv, Code::value_invalid,
            fmt::format("column reason: give one line of up to {} bytes", limits::text_bytes_max));
    if (row.decision != "accept")
        return row;
    row.part.payment_id = wire::text_in_field(csv.field(columns.payment_id));
    if (!is_readable(row.part.payment_id, limits::client_id_bytes_max))
        return at_line(csv, Code::value_invalid,
                       "column payment_id: only a row with a candidate can be accepted");
    TRY(row.part.amount, read_part(csv, columns));
    return row;
}

// The row is one more of a review on which another has decided.
Result<> join(const wire::CsvReader& csv, PlannedDecision& decision, PlannedRow row) {
    const bool accepted = !decision.parts.empty();
    if (row.decision != (accepted ? "accept" : decision.action))
        return at_line(csv, Code::decision_conflict,
                       fmt::format("line {} decides {}", decision.line,
                                   accepted ? "accept" : decision.action));
    if (row.reason != decision.reason)
        return at_line(csv, Code::decision_conflict,
                       fmt::format("line {} gives another reason", decision.line));
    if (!accepted)
        return {};
    if (!row.part.amount || !decision.parts.front().amount)
        return at_line(csv, Code::decision_conflict,
                       fmt::format("line {} accepts another candidate; to share the settlement "
                                   "out, give each its part",
                                   decision.line));
    for (const PlannedPart& part : decision.parts)
        if (part.payment_id == row.part.payment_id)
            return at_line(csv, Code::id_repeated, "this candidate is accepted before");
    decision.parts.push_back(std::move(row.part));
    decision.action = "split";
    return {};
}

PlannedDecision first_of(const wire::CsvReader& csv, PlannedRow row) {
    PlannedDecision decision{
        csv.line(), std::move(row.review_id), std::move(row.decision), std::move(row.reason), {}};
    if (decision.action == "accept") {
        if (row.part.amount)
            decision.action = "split";
        decision.parts.push_back(std::move(row.part));
    }
    return decision;
}

} // namespace

std::string PlannedDecision::path() const {
    return fmt::format("/v1/reviews/{}/{}", review_id, action);
}

std::string PlannedDecision::body(bool dry_run) const {
    wire::JsonWriter w;
    w.object();
    if (action == "accept")
        w.member("payment_id", parts.front().payment_id);
    if (action == "split") {
        w.key("payments").array();
        for (const PlannedPart& part : parts) {
            w.object().member("payment_id", part.payment_id);
            wire::write_money(w, "amount", *part.amount);
            w.end();
        }
        w.end();
    }
    w.member("reason", reason);
    if (dry_run)
        w.member("dry_run", true);
    w.end();
    return std::move(w).text();
}

std::string PlannedDecision::idempotency_key() const {
    return "review-file-" + to_hex(crypto::sha256(path() + "\n" + body(false)));
}

Result<std::vector<PlannedDecision>> read_review_plan(std::istream& in, const std::string& name) {
    const char delimiter = wire::delimiter_of(in);
    TRY(wire::CsvReader csv, wire::CsvReader::open(in, name, delimiter));
    TRY(const Columns columns, find_columns(csv));
    std::vector<PlannedDecision> decisions;
    std::unordered_map<std::string, std::size_t> places; // by review
    for (;;) {
        TRY(const bool more, csv.next());
        if (!more)
            return decisions;
        TRY(auto row, read_row(csv, columns));
        if (!row)
            continue;
        const auto [place, is_new] = places.try_emplace(row->review_id, decisions.size());
        if (!is_new) {
            TRY_VOID(join(csv, decisions[place->second], *std::move(row)));
        } else if (decisions.size() == planned_decisions_max) {
            return at_line(csv, Code::limit_reached, "share the decisions out over several files");
        } else {
            decisions.push_back(first_of(csv, *std::move(row)));
        }
    }
}

} // namespace settled::cli
