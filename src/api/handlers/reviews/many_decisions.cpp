// Several reviews decided in one call. Each decision is the call that decides one review, made by
// itself: a unit of its own, with its own entry in the changes.
#include "api/body.h"
#include "api/core.h"
#include "api/handlers/console_handlers.h"
#include "api/handlers/handlers.h"
#include "api/problem.h"
#include "crypto/hash.h"
#include "payloads/reader.h"
#include "wire/json_writer.h"
#include "wire/money.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

namespace settled::api {

namespace {

constexpr std::size_t decisions_max = 100;
constexpr std::size_t parts_max = 8; // as a split alone takes
constexpr std::string_view key_field = "Idempotency-Key";

struct Kind {
    std::string_view name;
    std::string_view pattern;
    Handler handler;
};
constexpr std::array<Kind, 4> kinds{{
    {"accept", "/v1/reviews/{id}/accept", accept_review},
    {"split", "/v1/reviews/{id}/split", split_review},
    {"reject", "/v1/reviews/{id}/reject", reject_review},
    {"close", "/v1/reviews/{id}/close", close_review},
}};

struct Part {
    std::string payment;
    std::optional<Money> amount;
};

struct One {
    std::string review;
    const Kind* kind = nullptr;
    std::string payment;     // with accept
    std::vector<Part> parts; // with split
};

struct Wanted {
    std::vector<One> decisions;
    std::string reason;
    bool dry_run = false;
};

void read_part(payloads::Reader& in, std::vector<Part>& parts) {
    Part part;
    part.payment = in.text("payment_id", limits::client_id_bytes_max);
    if (in.has("amount"))
        part.amount = in.money("amount");
    parts.push_back(std::move(part));
}

void read_one(payloads::Reader& in, std::vector<One>& decisions) {
    One one;
    one.review = in.text("review_id", limits::client_id_bytes_max);
    const std::string name = in.text("decision", limits::client_id_bytes_max);
    one.payment = in.optional_text("payment_id", limits::client_id_bytes_max);
    if (in.has("payments"))
        in.objects("payments", parts_max,
                   [&](payloads::Reader& part) { read_part(part, one.parts); });
    for (const Kind& kind : kinds)
        if (kind.name == name)
            one.kind = &kind;
    if (!name.empty() && one.kind == nullptr)
        in.refuse(Code::value_invalid, "decision", "give accept, split, reject or close");
    else if (name == "split" && !in.has("payments"))
        in.missing("payments");
    else if (name != "split" && in.has("payments"))
        in.refuse(Code::value_invalid, "payments",
                  "only the decision split takes payments; leave them out");
    else if (name == "accept" && one.payment.empty())
        in.missing("payment_id");
    else if (name != "accept" && !one.payment.empty())
        in.refuse(Code::value_invalid, "payment_id", "it goes with accept");
    decisions.push_back(std::move(one));
}

Result<Wanted> read_wanted(const net::Request& request) {
    TRY(const auto document, json_body(request));
    payloads::Reader in(document.root());
    Wanted wanted;
    in.objects("decisions", decisions_max,
               [&](payloads::Reader& one) { read_one(one, wanted.decisions); });
    wanted.reason = in.text("reason", limits::text_bytes_max);
    wanted.dry_run = in.optional_flag("dry_run");
    TRY_VOID(in.finish());
    return wanted;
}

// Of one decision: the same for the same place in the same call.
std::string key_of(std::string_view key, std::size_t place) {
    const crypto::Digest digest = crypto::sha256(fmt::format("{}/{}", place, key));
    std::string text;
    for (const std::uint8_t byte : digest)
        text += fmt::format("{:02x}", byte);
    return text;
}

void write_parts(wire::JsonWriter& w, const std::vector<Part>& parts) {
    w.key("payments").array();
    for (const Part& part : parts) {
        w.object().member("payment_id", part.payment);
        if (part.amount)
            wire::write_money(w, "amount", *part.amount);
        w.end();
    }
    w.end();
}

std::string body_of(const Wanted& wanted, const One& one) {
    wire::JsonWriter w;
    w.object();
    if (!one.payment.empty())
        w.member("payment_id", one.payment);
    if (!one.parts.empty())
        write_parts(w, one.parts);
    w.member("reason", wanted.reason);
    if (wanted.dry_run)
        w.member("dry_run", true);
    w.end();
    return std::move(w).text();
}

Task<Result<Answer>> decide(const Core& core, const Call& call, const Wanted& wanted,
                            std::size_t place) {
    const One& one = wanted.decisions[place];
    net::Request request;
    request.method = "POST";
    request.target = request.path = fmt::format("/v1/reviews/{}/{}", one.review, one.kind->name);
    request.fields.add("Content-Type", "application/json");
    if (const auto key = call.request.fields.find(key_field))
        request.fields.add(key_field, key_of(*key, place));
    request.body = body_of(wanted, one);
    request.request_id = call.request.request_id;
    const Call inner{request, call.caller, one.review, one.kind->pattern};
    co_return co_await one.kind->handler(core, inner);
}

void write_outcome(wire::JsonWriter& w, const One& one, const Result<Answer>& outcome) {
    w.object().member("review_id", one.review).member("decision", one.kind->name);
    w.member("outcome", outcome ? "done" : "refused");
    w.member("status", outcome ? outcome->status : info(outcome.error().code).http_status);
    w.key("result");
    if (outcome)
        w.raw(outcome->body).key("code").null().key("detail").null();
    else
        w.null().member("code", info(outcome.error().code).token);
    if (!outcome) {
        const bool is_ours = info(outcome.error().code).http_status == 500;
        const std::string& detail = outcome.error().detail;
        w.member("detail", is_ours || detail.empty() ? std::string(info(outcome.error().code).title)
                                                     : detail);
    }
    w.end();
}

// What concerns the whole call, and not one decision: the rest would meet it, too.
bool ends_all(const Error& error) {
    const int status = info(error.code).http_status;
    return status >= 500 || error.code == Code::idempotency_key_invalid;
}

} // namespace

Task<Result<Answer>> decide_reviews(const Core& core, const Call& call) {
    CO_TRY(const Wanted wanted, read_wanted(call.request));
    wire::JsonWriter outcomes;
    outcomes.array();
    std::int64_t done = 0;
    for (std::size_t place = 0; place < wanted.decisions.size(); ++place) {
        const Result<Answer> outcome = co_await decide(core, call, wanted, place);
        if (!outcome && place == 0 && ends_all(outcome.error()))
            co_return outcome;
        done += outcome ? 1 : 0;
        write_outcome(outcomes, wanted.decisions[place], outcome);
    }
    outcomes.end();
    wire::JsonWriter w;
    w.object().member("dry_run", wanted.dry_run).member("done", done);
    w.member("refused", static_cast<std::int64_t>(wanted.decisions.size()) - done);
    w.key("data").raw(outcomes.text()).end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
