#include "payloads/return_reader.h"

#include "base/limits.h"
#include "payloads/client_id.h"
#include "payloads/reader.h"

#include <fmt/ranges.h>

namespace settled::payloads {

namespace {

Result<SettlementId> parse_settlement(std::string_view text) {
    const Result<SettlementId> id = parse_id<SettlementIdTag>(text);
    if (!id)
        return fail(Code::value_invalid, "give an id of GET /v1/settlements (stl_…)");
    return *id;
}

Result<domain::ReturnReason> parse_reason(std::string_view text) {
    const auto reason = domain::return_reason_named(text);
    if (!reason)
        return fail(Code::value_invalid,
                    fmt::format("give one of {}", fmt::join(domain::return_reason_tokens(), ", ")));
    return *reason;
}

} // namespace

Result<domain::NewReturn> read_return(const wire::Json& root) {
    domain::NewReturn asked;
    Reader in(root);
    const auto parse_client = [](std::string_view text) {
        return parse_client_id_beside(ReturnIdTag::prefix, text);
    };
    asked.client_id = in.take("client_id", limits::client_id_bytes_max, parse_client).value_or("");
    asked.settlement =
        in.take("settlement_id", limits::text_bytes_max, parse_settlement).value_or(SettlementId{});
    if (!in.has("settlement_id"))
        in.missing("settlement_id");
    asked.reason = in.take("reason", limits::text_bytes_max, parse_reason)
                       .value_or(domain::ReturnReason::other);
    if (!in.has("reason"))
        in.missing("reason");
    TRY_VOID(in.finish());
    return asked;
}

} // namespace settled::payloads
