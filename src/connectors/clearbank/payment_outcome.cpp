#include "connectors/clearbank/payment_outcome.h"

#include "base/error.h"
#include "connectors/clearbank/names.h"
#include "connectors/clearbank/reject_codes.h"
#include "connectors/shown_text.h"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace settled::connectors::clearbank {

namespace {

using domain::PaymentOutcomeFact;
using wire::Json;

constexpr std::string_view rejected_type = "TransactionRejected";
constexpr std::string_view assessment_type = "PaymentMessageAssesmentFailed";
constexpr std::string_view validation_type = "PaymentMessageValidationFailed";
constexpr std::string_view held_type = "OutboundHeldTransaction";

std::unexpected<Error> unreadable(std::string_view member) {
    return fail(Code::webhook_unreadable, std::string(member) + " is missing or unreadable");
}

Result<std::string> needed_id(Json object, std::string_view name) {
    std::string id = id_or_empty(object, name);
    if (id.empty())
        return unreadable(name);
    return id;
}

// What is not a plain true or false must not be guessed: a refused return and a refused payment are
// about different things.
Result<bool> flag_of(Json payload, std::string_view name) {
    const std::optional<Json> member = member_of(payload, name);
    if (!member)
        return false;
    if (const std::optional<bool> flag = member->boolean())
        return *flag;
    return unreadable(name);
}

Result<PaymentOutcomeFact> rejection_of(Json payload) {
    PaymentOutcomeFact fact;
    PaymentOutcomeFact::Item item;
    TRY(item.end_to_end_id, needed_id(payload, "EndToEndTransactionId"));
    TRY(fact.is_return, flag_of(payload, "IsReturn"));
    item.reason_code = shown_text(text_or_empty(payload, "CancellationCode"));
    item.reason = shown_text(text_or_empty(payload, "CancellationReason"));
    item.outcome = meaning_of(item.reason_code).outcome;
    fact.items.push_back(std::move(item));
    fact.scheme = shown_text(text_or_empty(payload, "Scheme"));
    fact.transaction_id = id_or_empty(payload, "TransactionId");
    const std::optional<std::string_view> side = text_of(payload, "DebitCreditCode");
    fact.credit_side = side == "Credit" || side == "CRDT";
    return fact;
}

Result<PaymentOutcomeFact> hold_of(Json payload) {
    PaymentOutcomeFact fact;
    PaymentOutcomeFact::Item item;
    TRY(item.end_to_end_id, needed_id(payload, "EndToEndTransactionId"));
    item.outcome = PaymentOutcome::held;
    fact.items.push_back(std::move(item));
    fact.scheme = shown_text(text_or_empty(payload, "Scheme"));
    return fact;
}

std::vector<std::string> texts_in(Json failure) {
    std::vector<std::string> texts;
    const std::optional<Json> reasons = member_of(failure, "Reasons");
    if (!reasons)
        return texts;
    if (const auto one = reasons->string())
        texts.emplace_back(*one);
    for (std::size_t i = 0; reasons->is_array() && i < reasons->size(); ++i)
        if (const auto text = reasons->at(i).string())
            texts.emplace_back(*text);
    return texts;
}

// A message may hold several payments; each is refused with reasons of its own.
Result<PaymentOutcomeFact> refused_message_of(Json payload, std::span<const std::string_view> lists,
                                              std::string_view default_code) {
    std::optional<Json> failures;
    for (const std::string_view list : lists)
        if (!failures)
            failures = member_of(payload, list);
    if (!failures || !failures->is_array() || failures->size() == 0)
        return unreadable(lists.front());
    PaymentOutcomeFact fact;
    for (std::size_t i = 0; i < failures->size(); ++i) {
        const Json failure = failures->at(i);
        PaymentOutcomeFact::Item item;
        TRY(item.end_to_end_id, needed_id(failure, "EndToEndId"));
        Refusal refusal = read_refusal(texts_in(failure), default_code);
        item.outcome = refusal.outcome;
        item.reason_code = std::move(refusal.code);
        item.reason = std::move(refusal.reason);
        fact.items.push_back(std::move(item));
    }
    fact.scheme = shown_text(text_or_empty(payload, "PaymentMethodType"));
    return fact;
}

Result<PaymentOutcomeFact> outcome_of(std::string_view type, Json payload) {
    constexpr std::array<std::string_view, 2> assessments{"AssesmentFailure", "AssessmentFailure"};
    constexpr std::array<std::string_view, 1> validations{"ValidationFailure"};
    if (type == rejected_type)
        return rejection_of(payload);
    if (type == held_type)
        return hold_of(payload);
    if (type == assessment_type)
        return refused_message_of(payload, assessments, assessment_failed_code);
    return refused_message_of(payload, validations, validation_failed_code);
}

} // namespace

bool is_payment_outcome(std::string_view type) {
    return type == rejected_type || type == assessment_type || type == validation_type ||
           type == held_type;
}

domain::BankFact read_payment_outcome(std::string_view type, wire::Json payload) {
    Result<PaymentOutcomeFact> read = outcome_of(type, payload);
    if (!read)
        return domain::UnreadableFact{std::move(read).error().detail};
    return *std::move(read);
}

} // namespace settled::connectors::clearbank
