#include "api/handlers/money_out/money_out_views.h"

#include "api/handlers/views.h"
#include "domain/order_text.h"
#include "store/queries/directory.h"
#include "store/queries/money/orders.h"
#include "wire/money.h"

#include <algorithm>
#include <iterator>

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using wire::JsonWriter;

void write_party(JsonWriter& w, std::string_view key, const domain::Party& party,
                 const domain::PostalAddress& address) {
    w.key(key).object();
    domain::write_order_party(w, {party, address});
    w.end();
}

void write_order_members(JsonWriter& w, const domain::Order& order, std::string_view connector) {
    w.member("id", to_string(order.id)).member("client_id", order.client_id);
    w.member("connector", connector).member("status", token(order.status));
    w.member("scheme", order.scheme);
    wire::write_money(w, "amount", order.amount);
    write_party(w, "debtor", order.debtor, order.debtor_address);
    write_party(w, "creditor", order.creditor, order.creditor_address);
    w.member("reference", order.reference).member("end_to_end_id", order.end_to_end_id);
    w.member("loan_account_id", order.loan_account_id);
    w.member("core_banking", order.core_banking);
    if (!order.purpose.empty()) {
        w.key("chaps").object().member("purpose", order.purpose);
        w.member("category_purpose", order.category_purpose).end();
    }
    w.member("reason_code", order.reason_code).member("reason", order.reason);
    w.member("advice", token(order.advice)).member("transaction_id", order.transaction_id);
    w.member("retry_of", order.retry_of.transform([](OrderId id) { return to_string(id); }));
    // Of one that was taken while CHAPS was open it says nothing.
    const bool waits = order.not_before && *order.not_before > order.created_at;
    write_time(w, "not_before", waits ? order.not_before : std::nullopt);
    w.key("warnings").array();
    for (const std::string& warning : order.warnings)
        w.value(warning);
    w.end();
    w.member("made_by", order.made_by).member("version", order.version);
    write_time(w, "created_at", order.created_at);
    write_time(w, "updated_at", order.updated_at);
}

void write_link_members(JsonWriter& w, const store::LinkRow& link, std::string_view connector) {
    w.member("id", to_string(link.id)).member("client_id", link.client_id);
    w.member("connector", connector).member("core_banking", link.core_banking);
    w.member("loan_account_id", link.loan_account_id).member("owner_name", link.owner_name);
    w.member("status", token(link.status)).member("iban", link.iban);
    w.member("virtual_account_id", link.virtual_account_id);
    w.member("external_id", link.external_id).key("errors").raw(link.errors);
    w.member("version", link.version);
    write_time(w, "created_at", link.created_at);
    write_time(w, "updated_at", link.updated_at);
}

void write_return_members(JsonWriter& w, const store::ReturnRow& row, std::string_view connector) {
    w.member("id", to_string(row.id)).member("client_id", row.client_id);
    w.member("settlement_id", to_string(row.settlement)).member("connector", connector);
    w.member("scheme", row.scheme).member("reason", row.reason);
    w.member("status", token(row.status)).member("transaction_id", row.transaction_id);
    w.member("end_to_end_id", row.end_to_end_id).member("reason_code", row.reason_code);
    w.member("detail", row.detail).member("version", row.version);
    write_time(w, "created_at", row.created_at);
    write_time(w, "updated_at", row.updated_at);
}

void write_posting_members(JsonWriter& w, const store::PostingRow& row,
                           std::string_view connector) {
    w.member("id", to_string(row.id)).member("core_banking", connector);
    w.member("kind", token(row.kind)).member("status", token(row.status));
    w.member("loan_account_id", row.loan_account_id);
    w.member("cause_id", domain::id_text(row.subject, row.subject_id));
    w.member("external_id", row.external_id);
    if (row.amount.minor != 0)
        wire::write_money(w, "amount", row.amount);
    else
        w.key("amount").null();
    w.member("scheme", row.scheme);
    write_time(w, "value_at", row.value_at);
    w.key("detail").raw(row.detail);
    w.member("transaction_key", row.transaction_key).member("undo", row.undo);
    w.member("reason_code", row.reason_code).member("reason", row.reason);
    w.member("version", row.version);
    write_time(w, "created_at", row.created_at);
    write_time(w, "updated_at", row.updated_at);
}

