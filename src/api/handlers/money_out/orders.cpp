#include "store/queries/money/orders.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/page.h"
#include "payloads/client_id.h"
#include "payloads/order_reader.h"
#include "payloads/reader.h"
#include "units/calls/bank.h"
#include "units/orders/register_order.h"
#include "units/orders/rule_on_order.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using FoundBank = std::optional<units::Bank>;

// The connector that the body names, whose settings say how its texts are read.
Task<Result<FoundBank>> bank_named(const Core& core, TenantId tenant, const wire::Json& body) {
    const auto member = body.member("connector");
    const auto name =
        std::make_shared<const std::string>(member ? member->string().value_or("") : "");
    co_return co_await core.store.read<FoundBank>(
        [=](Session& s) -> Step<FoundBank> { return units::find_bank(s, tenant, *name); });
}

Step<Result<Answer>> answer_of(Session& s, TenantId tenant, Result<units::OrderAnswer> done) {
    if (!done)
        co_return std::unexpected(done.error());
    const OrderDetail detail = co_await order_detail(s, tenant, std::move(done->order));
    co_return Answer{done->is_new ? 202 : 200, shown(detail)};
}

Step<Result<Answer>> create(Session& s, const units::Context& context,
                            std::shared_ptr<const units::OrderRequest> request) {
    auto done = co_await units::register_order(s, context, request);
    co_return co_await answer_of(s, request->tenant, std::move(done));
}

// By our id, or by the client's.
Step<std::optional<domain::Order>> find(Session& s, TenantId tenant,
                                        std::shared_ptr<const std::string> id) {
    if (const auto ours = parse_id<OrderIdTag>(*id))
        co_return co_await store::find_order(s, tenant, *ours);
    auto registered = co_await store::find_order_by_client_id(s, tenant, *id);
    co_return registered ? std::optional(std::move(registered->order)) : std::nullopt;
}

Step<std::optional<OrderDetail>> find_detail(Session& s, TenantId tenant,
                                             std::shared_ptr<const std::string> id) {
    auto order = co_await find(s, tenant, std::move(id));
    if (!order)
        co_return std::nullopt;
    co_return co_await order_detail(s, tenant, *std::move(order));
}

// What is done about an order that is there.
struct Wish {
    TenantId tenant;
    std::shared_ptr<const std::string> id;
    std::string client_id; // of the retry
    std::string caller;
    Instant now;
};
using WishPtr = std::shared_ptr<const Wish>;

WishPtr wish_of(const Core& core, const Call& call, std::string client_id = {}) {
    return std::make_shared<const Wish>(call.caller.tenant,
                                        std::make_shared<const std::string>(call.id),
                                        std::move(client_id), call.caller.name, core.clock.now());
}

std::unexpected<Error> no_order() {
    return fail(Code::not_found, "there is no such order");
}

Step<Result<Answer>> cancel(Session& s, const units::Context& context, WishPtr wish) {
    const auto order = co_await find(s, wish->tenant, wish->id);
    if (!order)
        co_return no_order();
    auto done = co_await units::cancel_order(s, context, wish->tenant, order->id, wish->now);
    co_return co_await answer_of(s, wish->tenant, std::move(done));
}

Step<Result<Answer>> retry(Session& s, const units::Context& context, WishPtr wish) {
    const auto order = co_await find(s, wish->tenant, wish->id);
    if (!order)
        co_return no_order();
    auto done = co_await units::retry_order(s, context, wish->tenant, order->id, wish->client_id,
                                            wish->now, wish->caller);
    co_return co_await answer_of(s, wish->tenant, std::move(done));
}

Result<std::string> read_client_id(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    auto id = in.take("client_id", limits::client_id_bytes_max, [](std::string_view text) {
        return payloads::parse_client_id_beside(OrderIdTag::prefix, text);
    });
    if (!in.has("client_id"))
        in.missing("client_id");
    TRY_VOID(in.finish());
    return *std::move(id);
}

struct Listed {
    std::vector<domain::Order> orders;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, std::shared_ptr<const std::string> status,
                  Page page) {
    Listed listed;
    listed.orders = co_await store::list_orders(s, tenant, *status, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

} // namespace

Task<Result<Answer>> create_order(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    const TenantId tenant = call.caller.tenant;
    CO_TRY(const FoundBank bank, co_await bank_named(core, tenant, document.root()));
    CO_TRY(domain::NewOrder order,
           payloads::read_order(document.root(),
                                {bank && bank->settings.transliterate, core.context.modulus}));
    const auto request = std::make_shared<const units::OrderRequest>(
        tenant, std::move(order), std::nullopt, core.clock.now(), call.caller.name);
    const units::Context& context = core.context;
    store::Locks locks;
    if (bank)
        locks.add(store::Lock::calls(tenant, bank->id));
    co_return co_await change(
        core, call, [request, &context](Session& s) { return create(s, context, request); }, locks);
}

Task<Result<Answer>> list_orders(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, OrderIdTag::prefix));
    CO_TRY(std::string wanted, read_choice(call.request, "status",
                                           {"queued", "submitted", "held", "settled", "rejected",
                                            "returned", "in_doubt", "needs_review", "cancelled"}));
    const auto status = std::make_shared<const std::string>(std::move(wanted));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, status, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->orders,
                          [&](wire::JsonWriter& w, const domain::Order& order) {
                              write_order(w, order, found->connectors);
                          });
}

Task<Result<Answer>> get_order(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const auto id = std::make_shared<const std::string>(call.id);
    const Result<OrderDetail> detail = co_await find_or_404<OrderDetail>(
        core, [=](Session& s) { return find_detail(s, tenant, id); }, "order");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

Task<Result<Answer>> cancel_order(const Core& core, const Call& call) {
    CO_TRY_VOID(no_body(call.request));
    const WishPtr wish = wish_of(core, call);
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [wish, &context](Session& s) { return cancel(s, context, wish); });
}

Task<Result<Answer>> retry_order(const Core& core, const Call& call) {
    CO_TRY(std::string client_id, read_client_id(call.request));
    const WishPtr wish = wish_of(core, call, std::move(client_id));
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [wish, &context](Session& s) { return retry(s, context, wish); });
}

} // namespace settled::api
