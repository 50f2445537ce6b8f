// The timelines of what goes out, and of what is configured.
#include "api/handlers/why/entries.h"
#include "api/handlers/why/timeline_reader.h"
#include "api/handlers/why/why_text.h"
#include "store/queries/calls.h"
#include "store/queries/directory.h"
#include "store/queries/endpoints.h"
#include "store/queries/inbox.h"
#include "store/queries/money/links.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/postings.h"
#include "store/queries/money/returns.h"
#include "store/queries/money/statements.h"
#include "store/queries/tasks.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::api {

using store::Step;

namespace {

std::string one_member(std::string_view name, std::string_view value) {
    wire::JsonWriter w;
    w.object().member(name, value).end();
    return std::move(w).text();
}

std::string posting_text(const store::PostingRow& row) {
    return fmt::format("{} {}of {}: {}", words_of(token(row.kind)),
                       row.loan_account_id.empty() ? "" : "to " + row.loan_account_id + " ",
                       amount_text(row.amount), words_of(token(row.status)));
}

std::string try_text(const store::CallTryRow& one) {
    const std::string took =
        one.latency_us ? fmt::format(" in {} ms", *one.latency_us / 1000) : ", not ended";
    return fmt::format("try {}: {}{}{}", one.number,
                       one.http_status ? fmt::format("{} ", *one.http_status) : "",
                       words_of(one.outcome), took);
}

} // namespace

Step<> TimelineReader::add_about(std::int64_t subject) {
    co_await add_events_about(subject);
    co_await add_reviews_about(subject);
    co_await add_calls_about(subject);
    if (may(Scope::postings_read))
        for (const store::PostingRow& row : co_await store::postings_of(s_, tenant_, subject))
            (void)co_await add_posting(row.id);
    if (may(Scope::webhooks_read))
        for (const WebhookId webhook : co_await store::webhooks_of(s_, tenant_, subject))
            (void)co_await add_webhook(webhook);
}

Step<> TimelineReader::add_calls_about(std::int64_t subject) {
    if (!may(Scope::calls_read))
        co_return;
    for (const store::CallRow& call : co_await store::calls_of(s_, tenant_, subject))
        (void)co_await add_call(call.id);
}

Step<bool> TimelineReader::add_call(CallId id) {
    const auto call = co_await store::find_call(s_, tenant_, id);
    if (!call)
        co_return false;
    if (!is_new(id.value) || !may(Scope::calls_read))
        co_return true;
    const std::string sentence = fmt::format("call {} {}: {}", words_of(token(call->purpose)),
                                             call->request.method, call->status);
    name("call", to_string(id), "", sentence);
    add(EntryKind::call, id.value, to_string(id), call->created_at, sentence,
        one_member("status", call->status));
    co_await add_tries_of(id);
    co_return true;
}

Step<> TimelineReader::add_tries_of(CallId call) {
    for (const store::CallTryRow& one : co_await store::tries_of(s_, tenant_, call))
        add(EntryKind::attempt, call.value, to_string(call), one.started_at, try_text(one),
            one_member("outcome", one.outcome), "", one.number);
}

Step<bool> TimelineReader::add_order(OrderId id) {
    const auto order = co_await store::find_order(s_, tenant_, id);
    if (!order)
        co_return false;
    if (!is_new(id.value) || !may(Scope::orders_read))
        co_return true;
    name("order", to_string(id), order->client_id, sentence_of(*order));
    add(entry_of(*order));
    if (order->call)
        (void)co_await add_call(*order->call);
    co_await add_about(id.value);
    if (order->settlement && may(Scope::settlements_read)) {
        const auto debit = co_await store::find_movement(s_, tenant_, *order->settlement);
        if (debit)
            add(EntryKind::settlement, debit->id.value, to_string(debit->id), debit->received_at,
                fmt::format("the bank booked {}", amount_text(debit->amount)),
                one_member("transaction_id", debit->transaction_id));
    }
    co_return true;
}

Step<bool> TimelineReader::add_return(ReturnId id) {
    const auto row = co_await store::find_return(s_, tenant_, id);
    if (!row)
        co_return false;
    if (!is_new(id.value) || !may(Scope::returns_read))
        co_return true;
    const std::string sentence = sentence_of(*row);
    name("return", to_string(id), row->client_id, sentence);
    add(EntryKind::order, id.value, to_string(id), row->created_at, sentence,
        one_member("settlement_id", to_string(row->settlement)));
    co_await add_about(id.value);
    (void)co_await add_settlement(row->settlement);
    co_return true;
}