void write_postings(JsonWriter& w, const std::vector<store::PostingRow>& postings) {
    w.key("postings").array();
    for (const store::PostingRow& row : postings) {
        w.object().member("id", to_string(row.id)).member("kind", token(row.kind));
        w.member("status", token(row.status)).member("external_id", row.external_id);
        w.member("transaction_key", row.transaction_key);
        w.member("reason_code", row.reason_code).end();
    }
    w.end();
}

void write_correspondence(JsonWriter& w, const Correspondence& all) {
    w.key("calls").array();
    for (const store::CallRow& call : all.calls) {
        w.object().member("id", to_string(call.id)).member("purpose", token(call.purpose));
        w.member("status", call.status).member("tries", call.tries);
        w.member("http_status", call.http_status).member("reply_class", call.reply_class).end();
    }
    w.end().key("webhooks").array();
    for (const WebhookId webhook : all.webhooks)
        w.value(to_string(webhook));
    w.end();
}

void write_movement_or_null(JsonWriter& w, std::string_view key,
                            const std::optional<store::MovementRow>& movement) {
    w.key(key);
    if (movement)
        write_movement(w, *movement);
    else
        w.null();
}

Step<std::string> connector_name(Session& s, TenantId tenant, ConnectorId id) {
    const auto connector = co_await store::find_connector(s, tenant, id);
    co_return connector ? connector->name : std::string();
}

Step<std::optional<store::MovementRow>> movement_of(Session& s, TenantId tenant,
                                                    std::optional<SettlementId> id) {
    if (!id)
        co_return std::nullopt;
    co_return co_await store::find_movement(s, tenant, *id);
}

} // namespace

Step<ConnectorNames> connector_names(Session& s, TenantId tenant) {
    ConnectorNames names;
    const auto connectors = co_await store::list_connectors(s, tenant);
    for (const store::ConnectorRow& connector : connectors)
        names.emplace(connector.id, connector.name);
    co_return names;
}

std::string name_of(const ConnectorNames& names, ConnectorId connector) {
    const auto found = names.find(connector);
    return found == names.end() ? std::string() : found->second;
}

Step<Correspondence> correspondence_of(Session& s, TenantId tenant, std::int64_t subject,
                                       std::optional<CallId> carrier) {
    Correspondence all;
    all.calls = co_await store::calls_of(s, tenant, subject);
    const bool is_among =
        !carrier || std::ranges::any_of(
                        all.calls, [&](const store::CallRow& call) { return call.id == *carrier; });
    if (!is_among) {
        auto call = co_await store::find_call(s, tenant, *carrier);
        if (call)
            all.calls.push_back(*std::move(call));
        std::ranges::sort(all.calls, {}, &store::CallRow::id);
    }
    all.webhooks = co_await store::webhooks_of(s, tenant, subject);
    co_return all;
}

Step<OrderDetail> order_detail(Session& s, TenantId tenant, domain::Order order) {
    OrderDetail detail;
    detail.order = std::move(order);
    detail.connector = co_await connector_name(s, tenant, detail.order.connector);
    detail.settlement = co_await movement_of(s, tenant, detail.order.settlement);
    detail.returned_by = co_await movement_of(s, tenant, detail.order.returned_by);
    detail.postings = co_await store::postings_of(s, tenant, detail.order.id.value);
    if (!detail.order.core_banking.empty())
        detail.booking = co_await store::find_booking_of_order(s, tenant, detail.order.id);
    if (detail.booking) {
        auto more = co_await store::postings_of(s, tenant, detail.booking->id.value);
        std::ranges::move(more, std::back_inserter(detail.postings));
    }
    detail.correspondence =
        co_await correspondence_of(s, tenant, detail.order.id.value, detail.order.call);
    co_return detail;
}

