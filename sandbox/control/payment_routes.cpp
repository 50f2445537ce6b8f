#include "sandbox/control/bank_areas.h"
#include "sandbox/control/rules_and_faults.h"
#include "sandbox/control/show_ledger.h"
#include "sandbox/sandbox.h"

namespace settled::sandbox {

namespace {

Answer done(const Result<>& result) {
    TRY_VOID(result);
    return empty_answer(204);
}

Answer set_rules(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    TRY(std::vector<PaymentRule> rules, read_payment_rules(Input(document.root())));
    sandbox.payment_rules().set(std::move(rules));
    return empty_answer(204);
}

Answer set_funds(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"amount"}));
    TRY(const std::string digits, input.text("amount"));
    TRY(const Money funds, parse_money(digits, *Currency::parse("GBP")));
    sandbox.ledger().set_balance(funds.minor);
    return empty_answer(204);
}

Answer set_query_lag(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"lag_ms"}));
    constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;
    TRY(const std::int64_t lag, input.integer_or("lag_ms", 0, 0, day_ms));
    sandbox.bank_api().set_query_lag(std::chrono::milliseconds(lag));
    return empty_answer(204);
}

// The code of a rejection or return, where the body gives one.
Result<std::string> read_code(const std::string& body, std::string_view otherwise) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body.empty() ? "{}" : body));
    const Input input(document.root());
    TRY_VOID(input.only({"code"}));
    return input.text_or("code", otherwise);
}

std::optional<Answer> held_payment(Sandbox& sandbox, const Path& path) {
    if (path[2] == "release")
        return done(sandbox.payments().release(path[1]));
    if (path[2] == "decline")
        return done(sandbox.payments().decline(path[1]));
    return std::nullopt;
}

Answer with_code(Sandbox& sandbox, const std::string& body, const Path& path) {
    TRY(const std::string code, read_code(body, "AC03"));
    return done(path[2] == "return" ? sandbox.payments().return_to_us(path[1], code)
                                    : sandbox.payments().reject(path[1], code));
}

std::optional<Answer> one_payment(Sandbox& sandbox, const std::string& body, const Path& path) {
    if (path[2] == "settle")
        return done(sandbox.payments().settle(path[1]));
    if (path[2] == "return" || path[2] == "reject")
        return with_code(sandbox, body, path);
    return std::nullopt;
}

} // namespace

std::optional<Answer> control_bank_payments(Sandbox& sandbox, const net::Request& request,
                                            const Path& path) {
    const bool put = request.method == "PUT";
    if (path == Path{"payment-rules"} && put)
        return set_rules(sandbox, request.body);
    if (path == Path{"payment-rules"} && request.method == "GET")
        return json_answer(200, show_payment_rules(sandbox.payment_rules()));
    if (path == Path{"funds"} && put)
        return set_funds(sandbox, request.body);
    if (path == Path{"query-lag"} && put)
        return set_query_lag(sandbox, request.body);
    if (path.size() != 3 || request.method != "POST")
        return std::nullopt;
    if (path[0] == "held")
        return held_payment(sandbox, path);
    return path[0] == "payments" ? one_payment(sandbox, request.body, path) : std::nullopt;
}

} // namespace settled::sandbox
