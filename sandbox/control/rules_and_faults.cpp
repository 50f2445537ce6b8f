#include "sandbox/control/rules_and_faults.h"

#include "sandbox/bounds.h"

#include <array>

namespace settled::sandbox {

namespace {

constexpr std::int64_t count_limit = 1'000'000;
constexpr std::int64_t wait_ms_max = 24 * 60 * 60 * 1000;

Result<std::uint64_t> read_count(const Input& input, std::string_view name, std::int64_t otherwise,
                                 std::int64_t min) {
    TRY(const std::int64_t count, input.integer_or(name, otherwise, min, count_limit));
    return static_cast<std::uint64_t>(count);
}

Result<std::chrono::milliseconds> read_wait(const Input& input, std::string_view name) {
    TRY(const std::int64_t wait, input.integer_or(name, 0, 0, wait_ms_max));
    return std::chrono::milliseconds(wait);
}

Result<Outcome> read_outcome(const Input& input, bool of_returns) {
    TRY(const std::string word, input.text("outcome"));
    for (std::size_t i = 0; i < outcomes; ++i) {
        const auto outcome = static_cast<Outcome>(i);
        if (token(outcome) != word)
            continue;
        const bool of_payments_only = outcome == Outcome::assessment ||
                                      outcome == Outcome::validation ||
                                      outcome == Outcome::item_response;
        if (of_returns && of_payments_only)
            break;
        return outcome;
    }
    return fail(Code::value_invalid, "outcome is none that there is");
}

// The member that says how the outcome is worded; empty: it needs none.
std::string_view detail_member(Outcome outcome) {
    switch (outcome) {
    case Outcome::reject:
        return "code";
    case Outcome::assessment:
    case Outcome::validation:
        return "text";
    case Outcome::item_response:
        return "word";
    default:
        return {};
    }
}

Result<Treatment> read_treatment(const Input& input, bool of_returns) {
    Treatment treatment;
    TRY(treatment.outcome, read_outcome(input, of_returns));
    const std::string_view detail = detail_member(treatment.outcome);
    if (!detail.empty()) {
        TRY(treatment.detail, input.text(detail));
        if (treatment.detail == "Accepted")
            return fail(Code::value_invalid, "what is accepted needs another outcome");
    }
    TRY(treatment.delay, read_wait(input, "delay_ms"));
    if (input.member("return_after_ms")) {
        TRY(treatment.return_after, read_wait(input, "return_after_ms"));
    }
    if (input.member("release_after_ms")) {
        TRY(treatment.release_after, read_wait(input, "release_after_ms"));
    }
    TRY(treatment.return_code, input.text_or("return_code", treatment.return_code));
    return treatment;
}

Result<PaymentRule> read_rule(const Input& input) {
    TRY_VOID(input.only({"creditor_name", "end_to_end_id_prefix", "amount", "of_returns", "every",
                         "count", "outcome", "code", "text", "word", "delay_ms", "return_after_ms",
                         "return_code", "release_after_ms"}));
    PaymentRule rule;
    TRY(rule.creditor_name, input.text_or("creditor_name", ""));
    TRY(rule.end_to_end_id_prefix, input.text_or("end_to_end_id_prefix", ""));
    if (input.member("amount")) {
        TRY(const Money amount, input.amount());
        rule.amount_minor = amount.minor;
    }
    TRY(rule.of_returns, input.flag_or("of_returns", false));
    TRY(rule.every, read_count(input, "every", 1, 1));
    TRY(rule.count_max, read_count(input, "count", 0, 0));
    TRY(rule.treatment, read_treatment(input, rule.of_returns));
    return rule;
}

Result<AccountOutcome> read_account_outcome(const Input& input) {
    TRY(const std::string word, input.text("outcome"));
    if (word == "open")
        return AccountOutcome::open;
    if (word == "refuse")
        return AccountOutcome::refuse;
    if (word == "silent")
        return AccountOutcome::silent;
    return fail(Code::value_invalid, "outcome must be open, refuse or silent");
}

Result<AccountRule> read_account_rule(const Input& input) {
    TRY_VOID(input.only({"external_id_prefix", "iban", "count", "outcome", "code", "text",
                         "delay_ms", "spelling"}));
    AccountRule rule;
    TRY(rule.external_id_prefix, input.text_or("external_id_prefix", ""));
    TRY(rule.iban, input.text_or("iban", ""));
    TRY(rule.count_max, read_count(input, "count", 0, 0));
    TRY(rule.treatment.outcome, read_account_outcome(input));
    TRY(rule.treatment.refusal.code, input.text_or("code", "AccountModulusFailed"));
    TRY(rule.treatment.refusal.text, input.text_or("text", "Refused"));
    TRY(rule.treatment.delay, read_wait(input, "delay_ms"));
    TRY(const std::string spelling, input.text_or("spelling", "example"));
    if (spelling != "example" && spelling != "table")
        return fail(Code::value_invalid, "spelling must be example or table");
    rule.treatment.spelling =
        spelling == "table" ? AccountSpelling::table : AccountSpelling::example;
    return rule;
}

template <class Rule>
Result<std::vector<Rule>> read_rules(const Input& input, Result<Rule> (*read)(const Input&)) {
    TRY_VOID(input.only({"rules"}));
    const std::optional<wire::Json> list = input.member("rules");
    if (!list || !list->is_array() || list->size() > bounds::rules_max)
        return fail(Code::value_invalid, "rules must be a list");
    std::vector<Rule> rules;
    for (std::size_t i = 0; i < list->size(); ++i) {
        TRY(Rule rule, read(Input(list->at(i))));
        rules.push_back(std::move(rule));
    }
    return rules;
}

Result<> read_reply(const Input& input, ApiFault& fault) {
    TRY(const std::int64_t status, input.integer_or("status", 0, 200, 599));
    fault.status = static_cast<int>(status);
    if (input.member("body")) {
        TRY(fault.body, input.text("body"));
    }
    TRY(fault.content_type, input.text_or("content_type", fault.content_type));
    TRY(const std::int64_t retry_after, input.integer_or("retry_after", 0, 0, 3600));
    fault.retry_after_s = static_cast<int>(retry_after);
    TRY(const std::string place, input.text_or("retry_after_in", "header"));
    if (place != "header" && place != "text")
        return fail(Code::value_invalid, "retry_after_in must be header or text");
    fault.retry_after_in_text = place == "text";
    return {};
}

Result<> read_ending(const Input& input, ApiFault& fault) {
    if (input.member("cut_after")) {
        TRY(const std::int64_t bytes,
            input.integer_or("cut_after", 0, 0, std::int64_t{bounds::body_bytes_max}));
        fault.cut_after = static_cast<std::size_t>(bytes);
    }
    TRY(fault.reset, input.flag_or("reset", false));
    TRY(fault.hang, input.flag_or("hang", false));
    TRY(fault.delay, read_wait(input, "delay_ms"));
    return {};
}

} // namespace

Result<std::vector<PaymentRule>> read_payment_rules(const Input& input) {
    return read_rules(input, read_rule);
}

Result<std::vector<AccountRule>> read_account_rules(const Input& input) {
    return read_rules(input, read_account_rule);
}

Result<ApiFault> read_api_fault(const Input& input) {
    TRY_VOID(input.only({"method", "path", "skip", "every", "count", "processed", "status", "body",
                         "content_type", "retry_after", "retry_after_in", "cut_after", "reset",
                         "hang", "delay_ms"}));
    ApiFault fault;
    TRY(fault.method, input.text_or("method", ""));
    TRY(fault.path_prefix, input.text_or("path", ""));
    TRY(fault.skip, read_count(input, "skip", 0, 0));
    TRY(fault.every, read_count(input, "every", 1, 1));
    TRY(fault.count, read_count(input, "count", 1, 0));
    TRY(fault.processed, input.flag_or("processed", false));
    TRY_VOID(read_reply(input, fault));
    TRY_VOID(read_ending(input, fault));
    return fault;
}

} // namespace settled::sandbox
