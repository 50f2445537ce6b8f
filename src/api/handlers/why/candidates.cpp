// Why a settlement or a payment is matched, or is not: the nearest of the other side, each with what keeps it apart.
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/handlers/why/named.h"
#include "api/page.h"
#include "match/agreement.h"
#include "units/matching/explain_sentences.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;
using units::ExplainedPair;
using units::Explanation;

constexpr std::size_t candidates_default = 20;
constexpr std::size_t candidates_most = 64;

Result<std::size_t> read_count(const net::Request& request) {
    if (!request.parameter("limit"))
        return candidates_default;
    TRY(const std::size_t limit, read_limit(request));
    if (limit > candidates_most)
        return fail(Code::parameter_invalid, "limit: at most 64");
    return limit;
}

template <class Subject>
struct Explained {
    Subject subject;
    Explanation explanation;
};

Step<std::optional<Explained<domain::Settlement>>>
explain_one(Session& s, const units::Context& context, TenantId tenant,
            std::shared_ptr<const std::string> id, Instant now, std::size_t limit) {
    auto settlement = co_await find_settlement_named(s, tenant, *id);
    if (!settlement)
        co_return std::nullopt;
    auto explanation =
        co_await units::explain_settlement(s, context, tenant, *settlement, now, limit);
    co_return Explained<domain::Settlement>{*std::move(settlement), std::move(explanation)};
}

Step<std::optional<Explained<domain::Payment>>>
explain_one(Session& s, const units::Context& context, TenantId tenant,
            std::shared_ptr<const std::string> id, std::size_t limit) {
    auto payment = co_await find_payment_named(s, tenant, *id);
    if (!payment)
        co_return std::nullopt;
    auto explanation = co_await units::explain_payment(s, context, tenant, *payment, limit);
    co_return Explained<domain::Payment>{*std::move(payment), std::move(explanation)};
}

void write_fields(wire::JsonWriter& w, std::string_view name,
                  const std::vector<match::FieldAgreement>& fields, match::Agreement wanted) {
    w.key(name).array();
    for (const match::FieldAgreement& field : fields)
        if (field.agreement == wanted)
            w.value(field.field);
    w.end();
}

std::optional<std::string_view> veto_of(const ExplainedPair& pair) {
    if (pair.is_ruled_out)
        return "excluded";
    return pair.veto.transform([](match::Veto veto) { return match::token(veto); });
}

void write_comparison(wire::JsonWriter& w, const ExplainedPair& pair) {
    w.member("verdict", token(pair.verdict));
    w.member("rank", pair.rank.transform([](match::Rank rank) { return static_cast<int>(rank); }));
    w.member("rule", pair.rank.transform([](match::Rank rank) { return match::token(rank); }));
    const auto fields = match::agreements(pair.comparison);
    write_fields(w, "agrees", fields, match::Agreement::agrees);
    w.key("differs").array();
    for (const units::Difference& each : units::differences_of(pair)) {
        w.object().member("field", each.field).member("payment", each.payment);
        w.member("settlement", each.settlement).end();
    }
    w.end();
    write_fields(w, "absent", fields, match::Agreement::absent);
    w.member("veto", veto_of(pair));
    w.member("sentence", units::sentence_of(pair));
}

void write_other(wire::JsonWriter& w, const domain::Settlement&, const ExplainedPair& pair) {
    w.member("payment_id", to_string(pair.payment.id)).member("client_id", pair.payment.client_id);
}
void write_other(wire::JsonWriter& w, const domain::Payment&, const ExplainedPair& pair) {
    w.member("settlement_id", to_string(pair.settlement.id));
}

template <class Subject>
std::string shown(const Explained<Subject>& explained, Instant now) {
    const Explanation& explanation = explained.explanation;
    wire::JsonWriter w;
    w.object().member("subject_id", to_string(explained.subject.id));
    write_time(w, "as_of", now);
    w.member("outcome", token(explanation.outcome));
    const std::string_view by = units::decided_by(explanation);
    w.member("decided_by", by.empty() ? std::optional<std::string_view>{} : std::optional(by));
    w.member("sentence", units::sentence_of(explained.subject, explanation));
    w.key("data").array();
    for (const ExplainedPair& pair : explanation.pairs) {
        w.object();
        write_other(w, explained.subject, pair);
        write_comparison(w, pair);
        w.end();
    }
    w.end().member("looked_at", static_cast<std::uint64_t>(explanation.looked_at));
    w.member("limit_reached", explanation.limit_reached).end();
    return std::move(w).text();
}

} // namespace

Task<Result<Answer>> list_settlement_candidates(const Core& core, const Call& call) {
    CO_TRY(const std::size_t limit, read_count(call.request));
    const auto id = std::make_shared<const std::string>(call.id);
    const TenantId tenant = call.caller.tenant;
    const units::Context& context = core.context;
    const Instant now = core.clock.now();
    const auto explained = co_await find_or_404<Explained<domain::Settlement>>(
        core, [=, &context](Session& s) { return explain_one(s, context, tenant, id, now, limit); },
        "settlement");
    if (!explained)
        co_return std::unexpected(explained.error());
    co_return Answer{200, shown(*explained, now)};
}

Task<Result<Answer>> list_payment_candidates(const Core& core, const Call& call) {
    CO_TRY(const std::size_t limit, read_count(call.request));
    const auto id = std::make_shared<const std::string>(call.id);
    const TenantId tenant = call.caller.tenant;
    const units::Context& context = core.context;
    const auto explained = co_await find_or_404<Explained<domain::Payment>>(
        core, [=, &context](Session& s) { return explain_one(s, context, tenant, id, limit); },
        "payment");
    if (!explained)
        co_return std::unexpected(explained.error());
    co_return Answer{200, shown(*explained, core.clock.now())};
}

} // namespace settled::api
