#include "sandbox/control/bank_areas.h"
#include "sandbox/control/control.h"
#include "sandbox/control/orders.h"
#include "sandbox/control/paging.h"
#include "sandbox/control/show.h"

#include "sandbox/bounds.h"
#include "sandbox/sandbox.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::sandbox {

namespace {

void name_owner(Sandbox& sandbox, SettledPayment& payment) {
    const VirtualAccount* const account = sandbox.accounts().by_iban(payment.account_iban);
    if (account != nullptr && payment.account_owner.empty())
        payment.account_owner = account->owner_name;
}

Answer settle(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"account", "owner", "amount", "currency", "scheme", "reference",
                         "end_to_end_id", "uetr", "payer", "is_return", "direction", "mutations",
                         "duplicates", "tamper", "attempts_max"}));
    TRY(SettleOrder order, read_settle_order(input));
    name_owner(sandbox, order.payment);
    Payload payload = sandbox.payments().take_in(order.payment);
    const std::string transaction_id = payload.label;
    TRY(const std::vector<std::int64_t> ids,
        sandbox.sender().submit(std::move(payload), order.send));
    return json_answer(202, show_submitted(ids, transaction_id));
}

// Signing what is held takes about 1 ms each: between a few of them others get their turn.
Task<Answer> settle_batch(Sandbox& sandbox, const net::Request& request) {
    CO_TRY(const wire::JsonDocument document, wire::JsonDocument::parse(request.body));
    const Input input(document.root());
    CO_TRY_VOID(
        input.only({"account", "owner", "amount", "currency", "scheme", "reference",
                    "end_to_end_id", "payer", "is_return", "direction", "mutations", "duplicates",
                    "tamper", "attempts_max", "count", "first", "amount_spread"}));
    CO_TRY(SettleOrder order, read_settle_order(input));
    CO_TRY(const Series series, read_series(input));
    name_owner(sandbox, order.payment);
    std::int64_t first_id = 0;
    std::int64_t last_id = 0;
    for (std::size_t i = 0; i < series.count; ++i) {
        const SettledPayment payment =
            item_of(order, series, series.first + static_cast<std::int64_t>(i));
        Payload payload = sandbox.payments().take_in(payment);
        CO_TRY(const std::vector<std::int64_t> ids,
               sandbox.sender().submit(std::move(payload), order.send));
        first_id = first_id == 0 ? ids.front() : first_id;
        last_id = ids.back();
        if (i % bounds::signatures_per_turn == 0)
            co_await boost::asio::post(sandbox.io(), boost::asio::use_awaitable);
    }
    co_return json_answer(202, show_batch(series.count, first_id, last_id));
}

Answer send_raw(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    TRY(RawOrder order, read_raw_order(Input(document.root())));
    const std::string label = order.payload.label;
    TRY(const std::vector<std::int64_t> ids,
        sandbox.sender().submit(std::move(order.payload), order.send));
    return json_answer(202, show_submitted(ids, label));
}

Answer release(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body.empty() ? "{}" : body));
    TRY(const ReleaseOptions options, read_release(Input(document.root())));
    TRY(const std::size_t count, sandbox.sender().release(options));
    return json_answer(202, show_batch(count, 0, 0));
}

Answer duplicate_webhooks(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"duplicates"}));
    TRY(const std::int64_t duplicates,
        input.integer_or("duplicates", 0, 0, std::int64_t{bounds::duplicates_max}));
    sandbox.sender().duplicate_all(static_cast<std::size_t>(duplicates));
    return empty_answer(204);
}

Answer silence(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"silent"}));
    TRY(const bool silent, input.flag_or("silent", false));
    sandbox.sender().silence(silent);
    return empty_answer(204);
}

Answer list_webhooks(Sandbox& sandbox, const net::Request& request) {
    std::optional<WebhookState> state;
    if (const auto word = request.parameter("state")) {
        for (std::size_t i = 0; i < sandbox.sender().summary().by_state.size(); ++i)
            if (token(static_cast<WebhookState>(i)) == *word)
                state = static_cast<WebhookState>(i);
        if (!state)
            return fail(Code::parameter_invalid, "no such state");
    }
    const Page page = page_of(request);
    return json_answer(200, show_webhooks(sandbox.sender().list(page.after, page.limit, state)));
}

Answer one_webhook(Sandbox& sandbox, const net::Request& request, const Path& path) {
    const std::int64_t id = number_in(path[1]).value_or(0);
    if (path.size() == 2 && request.method == "GET") {
        const WebhookRecord* const webhook = sandbox.sender().find(id);
        if (webhook == nullptr)
            return fail(Code::not_found, "no such webhook");
        return json_answer(200, show_webhook(*webhook));
    }
    if (path.size() == 3 && path[2] == "again" && request.method == "POST") {
        TRY(const std::int64_t copy, sandbox.sender().send_again(id));
        return json_answer(202, show_submitted({copy}, {}));
    }
    return fail(Code::route_unknown);
}

Answer route(Sandbox& sandbox, const net::Request& request, const Path& path) {
    for (const BankArea& other :
         {control_bank_payments, control_bank_bacs, control_bank_accounts, control_bank_faults,
          control_bank_ledger, control_bank_statements})
        if (std::optional<Answer> answer = other(sandbox, request, path))
            return *std::move(answer);
    const std::string area = path.empty() ? std::string() : path[0];
    const bool alone = path.size() == 1;
    const bool post = request.method == "POST";
    const bool get = request.method == "GET";
    if (area == "payments" && alone && post)
        return settle(sandbox, request.body);
    if (area == "webhooks" && alone && post)
        return send_raw(sandbox, request.body);
    if (area == "webhooks" && alone && get)
        return list_webhooks(sandbox, request);
    if (area == "webhooks" && path.size() > 1)
        return one_webhook(sandbox, request, path);
    if (area == "summary" && alone && get)
        return json_answer(200, show_summary(sandbox.sender()));
    if (area == "hold" && alone && post) {
        sandbox.sender().hold();
        return empty_answer(204);
    }
    if (area == "silence" && alone && request.method == "PUT")
        return silence(sandbox, request.body);
    if (area == "webhook-duplicates" && alone && request.method == "PUT")
        return duplicate_webhooks(sandbox, request.body);
    if (area == "release" && alone && post)
        return release(sandbox, request.body);
    return fail(Code::route_unknown);
}

} // namespace

Task<net::Response> control_bank(Sandbox& sandbox, const net::Request& request, Path path) {
    Answer answer = net::Response();
    if (path == Path{"payments", "batch"} && request.method == "POST")
        answer = co_await settle_batch(sandbox, request);
    else
        answer = route(sandbox, request, path);
    co_return answer ? *std::move(answer) : problem(answer.error());
}

} // namespace settled::sandbox