Step<bool> TimelineReader::add_link(LinkId id) {
    const auto row = co_await store::find_link(s_, tenant_, id);
    if (!row)
        co_return false;
    if (!is_new(id.value) || !may(Scope::links_read))
        co_return true;
    const std::string sentence = sentence_of(*row);
    name("link", to_string(id), row->client_id, sentence);
    add(EntryKind::link, id.value, to_string(id), row->created_at, sentence,
        one_member("status", token(row->status)));
    co_await add_about(id.value);
    co_return true;
}

Step<bool> TimelineReader::add_posting(PostingId id) {
    const auto row = co_await store::find_posting(s_, tenant_, id);
    if (!row)
        co_return false;
    if (!is_new(id.value) || !may(Scope::postings_read))
        co_return true;
    name("posting", to_string(id), "", posting_text(*row));
    add(EntryKind::posting, id.value, to_string(id), row->created_at, posting_text(*row),
        one_member("subject_id", domain::id_text(row->subject, row->subject_id)));
    co_await add_about(id.value);
    co_return true;
}

Step<bool> TimelineReader::add_delivery(TaskId id) {
    const auto task = co_await store::find_task(s_, tenant_, id);
    if (!task || task->kind != store::task_delivery)
        co_return false;
    name("delivery", to_string(id), "",
         fmt::format("delivery to {}: {}", to_string(EndpointId{task->lane_id}), task->status));
    (void)co_await add_event(EventId{task->subject_id});
    co_return true;
}

Step<bool> TimelineReader::add_endpoint(EndpointId id) {
    const auto row = co_await store::find_endpoint(s_, tenant_, id);
    if (!row)
        co_return false;
    if (!may(Scope::endpoints_read))
        co_return true;
    const std::string sentence = fmt::format("endpoint {}: {}", row->url, row->status);
    name("endpoint", to_string(id), "", sentence);
    add(EntryKind::change, id.value, to_string(id), row->created_at, sentence,
        one_member("status", row->status));
    co_await add_events_about(id.value);
    store::DeliveryFilter filter;
    filter.endpoint = id.value;
    for (const store::TaskRow& task :
         co_await store::list_deliveries(s_, tenant_, filter, INT64_MAX, timeline_of_one_max))
        add(EntryKind::delivery, task.id.value, to_string(task.id), task.created_at,
            fmt::format("owed: {}, attempts: {}", task.status, task.attempts),
            one_member("event_id", to_string(EventId{task.subject_id})));
    co_return true;
}

Step<bool> TimelineReader::add_statement(StatementId id) {
    const auto row = co_await store::find_statement(s_, tenant_, id);
    if (!row)
        co_return false;
    if (!may(Scope::settlements_read))
        co_return true;
    const std::string sentence =
        fmt::format("{} statement {}: {}", row->format, row->number, row->status);
    name("statement", to_string(id), "", sentence);
    add(EntryKind::change, id.value, to_string(id), row->created_at, sentence,
        one_member("status", row->status));
    co_return true;
}

Step<bool> TimelineReader::add_api_key(ApiKeyId id) {
    const auto keys = co_await store::list_api_keys(s_, tenant_);
    const auto key = std::ranges::find(keys, id, &store::ApiKeyRow::id);
    if (key == keys.end())
        co_return false;
    if (!may(Scope::admin))
        co_return true;
    const std::string text = to_string(id);
    name("key", text, "", fmt::format("API key {}, {}", key->name, key->scopes));
    add(EntryKind::change, id.value, text, key->created_at,
        fmt::format("API key {} created", key->name), one_member("scopes", key->scopes));
    if (key->revoked_at)
        add(EntryKind::change, id.value, text, *key->revoked_at, "revoked", "{}", "", 1);
    co_return true;
}

Step<bool> TimelineReader::add_connector(std::string called) {
    auto row = co_await store::find_connector_by_name(s_, tenant_, called);
    if (!row)
        if (const auto id = parse_id<ConnectorIdTag>(called))
            row = co_await store::find_connector(s_, tenant_, *id);
    if (!row)
        co_return false;
    if (!may(Scope::connectors_read))
        co_return true;
    name("connector", to_string(row->id), row->name,
         fmt::format("connector {} of kind {}", row->name, row->kind));
    add(EntryKind::change, row->id.value, to_string(row->id), row->created_at,
        fmt::format("connector {} added", row->name), one_member("kind", row->kind));
    co_await add_events_about(row->id.value);
    co_return true;
}

} // namespace settled::api
