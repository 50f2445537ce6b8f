#include "api/routes.h"

#include "api/handlers/console_handlers.h"
#include "api/handlers/handlers.h"
#include "api/handlers/why/why_handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace settled::api {

namespace {

using enum Scope;

constexpr auto table = std::to_array<Route>({
    {"POST", "/v1/payments", payments_write, "", create_payment},
    {"GET", "/v1/payments", payments_read,
     "limit after order status account reference end_to_end_id amount currency payer institution "
     "created_after created_before",
     list_payments},
    {"GET", "/v1/payments/{id}", payments_read, "", get_payment},
    {"GET", "/v1/payments/{id}/candidates", settlements_read, "limit", list_payment_candidates},

    {"GET", "/v1/settlements", settlements_read,
     "limit after order status account suggested waiting reference end_to_end_id transaction_id "
     "amount "
     "currency payer received_after received_before since until",
     list_settlements},
    {"GET", "/v1/settlements/{id}", settlements_read, "", get_settlement},
    {"GET", "/v1/settlements/{id}/candidates", settlements_read, "limit",
     list_settlement_candidates},
    {"POST", "/v1/settlements/{id}/match", settlements_write, "", match_settlement},
    {"POST", "/v1/settlements/{id}/reject", settlements_write, "", reject_settlement},
    {"GET", "/v1/timeline/{id}", events_read, "limit after", show_timeline},
    {"GET", "/v1/status", settlements_read, "", show_status},
    {"GET", "/v1/overview", settlements_read, "from to zone", show_overview},
    {"GET", "/v1/changes", admin, "limit after actor subject", list_changes},
    {"GET", "/v1/series", settlements_read, "metric from to step", show_series},
    {"POST", "/v1/reveals", personal_read, "", reveal},
    {"POST", "/v1/operators", admin, "", create_operator},
    {"GET", "/v1/operators", admin, "limit after", list_operators},
    {"DELETE", "/v1/operators/{id}", admin, "", remove_operator},
    {"POST", "/v1/operators/{id}/totp", admin, "", renew_operator_totp},
    {"POST", "/v1/search", events_read, "", search},
    {"GET", "/v1/feed", events_read, "kinds connector endpoint since after", stream_feed},
    {"GET", "/v1/matches", settlements_read, "limit after order", list_matches},
    {"GET", "/v1/matches/{id}", settlements_read, "", get_match},
    {"POST", "/v1/matches/{id}/undo", settlements_write, "", undo_match},
    {"GET", "/v1/audit/head", settlements_read, "", show_audit_head},
    {"GET", "/v1/reviews", settlements_read, "limit after order status kind", list_reviews},
    {"GET", "/v1/reviews/{id}", settlements_read, "", get_review},
    {"POST", "/v1/reviews/decisions", settlements_write, "", decide_reviews},
    {"POST", "/v1/reviews/{id}/accept", settlements_write, "", accept_review},
    {"POST", "/v1/reviews/{id}/split", settlements_write, "", split_review},
    {"POST", "/v1/reviews/{id}/reject", settlements_write, "", reject_review},
    {"POST", "/v1/reviews/{id}/close", settlements_write, "", close_review},
    {"POST", "/v1/reviews/{id}/decide", settlements_write, "", rule_on_review},

    {"POST", "/v1/rules", settlements_write, "", create_rules},
    {"GET", "/v1/rules", settlements_read, "", list_rules},

    {"POST", "/v1/references", payments_write, "", create_reference},

    {"GET", "/v1/institutions", settlements_read, "limit after", list_institutions},
    {"PUT", "/v1/institutions/seeds", admin, "", seed_institutions},
    {"GET", "/v1/institutions/{id}", settlements_read, "", get_institution},
    {"POST", "/v1/statements", statements_write, "", open_statement},
    {"GET", "/v1/statements", settlements_read, "limit after account", list_statements},
    {"POST", "/v1/statements/files", statements_write, "account name", import_statement_file},
    {"GET", "/v1/statements/{id}", settlements_read, "", get_statement},
    {"POST", "/v1/statements/{id}/entries", statements_write, "", add_statement_entries},
    {"GET", "/v1/statements/{id}/entries", settlements_read, "limit after verdict",
     list_statement_entries},
    {"GET", "/v1/statements/{id}/missing", settlements_read, "limit after",
     list_missing_settlements},
    {"POST", "/v1/statements/{id}/reconciliation", statements_write, "", prove_statement},
    {"POST", "/v1/statement-requests", statements_write, "", create_statement_request},
    {"GET", "/v1/statement-requests", settlements_read, "limit after", list_statement_requests},
    {"GET", "/v1/statement-requests/{id}", settlements_read, "", get_statement_request},
    {"GET", "/v1/reconciliation", settlements_read, "date account currency", show_reconciliation},
    {"GET", "/v1/exports", settlements_read, "limit after status since until account",
     export_settlements},

    {"POST", "/v1/accounts", accounts_write, "", create_account},
    {"GET", "/v1/accounts", accounts_read, "limit after", list_accounts},
    {"GET", "/v1/accounts/{id}", accounts_read, "", get_account},

    {"POST", "/v1/endpoints", endpoints_write, "", create_endpoint},
    {"GET", "/v1/endpoints", endpoints_read, "limit after", list_endpoints},
    {"GET", "/v1/endpoints/{id}", endpoints_read, "", get_endpoint},
    {"PATCH", "/v1/endpoints/{id}", endpoints_write, "", update_endpoint},
    {"DELETE", "/v1/endpoints/{id}", endpoints_write, "", delete_endpoint},
    {"POST", "/v1/endpoints/{id}/ping", events_write, "", ping_endpoint},

    {"POST", "/v1/endpoints/{id}/portal-links", endpoints_write, "", create_portal_link},
    {"GET", "/v1/endpoints/{id}/portal-links", endpoints_read, "limit after", list_portal_links},
    {"DELETE", "/v1/portal-links/{id}", endpoints_write, "", revoke_portal_link},

    {"POST", "/v1/endpoints/{id}/recover", events_write, "", recover_endpoint},
    {"GET", "/v1/redeliveries/{id}", events_read, "", get_redelivery},

    {"GET", "/v1/events", events_read,
     "limit after order type wait payment settlement order_id endpoint after_time before_time",
     list_events},
    {"GET", "/v1/events/{id}", events_read, "", get_event},
    {"GET", "/v1/event-types", events_read, "", list_event_types},
    {"PUT", "/v1/consumers/{name}", events_write, "", put_consumer},
    {"GET", "/v1/consumers", events_read, "", list_consumers},
    {"GET", "/v1/consumers/{name}", events_read, "", get_consumer},
    {"DELETE", "/v1/consumers/{name}", events_write, "", delete_consumer},
    {"GET", "/v1/consumers/{name}/events", events_read, "limit wait", read_consumer},
    {"POST", "/v1/consumers/{name}/cursor", events_write, "", move_consumer},
    {"GET", "/v1/deliveries", events_read,
     "limit after status endpoint event after_time before_time", list_deliveries},
    {"GET", "/v1/deliveries/{id}", events_read, "", get_delivery},
    {"POST", "/v1/deliveries/{id}/redeliver", events_write, "", redeliver},

    {"GET", "/v1/webhooks", webhooks_read, "limit after order connector status type",
     list_webhooks},
    {"GET", "/v1/webhooks/{id}", webhooks_read, "", get_webhook},
    {"POST", "/v1/webhooks/read-again", settlements_write, "", read_webhooks_again},
    {"POST", "/v1/webhooks/{id}/read-again", settlements_write, "", read_webhook_again},

    {"POST", "/v1/orders", orders_write, "", create_order},
    {"GET", "/v1/orders", orders_read, "limit after status", list_orders},
    {"GET", "/v1/orders/{id}", orders_read, "", get_order},
    {"POST", "/v1/orders/{id}/cancel", orders_write, "", cancel_order},
    {"POST", "/v1/orders/{id}/retry", orders_write, "", retry_order},

    {"POST", "/v1/links", links_write, "", create_link},
    {"GET", "/v1/links", links_read, "limit after", list_links},
    {"GET", "/v1/links/{id}", links_read, "", get_link},
    {"DELETE", "/v1/links/{id}", links_write, "", delete_link},

    {"POST", "/v1/returns", returns_write, "", create_return},
    {"GET", "/v1/returns", returns_read, "limit after", list_returns},
    {"GET", "/v1/returns/{id}", returns_read, "", get_return},

    {"GET", "/v1/bacs-items", settlements_read, "limit after subject", list_bacs_items},
    {"GET", "/v1/bacs-items/{id}", settlements_read, "", get_bacs_item},

    {"GET", "/v1/postings", postings_read, "limit after status loan_account_id", list_postings},
    {"GET", "/v1/postings/{id}", postings_read, "", get_posting},

    {"GET", "/v1/calls", calls_read, "limit after status", list_calls},
    {"GET", "/v1/calls/held", calls_read, "", show_held},
    {"POST", "/v1/calls/resume", admin, "", resume_calls},
    {"GET", "/v1/calls/{id}", calls_read, "", get_call},

    {"GET", "/v1/notifications", notifications_read, "limit after status connector",
     list_notifications},
    {"GET", "/v1/notifications/{id}", notifications_read, "", get_notification},
    {"POST", "/v1/notifications/{id}/retry", notifications_write, "", retry_notification},

    {"POST", "/v1/catch-ups", connectors_write, "", create_catch_up},
    {"GET", "/v1/catch-ups", connectors_read, "limit after", list_catch_ups},
    {"GET", "/v1/catch-ups/{id}", connectors_read, "", get_catch_up},

    {"GET", "/v1/signing-keys", connectors_read, "", list_signing_keys},

    {"POST", "/v1/connectors", connectors_write, "", create_connector},
    {"GET", "/v1/connectors", connectors_read, "limit after", list_connectors},
    {"GET", "/v1/connectors/{name}", connectors_read, "", get_connector},
    {"PATCH", "/v1/connectors/{name}", connectors_write, "", update_connector},
    {"DELETE", "/v1/connectors/{name}", connectors_write, "", delete_connector},
    {"POST", "/v1/connectors/{name}/pause", connectors_write, "", pause_connector},
    {"POST", "/v1/connectors/{name}/resume", connectors_write, "", resume_connector},
    {"POST", "/v1/connectors/{name}/test", connectors_write, "", test_connector},
    {"POST", "/v1/connectors/{name}/list-accounts", connectors_write, "", list_bank_accounts},

    {"POST", "/v1/purges", admin, "", create_purge},
    {"GET", "/v1/purges/{id}", admin, "", get_purge},

    {"POST", "/v1/api-keys", admin, "", create_api_key, true},
    {"GET", "/v1/api-keys", admin, "limit after", list_api_keys},
    {"DELETE", "/v1/api-keys/{id}", admin, "", revoke_api_key},
    {"POST", "/v1/api-keys/{id}/rotate", admin, "", rotate_api_key},
});

// Takes the next part of "/a/b" off its front: "a".
std::string_view next_part(std::string_view& path) {
    path.remove_prefix(1);
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    return part;
}

// What stands for {…}, "" when there is none in the pattern; nullopt: the path is another one.
std::optional<std::string_view> fit(std::string_view pattern, std::string_view path) {
    std::string_view id;
    while (!pattern.empty() && path.starts_with('/')) {
        const std::string_view expected = next_part(pattern);
        const std::string_view part = next_part(path);
        if (expected.starts_with('{') && !part.empty())
            id = part;
        else if (expected != part)
            return std::nullopt;
    }
    return pattern.empty() && path.empty() ? std::optional(id) : std::nullopt;
}

bool names(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::size_t space = words.find(' ');
        if (words.substr(0, space) == word)
            return true;
        words.remove_prefix(space == words.npos ? words.size() : space + 1);
    }
    return false;
}

} // namespace

std::span<const Route> routes() {
    return table;
}

RouteMatch find_route(std::string_view method, std::string_view path) {
    RouteMatch match;
    for (const Route& route : table) {
        const auto id = fit(route.pattern, path);
        if (!id)
            continue;
        if (route.method == method)
            return {&route, std::string(*id), {}};
        match.allow += (match.allow.empty() ? "" : ", ") + std::string(route.method);
    }
    return match;
}

Result<> check_parameters(const Route& route, std::string_view query, bool operated) {
    std::vector<std::string> seen;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(end == query.npos ? query.size() : end + 1);
        const auto name = net::percent_decode(pair.substr(0, pair.find('=')));
        const bool known = name && (names(route.parameters, *name) ||
                                    (operated && (*name == "tenant" || *name == "actor" ||
                                                  (*name == "new_tenant" && route.opens_tenant))));
        if (!known)
            return fail(Code::parameter_invalid,
                        route.parameters.empty()
                            ? "this address takes no query parameters"
                            : fmt::format("this address takes only: {}", route.parameters));
        if (std::ranges::find(seen, *name) != seen.end())
            return fail(Code::parameter_invalid, *name + ": give it once");
        seen.push_back(*name);
    }
    return {};
}

} // namespace settled::api
