#include "store/queries/money/payments.h"
#include "api/body.h"
#include "api/change.h"
#include "api/feed.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_filters.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "payloads/payment_reader.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/settlements.h"
#include "units/learning/mint.h"
#include "units/payments/register_payment.h"
#include "wire/time.h"

#include <algorithm>

namespace settled::api {

namespace {

using store::Session;
using store::Step;

// A payment with what became of it.
struct Detail {
    domain::Payment payment;
    std::optional<domain::Match> match; // the last that lives; more than one if it came in parts
    std::optional<domain::Settlement> settlement; // there with the match
};

Step<Detail> detail_of(Session& s, TenantId tenant, domain::Payment payment) {
    Detail detail{std::move(payment), std::nullopt, std::nullopt};
    if (detail.payment.status == domain::PaymentStatus::expected)
        co_return detail;
    const auto matches = co_await store::matches_of_payment(s, tenant, detail.payment.id);
    if (matches.empty())
        co_return detail;
    detail.match = matches.back();
    detail.settlement = co_await store::find_settlement(s, tenant, detail.match->settlement_id);
    co_return detail;
}

using Warnings = std::vector<learn::Warning>;

// `warnings`: of the call that registered it; nullptr: it is only shown.
std::string shown(const Detail& detail, const Warnings* warnings = nullptr) {
    wire::JsonWriter w;
    w.object();
    write_payment_members(w, detail.payment);
    if (warnings != nullptr) {
        w.key("warnings").array();
        for (const learn::Warning warning : *warnings)
            w.value(token(warning));
        w.end();
    }
    w.key("settlement");
    if (detail.settlement)
        write_settlement(w, *detail.settlement);
    else
        w.null();
    w.key("match");
    if (detail.match)
        write_match(w, *detail.match);
    else
        w.null();
    w.end();
    return std::move(w).text();
}

Answer ignored(std::string_view client_id, std::string_view reason) {
    wire::JsonWriter w;
    w.object().member("client_id", client_id).member("status", "ignored");
    w.member("reason", reason).end();
    return {202, std::move(w).text()};
}

Result<payloads::PaymentRequest> read_request(const net::Request& request) {
    if (media_type(request) == payloads::yapily_content_type)
        return payloads::read_payment_text(payloads::PaymentFormat::yapily, request.body);
    TRY(const auto document, json_body(request));
    return payloads::read_payment(document.root());
}

// Which members are not those of the payment that has this id. Our own form is pointed into; a
// provider's has other names for them.
Error conflict_of(const units::Registration& given, const domain::Payment& registered) {
    Error error{Code::payment_conflict, ""};
    for (const std::string_view member : domain::differences(given.payment, registered)) {
        error.detail.append(error.detail.empty() ? "it differs in " : ", ").append(member);
        std::string pointer = "/" + std::string(member);
        std::ranges::replace(pointer, '.', '/');
        error.problems.push_back(
            {std::move(pointer), Code::payment_conflict, "it was registered with another value"});
    }
    error.detail += error.detail.empty() ? "" : "; ";
    error.detail += "give the payment an id of its own, or send it as it was";
    return error;
}

Step<Result<Answer>> register_one(Session& s, const units::Context& context,
                                  std::shared_ptr<const units::Registration> given) {
    using Kind = units::Registered::Kind;
    const auto registered = co_await units::register_payment(s, context, given);
    if (registered.kind == Kind::ignored)
        co_return ignored(given->payment.client_id,
                          given->payment.has_failed ? "payment_failed" : "payee_unknown");
    if (registered.kind == Kind::purged)
        co_return fail(Code::payment_purged, "the payment of this client_id was purged " +
                                                 wire::to_rfc3339(registered.purged_at) +
                                                 ": give the new payment an id of its own");
    if (registered.kind == Kind::conflict)
        co_return std::unexpected(conflict_of(*given, registered.payment));
    const Detail detail = co_await detail_of(s, given->tenant, registered.payment);
    const Warnings warnings =
        co_await units::preflight(s, context, given->tenant, registered.payment);
    co_return Answer{registered.kind == Kind::created ? 201 : 200, shown(detail, &warnings)};
}

Step<Result<Answer>> ignore(std::shared_ptr<const units::Registration> given,
                            std::string_view reason) {
    co_return ignored(given->payment.client_id, reason);
}

// By our id, or by the client's.
Step<std::optional<Detail>> find(Session& s, TenantId tenant,
                                 std::shared_ptr<const std::string> id) {
    std::optional<domain::Payment> payment;
    if (const auto ours = parse_id<PaymentIdTag>(*id))
        payment = co_await store::find_payment(s, tenant, *ours);
    if (!payment) {
        auto registered = co_await store::find_payment_by_client_id(s, tenant, *id);
        if (registered)
            payment = std::move(registered->payment);
    }
    if (!payment)
        co_return std::nullopt;
    co_return co_await detail_of(s, tenant, *std::move(payment));
}

using Payments = std::vector<domain::Payment>;

Task<Result<Answer>> list_filtered(const Core& core, TenantId tenant, MoneyFilter asked,
                                   Page page) {
    using Found = FilteredPage<domain::Payment>;
    const auto filter = std::make_shared<const MoneyFilter>(std::move(asked));
    const Result<Found> found = co_await core.store.read<Found>(
        [=](Session& s) { return filtered_payments(s, tenant, filter, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return filtered_answer(*found, PaymentIdTag::prefix, write_payment);
}

} // namespace

Task<Result<Answer>> create_payment(const Core& core, const Call& call) {
    CO_TRY(payloads::PaymentRequest request, read_request(call.request));
    const std::string_view ignored_because = payloads::ignored_because(request);
    const auto given = std::make_shared<const units::Registration>(
        call.caller.tenant, std::move(request.payment), core.clock.now(), core.clock.wall());
    const units::Context& context = core.context;
    Change unit = [given, &context](Session& s) { return register_one(s, context, given); };
    if (!ignored_because.empty())
        unit = [=](Session&) { return ignore(given, ignored_because); };
    co_return co_await change(core, call, std::move(unit), units::locks_of(context, *given));
}

Task<Result<Answer>> list_payments(const Core& core, const Call& call) {
    CO_TRY(const auto forward,
           read_forward(call.request,
                        {"status", "account", "reference", "end_to_end_id", "amount", "currency",
                         "payer", "institution", "created_after", "created_before"}));
    if (forward)
        co_return co_await answer_forward<domain::Payment>(core, call.caller.tenant,
                                                           store::Feed::payments, *forward,
                                                           store::payments_after, write_payment);
    CO_TRY(const Page page, read_page(call.request, PaymentIdTag::prefix));
    CO_TRY(std::string status, read_choice(call.request, "status",
                                           {"expected", "settled", "partially_settled", "overdue",
                                            "returned", "cancelled"}));
    CO_TRY(MoneyFilter asked, read_money_filter(call.request, "created"));
    asked.status = status;
    const TenantId tenant = call.caller.tenant;
    if (asked.is_detailed())
        co_return co_await list_filtered(core, tenant, std::move(asked), page);
    const auto filter =
        std::make_shared<const store::PaymentFilter>(std::move(status), std::move(asked.account));
    const Result<Payments> found = co_await core.store.read<Payments>([=](Session& s) {
        return store::list_payments(s, tenant, *filter, page.before, page.wanted());
    });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_payment);
}

Task<Result<Answer>> get_payment(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const auto id = std::make_shared<const std::string>(call.id);
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find(s, tenant, id); }, "payment");
    if (!detail)
        co_return std::unexpected(detail.error());
    co_return Answer{200, shown(*detail)};
}

} // namespace settled::api