Step<LinkDetail> link_detail(Session& s, TenantId tenant, store::LinkRow link) {
    LinkDetail detail;
    detail.link = std::move(link);
    detail.connector = co_await connector_name(s, tenant, detail.link.connector);
    detail.postings = co_await store::postings_of(s, tenant, detail.link.id.value);
    detail.correspondence = co_await correspondence_of(s, tenant, detail.link.id.value);
    co_return detail;
}

Step<PostingDetailView> posting_detail(Session& s, TenantId tenant, store::PostingRow row) {
    PostingDetailView detail;
    detail.row = std::move(row);
    detail.connector = co_await connector_name(s, tenant, detail.row.connector);
    detail.correspondence = co_await correspondence_of(s, tenant, detail.row.id.value);
    co_return detail;
}

Step<ReturnDetail> return_detail(Session& s, TenantId tenant, store::ReturnRow row) {
    ReturnDetail detail;
    detail.row = std::move(row);
    detail.connector = co_await connector_name(s, tenant, detail.row.connector);
    detail.correspondence = co_await correspondence_of(s, tenant, detail.row.id.value);
    co_return detail;
}

void write_order(JsonWriter& w, const domain::Order& order, const ConnectorNames& names) {
    w.object();
    write_order_members(w, order, name_of(names, order.connector));
    w.end();
}

void write_link(JsonWriter& w, const store::LinkRow& link, const ConnectorNames& names) {
    w.object();
    write_link_members(w, link, name_of(names, link.connector));
    w.end();
}

void write_return(JsonWriter& w, const store::ReturnRow& row, const ConnectorNames& names) {
    w.object();
    write_return_members(w, row, name_of(names, row.connector));
    w.end();
}

void write_posting(JsonWriter& w, const store::PostingRow& row, const ConnectorNames& names) {
    w.object();
    write_posting_members(w, row, name_of(names, row.connector));
    w.end();
}

void write_booking(JsonWriter& w, const store::BookingRow& booking) {
    w.object().member("id", to_string(booking.id)).member("status", booking.status);
    w.member("transaction_id", booking.asked_id);
    w.member("transaction_key", booking.transaction_key);
    w.member("loan_account_id", booking.loan_account_id);
    w.member("reason_code", booking.reason_code).member("reason", booking.reason);
    write_time(w, "created_at", booking.created_at);
    write_time(w, "updated_at", booking.updated_at);
    w.end();
}

void write_detail(JsonWriter& w, const PostingDetailView& detail) {
    w.object();
    write_posting_members(w, detail.row, detail.connector);
    write_correspondence(w, detail.correspondence);
    w.end();
}

void write_detail(JsonWriter& w, const OrderDetail& detail) {
    w.object();
    write_order_members(w, detail.order, detail.connector);
    write_movement_or_null(w, "settlement", detail.settlement);
    write_movement_or_null(w, "returned_by", detail.returned_by);
    write_postings(w, detail.postings);
    w.key("booking");
    if (detail.booking)
        write_booking(w, *detail.booking);
    else
        w.null();
    write_correspondence(w, detail.correspondence);
    w.end();
}

void write_detail(JsonWriter& w, const LinkDetail& detail) {
    w.object();
    write_link_members(w, detail.link, detail.connector);
    write_postings(w, detail.postings);
    write_correspondence(w, detail.correspondence);
    w.end();
}

void write_detail(JsonWriter& w, const ReturnDetail& detail) {
    w.object();
    write_return_members(w, detail.row, detail.connector);
    write_correspondence(w, detail.correspondence);
    w.end();
}

void write_movement(JsonWriter& w, const store::MovementRow& movement) {
    w.object().member("id", to_string(movement.id));
    w.member("direction", movement.credit ? "credit" : "debit");
    w.member("is_return", movement.is_return);
    wire::write_money(w, "amount", movement.amount);
    w.member("scheme", movement.scheme).member("transaction_id", movement.transaction_id);
    w.member("end_to_end_id", movement.end_to_end_id).member("account", movement.account);
    w.key("counterparty").object().member("name", movement.counterparty_name);
    w.member("account", movement.counterparty_account).end();
    write_time(w, "settled_at", movement.settled_at);
    w.member("webhook_id", movement.webhook.transform([](WebhookId id) { return to_string(id); }));
    w.end();
}

} // namespace settled::api
