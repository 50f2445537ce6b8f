#include "connectors/clearbank/statements.h"

#include "connectors/clearbank/names.h"
#include "connectors/percent_encoded.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <charconv>

namespace settled::connectors::clearbank {

namespace {

// A day of a large bank has fewer: 5,000 transactions each.
constexpr std::int64_t pages_max = 10'000;

constexpr std::string_view statements_path = "/v1/statements/";

// What percent_encoded() made.
std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const char* const begin = text.data() + i + 1;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(begin, begin + 2, value, 16).ptr == begin + 2) {
            decoded += static_cast<char>(value);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

// "2026-11-22T10:00:00Z": the bank takes no fractions of a second.
std::string whole_seconds(Instant at) {
    return wire::to_rfc3339(at).substr(0, 19) + "Z";
}

} // namespace

domain::CallRequest request_statement_request(Instant from, Instant to) {
    wire::JsonWriter w;
    w.object().member("startDateTimeUtc", whole_seconds(from));
    w.member("endDateTimeUtc", whole_seconds(to)).end();
    return {.purpose = domain::CallPurpose::request_statement,
            .method = "POST",
            .target = "/v1/statementrequests",
            .body = std::move(w).text()};
}

domain::CallRequest download_statement_request(std::string_view message_id, std::int64_t page) {
    return {.purpose = domain::CallPurpose::download_statement,
            .method = "GET",
            .target = fmt::format("{}{}?pageNumber={}", statements_path,
                                  percent_encoded(message_id), page),
            .body = {}};
}

std::string message_of_download(std::string_view target) {
    if (!target.starts_with(statements_path))
        return {};
    target.remove_prefix(statements_path.size());
    return percent_decoded(target.substr(0, target.find('?')));
}

std::int64_t page_of_download(std::string_view target) {
    const std::size_t sign = target.rfind('=');
    std::int64_t page = 0;
    if (sign != target.npos)
        std::from_chars(target.data() + sign + 1, target.data() + target.size(), page);
    return page;
}

domain::BankFact read_statement_ready(wire::Json payload) {
    domain::StatementReadyFact fact;
    fact.message_id = id_or_empty(payload, "MessageId");
    const std::optional<wire::Json> pages = member_of(payload, "TotalPages");
    const std::optional<std::int64_t> count = pages ? pages->integer() : std::nullopt;
    if (fact.message_id.empty())
        return domain::UnreadableFact{"MessageId is missing or unreadable"};
    if (!count || *count < 1 || *count > pages_max)
        return domain::UnreadableFact{"TotalPages is missing or unreadable"};
    fact.pages = *count;
    return fact;
}

} // namespace settled::connectors::clearbank
