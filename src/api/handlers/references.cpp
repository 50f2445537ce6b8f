#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "base/iban.h"
#include "base/limits.h"
#include "payloads/bounds.h"
#include "payloads/reader.h"
#include "units/learning/mint.h"

namespace settled::api {

namespace {

using store::Session;
using store::Step;

// Of eight, one is free even on an account where a tenth of all beginnings were taken.
constexpr std::size_t candidates = 8;
constexpr std::int64_t days_default = 30;
constexpr std::int64_t days_max = 365;

void read_account(payloads::Reader& in, units::MintOrder& order) {
    constexpr std::size_t bytes_max = payloads::bounds::account_text_bytes_max;
    order.account_id = in.optional_text("id", limits::text_bytes_max);
    const auto iban = in.take("iban", bytes_max, parse_iban);
    const auto sort_code = in.take("sort_code", bytes_max, parse_sort_code);
    const auto number = in.take("account_number", bytes_max, parse_account_number);
    if (in.failed())
        return;
    if (sort_code.has_value() != number.has_value())
        return in.missing(sort_code ? "account_number" : "sort_code");
    const int given = (order.account_id.empty() ? 0 : 1) + (iban ? 1 : 0) + (number ? 1 : 0);
    if (given == 0)
        return in.missing("iban");
    if (given > 1)
        return in.refuse(Code::value_invalid, "",
                         "give one of id, iban, and sort_code with account_number");
    if (iban)
        order.account_key = account_key(*iban);
    else if (number)
        order.account_key = account_key(*sort_code, *number);
}

struct Wanted {
    units::MintOrder order;
    learn::ReferenceFormat mold;
};

Result<Wanted> read_request(const wire::Json& root) {
    Wanted wanted;
    payloads::Reader in(root);
    in.object("account", [&](payloads::Reader& account) { read_account(account, wanted.order); });
    wanted.order.scheme = learn::scheme_of(in.text("scheme", limits::text_bytes_max));
    const std::string stem = in.optional_text("stem", limits::text_bytes_max);
    const auto length = in.optional_integer("length", 1, 140);
    const auto days = in.optional_integer("expires_in_days", 1, days_max);
    TRY_VOID(in.finish());
    TRY(wanted.mold, learn::reference_format(wanted.order.scheme, stem,
                                             static_cast<std::size_t>(length.value_or(0))));
    wanted.order.expires_at = {
        std::chrono::microseconds(std::chrono::days(days.value_or(days_default))).count()};
    return wanted;
}

std::vector<std::string> make_candidates(const learn::ReferenceFormat& mold, Rng& rng) {
    std::vector<std::string> made;
    Bytes random(mold.random_chars());
    while (made.size() < candidates) {
        rng.fill(random);
        std::string reference = learn::make_reference(mold, random);
        if (learn::is_usable(reference))
            made.push_back(std::move(reference));
    }
    return made;
}

Answer shown(const units::Minted& minted) {
    wire::JsonWriter w;
    w.object().member("id", to_string(minted.row.id)).member("reference", minted.row.reference);
    w.member("scheme", minted.row.scheme).key("account").object();
    w.member("id", to_string(minted.account.id)).member("iban", minted.account.iban);
    w.member("sort_code", minted.account.sort_code);
    w.member("account_number", minted.account.account_number).end();
    write_time(w, "created_at", minted.row.created_at);
    write_time(w, "expires_at", minted.row.expires_at);
    w.end();
    return {201, std::move(w).text()};
}

Step<Result<Answer>> mint(Session& s, const units::Context& context,
                          std::shared_ptr<const units::MintOrder> order) {
    using Kind = units::Minted::Kind;
    const auto minted = co_await units::mint_reference(s, context, order);
    if (minted.kind == Kind::account_unknown)
        co_return fail(Code::value_invalid,
                       "account: give an account of yours; GET /v1/accounts lists them");
    if (minted.kind == Kind::all_taken)
        co_return fail(Code::limit_reached, "nothing is free that begins so; give a shorter stem");
    co_return shown(minted);
}

} // namespace

Task<Result<Answer>> create_reference(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(Wanted wanted, read_request(document.root()));
    units::MintOrder& order = wanted.order;
    order.tenant = call.caller.tenant;
    order.candidates = make_candidates(wanted.mold, core.rng);
    order.now = core.clock.now();
    order.expires_at = {order.now.us + order.expires_at.us};
    const auto shared = std::make_shared<const units::MintOrder>(std::move(order));
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [shared, &context](Session& s) { return mint(s, context, shared); });
}

} // namespace settled::api
