// Calls to connectors' APIs, each with its tries. Nothing secret is in them: tokens and signatures
// are added when a try is sent, and are never stored.
#include "store/queries/calls.h"

#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/money/orders.h"

namespace settled::api {

namespace {

using domain::CallPurpose;
using store::CallRow;
using store::Session;
using store::Step;

// The order, link, return or posting that it is about; "": none, several orders, or it only reads.
std::string subject_of(const CallRow& call) {
    if (call.subject_id == 0)
        return {};
    switch (call.purpose) {
    case CallPurpose::pay:
    case CallPurpose::find_transactions:
    case CallPurpose::find_transaction:
        return to_string(OrderId{call.subject_id});
    case CallPurpose::return_payment:
        return to_string(ReturnId{call.subject_id});
    case CallPurpose::open_account:
    case CallPurpose::disable_account:
    case CallPurpose::list_accounts:
        return to_string(LinkId{call.subject_id});
    case CallPurpose::post_disbursement:
    case CallPurpose::post_repayment:
    case CallPurpose::post_adjustment:
    case CallPurpose::write_loan_fields:
    case CallPurpose::write_booking_fields:
        return to_string(PostingId{call.subject_id});
    case CallPurpose::note_on_loan:
        return to_string(LinkId{call.subject_id});
    case CallPurpose::fetch_content:
        return to_string(NotificationId{call.subject_id});
    case CallPurpose::list_transactions:
        return to_string(CatchUpId{call.subject_id});
    case CallPurpose::request_statement:
    case CallPurpose::download_statement:
        return to_string(StatementRequestId{call.subject_id});
    default: // reads are made for postings, bookings and links
        return {};
    }
}

void write_members(wire::JsonWriter& w, const CallRow& call, const ConnectorNames& names) {
    w.member("id", to_string(call.id)).member("connector", name_of(names, call.connector));
    w.member("purpose", token(call.purpose)).member("subject_id", subject_of(call));
    w.member("status", call.status).member("method", call.request.method);
    w.member("target", call.request.target).member("request_id", call.request_id);
    w.member("tries_made", call.tries).member("unread_replies", call.unread);
    const bool is_queued = call.status == store::call_queued;
    write_time(w, "due_at", is_queued ? std::optional(call.due_at) : std::nullopt);
    write_time(w, "first_sent_at", call.first_sent_at);
    w.member("http_status", call.http_status).member("reply_class", call.reply_class);
    w.member("reason", call.reason);
    write_time(w, "created_at", call.created_at);
    write_time(w, "updated_at", call.updated_at);
}

struct Listed {
    std::vector<CallRow> calls;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, std::shared_ptr<const std::string> status,
                  Page page) {
    Listed listed;
    listed.calls = co_await store::list_calls(s, tenant, *status, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

struct Detail {
    CallRow call;
    ConnectorNames connectors;
    std::vector<store::CallTryRow> tries;
    std::vector<domain::Order> orders; // that it carries
};

Step<std::optional<Detail>> find_detail(Session& s, TenantId tenant, CallId id) {
    auto call = co_await store::find_call(s, tenant, id);
    if (!call)
        co_return std::nullopt;
    Detail detail{*std::move(call), {}, {}, {}};
    detail.connectors = co_await connector_names(s, tenant);
    detail.tries = co_await store::tries_of(s, tenant, id);
    if (detail.call.purpose == CallPurpose::pay)
        detail.orders = co_await store::orders_of_call(s, tenant, id);
    co_return detail;
}

std::string shown(const Detail& detail) {
    wire::JsonWriter w;
    w.object();
    write_members(w, detail.call, detail.connectors);
    w.member("body", detail.call.request.body); // as text: it is signed byte for byte
    w.key("order_ids").array();
    for (const domain::Order& order : detail.orders)
        w.value(to_string(order.id));
    w.end().key("tries").array();
    for (const store::CallTryRow& each : detail.tries) {
        w.object().member("number", each.number);
        write_time(w, "started_at", each.started_at);
        w.member("latency_us", each.latency_us).member("http_status", each.http_status);
        w.member("outcome", each.outcome).member("reply", each.reply).end();
    }
    w.end().end();
    return std::move(w).text();
}

} // namespace

Task<Result<Answer>> list_calls(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, CallIdTag::prefix));
    CO_TRY(std::string wanted,
           read_choice(call.request, "status",
                       {store::call_queued, store::call_done, store::call_refused,
                        store::call_unclear, store::call_cancelled}));
    const auto status = std::make_shared<const std::string>(std::move(wanted));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, status, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->calls, [&](wire::JsonWriter& w, const CallRow& row) {
        w.object();
        write_members(w, row, found->connectors);
        w.end();
    });
}

Task<Result<Answer>> get_call(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<CallIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find_detail(s, tenant, id); }, "call");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

} // namespace settled::api
