#include "api/console/change_log.h"

#include "base/limits.h"
#include "store/queries/endpoints.h"
#include "wire/json.h"

#include <algorithm>
#include <array>
#include <utility>

namespace settled::api {

namespace {

struct Written {
    std::string_view method;
    std::string_view pattern;
    std::string_view action;
};

constexpr std::string_view endpoint_update = "endpoint.update";
constexpr auto written = std::to_array<Written>({
    {"POST", "/v1/api-keys", "api_key.create"},
    {"DELETE", "/v1/api-keys/{id}", "api_key.revoke"},
    {"POST", "/v1/api-keys/{id}/rotate", "api_key.rotate"},
    {"DELETE", "/v1/operators/{id}", "operator.remove"},
    {"POST", "/v1/connectors", "connector.create"},
    {"PATCH", "/v1/connectors/{name}", "connector.update"},
    {"DELETE", "/v1/connectors/{name}", "connector.delete"},
    {"POST", "/v1/connectors/{name}/pause", "connector.pause"},
    {"POST", "/v1/connectors/{name}/resume", "connector.resume"},
    {"POST", "/v1/endpoints", "endpoint.create"},
    {"PATCH", "/v1/endpoints/{id}", endpoint_update},
    {"DELETE", "/v1/endpoints/{id}", "endpoint.delete"},
    {"POST", "/v1/endpoints/{id}/ping", "endpoint.ping"},
    {"POST", "/v1/endpoints/{id}/recover", "endpoint.recover"},
    {"DELETE", "/v1/portal-links/{id}", "portal_link.revoke"},
    {"POST", "/v1/deliveries/{id}/redeliver", "delivery.redeliver"},
    {"POST", "/v1/statements/files", "statement.import"},
    {"POST", "/v1/purges", "purge.begin"},
    {"POST", "/v1/rules", "rules.create"},
    {"PUT", "/v1/institutions/seeds", "institutions.seed"},
    {"POST", "/v1/reviews/{id}/accept", "review.accept"},
    {"POST", "/v1/reviews/{id}/split", "review.split"},
    {"POST", "/v1/reviews/{id}/reject", "review.reject"},
    {"POST", "/v1/reviews/{id}/close", "review.close"},
    {"POST", "/v1/reviews/{id}/decide", "review.decide"},
    {"POST", "/v1/settlements/{id}/match", "settlement.match"},
    {"POST", "/v1/settlements/{id}/reject", "settlement.reject"},
    {"POST", "/v1/matches/{id}/undo", "match.undo"},
    {"POST", "/v1/calls/resume", "calls.resume"},
    {"POST", "/v1/orders/{id}/cancel", "order.cancel"},
    {"POST", "/v1/orders/{id}/retry", "order.retry"},
    {"POST", "/v1/notifications/{id}/retry", "notification.retry"},
});

// A change of an endpoint's status has a name of its own: it stops a partner's deliveries, or lets them go on.
std::string action_of(const Written& found, std::string_view status) {
    constexpr auto named = std::to_array<std::pair<std::string_view, std::string_view>>({
        {store::endpoint_paused, "endpoint.pause"},
        {store::endpoint_active, "endpoint.activate"},
        {store::endpoint_disabled, "endpoint.disable"},
    });
    if (found.action == endpoint_update)
        for (const auto& [value, action] : named)
            if (value == status)
                return std::string(action);
    return std::string(found.action);
}

// A member's text, where the body is an object that has it.
std::string text_of(std::string_view body, std::string_view name) {
    if (!body.starts_with('{')) // as the file of a bank's statements
        return {};
    const auto document = wire::JsonDocument::parse(body);
    if (!document)
        return {};
    const auto member = document->root().member(name);
    return std::string(member ? member->string().value_or("") : "");
}

} // namespace

std::optional<ChangeNote> note_of(const Call& call, Instant now) {
    const auto* const found = std::ranges::find_if(written, [&](const Written& each) {
        return each.method == call.request.method && each.pattern == call.pattern;
    });
    if (found == written.end())
        return std::nullopt;
    std::string reason = text_of(call.request.body, "reason");
    if (reason.size() > limits::text_bytes_max)
        reason.clear(); // the handler refuses it
    return ChangeNote{{{},
                       call.caller.name,
                       action_of(*found, text_of(call.request.body, "status")),
                       call.id,
                       std::move(reason),
                       call.request.request_id,
                       now}};
}

store::Step<> write_note(store::Session& s, IdMint& ids, TenantId tenant, ChangeNote note,
                         std::string_view answer) {
    note.row.id = ids.next<ChangeId>();
    if (note.row.subject.empty())
        note.row.subject = text_of(answer, "id");
    if (note.row.subject.empty())
        note.row.subject = text_of(answer, "name");
    co_await store::insert_change(s, tenant, note.row);
}

} // namespace settled::api
