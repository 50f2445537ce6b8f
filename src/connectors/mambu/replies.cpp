#include "connectors/mambu/replies.h"

#include "connectors/shown_text.h"
#include "wire/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::connectors::mambu {

namespace {

using domain::Advice;
using domain::CallPurpose;
using domain::CallReply;
using domain::ReplyClass;
using std::chrono::seconds;
using wire::Json;

constexpr seconds throttled_wait_default{30};
constexpr seconds in_process_wait{2}; // 102 and 409: a booking takes a moment
constexpr seconds wait_max{600};
constexpr std::size_t errors_max = 20;

// Source: Mambu, "API response and error codes"; the numbers above 99 as MambuPy has them.
constexpr std::array<KnownError, 18> known{{
    {1, "INVALID_BASIC_AUTHORIZATION", "The user or the API key is not known", Advice::review},
    {2, "INVALID_CREDENTIALS", "The user, password or API key is wrong", Advice::review},
    {3, "INVALID_API_OPERATION", "The address of the API is wrong", Advice::review},
    {4, "INVALID_PARAMETERS", "A value is missing or not valid", Advice::review},
    {5, "METHOD_NOT_IMPLEMENTED", "The address of the API is wrong", Advice::review},
    {6, "INTERNAL_ERROR", "Mambu failed", Advice::retry},
    {7, "API_NOT_AUTHORIZED", "The API user may not call the API", Advice::review},
    {8, "USER_TRANSACTION_LIMIT_EXCEEDED",
     "The API user may not make transactions of this size: raise its limit", Advice::retry},
    {9, "API_CONFIGURATION_ERROR", "The API user is not configured for transactions",
     Advice::review},
    {10, "INVALID_TENANT_ID", "There is no such Mambu tenant", Advice::review},
    {15, "INVALID_PERMISSIONS", "The API user lacks a permission", Advice::review},
    {100, "INVALID_LOAN_ACCOUNT_ID", "There is no such loan account", Advice::never},
    {105, "INVALID_ACCOUNT_STATE", "The loan account takes no such transaction in its state",
     Advice::review},
    {110, "EXCESS_REPAYMENT_ERROR", "The repayment is more than is owed", Advice::never},
    {111, "INVALID_REPAYMENT_DATE_ERROR", "The value date is not accepted", Advice::review},
    {116, "INVALID_STATE_TRANSITION", "The loan account cannot come into that state",
     Advice::review},
    {128, "INVALID_ACCOUNT_STATE_FOR_REPAYMENTS",
     "The loan account takes no repayments in its state", Advice::review},
    {0, "EXTERNAL_ID_ALREADY_EXISTS", "A transaction with this external id exists", Advice::never},
}};

// Whatever the status, these are about who we are and where we call, not about what we ask for.
bool is_about_our_access(const ReplyError& error) {
    constexpr std::array<std::int64_t, 7> codes{1, 2, 3, 5, 7, 9, 10};
    return std::ranges::find(codes, error.code) != codes.end();
}

// Its target names one loan, client, group or transaction, which may be gone.
bool is_about_one_thing(CallPurpose purpose) {
    switch (purpose) {
    case CallPurpose::read_loan:
    case CallPurpose::read_holder:
    case CallPurpose::read_booking:
    case CallPurpose::post_disbursement:
    case CallPurpose::post_repayment:
    case CallPurpose::post_adjustment:
    case CallPurpose::write_loan_fields:
    case CallPurpose::write_booking_fields:
    case CallPurpose::note_on_loan:
        return true;
    default:
        return false;
    }
}

ReplyClass class_of(CallPurpose purpose, int status, bool about_our_access) {
    if (status >= 200 && status <= 299)
        return ReplyClass::taken;
    switch (status) {
    case 400:
    case 422:
        return about_our_access ? ReplyClass::ours : ReplyClass::refused;
    case 401:
    case 403:
    case 405:
    case 406:
    case 415:
        return ReplyClass::ours;
    case 404:
    case 410:
    case 423:
        return is_about_one_thing(purpose) && !about_our_access ? ReplyClass::refused
                                                                : ReplyClass::ours;
    case 429:
        return ReplyClass::throttled;
    default:
        return ReplyClass::unclear;
    }
}

std::string text_at(Json object, std::string_view name) {
    const auto value = object.member(name);
    return std::string(value ? value->string().value_or(std::string_view()) : std::string_view());
}

// "EXCESS_REPAYMENT_ERROR (110): The repayment is more than is owed; amount"
std::string words_of(const ReplyError& error) {
    const KnownError* const known_as = known_error(error);
    std::string words =
        error.reason.empty() && known_as ? std::string(known_as->reason) : error.reason;
    if (error.code != 0)
        words.append(words.empty() ? fmt::format("{}", error.code)
                                   : fmt::format(" ({})", error.code));
    if (known_as)
        words.append(words.empty() ? "" : ": ").append(known_as->words);
    if (!error.source.empty())
        words.append(words.empty() ? "" : "; ").append(error.source);
    return words;
}

// In Mambu's form, else whatever text there is: a gateway has its own
// ({"returnCode":…,"returnStatus":"…"}).
std::string words_of(std::string_view body, const std::vector<ReplyError>& errors) {
    std::string words;
    for (const ReplyError& error : errors)
        words.append(words.empty() ? "" : "; ").append(words_of(error));
    return shown_text(words.empty() ? body : std::string_view(words));
}

seconds bounded(seconds wait) {
    return std::clamp(wait, seconds(1), wait_max);
}

} // namespace

domain::ReplyVerdict classify(CallPurpose purpose, const std::optional<CallReply>& reply) {
    if (!reply)
        return {.reply = ReplyClass::unclear, .wait = {}, .reason = "there was no readable reply"};
    const std::vector<ReplyError> errors = errors_in(reply->body);
    domain::ReplyVerdict verdict;
    verdict.reply =
        class_of(purpose, reply->status, std::ranges::any_of(errors, is_about_our_access));
    if (verdict.reply == ReplyClass::taken)
        return verdict;
    verdict.reason = words_of(reply->body, errors);
    if (reply->status == 102 && verdict.reason.empty())
        verdict.reason = "the same request is being processed";
    if (verdict.reply == ReplyClass::throttled)
        verdict.wait = bounded(reply->retry_after.value_or(throttled_wait_default));
    else if (verdict.reply == ReplyClass::unclear && reply->retry_after)
        verdict.wait = bounded(*reply->retry_after);
    else if (reply->status == 102 || reply->status == 409)
        verdict.wait = in_process_wait;
    return verdict;
}

std::vector<ReplyError> errors_in(std::string_view body) {
    std::vector<ReplyError> errors;
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(body);
    const auto list = document ? document->root().member("errors") : std::nullopt;
    if (!list || !list->is_array())
        return errors;
    for (std::size_t i = 0; i < std::min(list->size(), errors_max); ++i) {
        const auto code = list->at(i).member("errorCode");
        errors.push_back({code ? code->integer().value_or(0) : 0,
                          shown_text(text_at(list->at(i), "errorReason")),
                          shown_text(text_at(list->at(i), "errorSource"))});
    }
    return errors;
}

const KnownError* known_error(const ReplyError& error) {
    const auto* const found = std::ranges::find_if(known, [&](const KnownError& each) {
        return (error.code != 0 && each.code == error.code) || each.reason == error.reason;
    });
    return found == known.end() ? nullptr : found;
}

Advice advice_of(std::string_view body) {
    for (const ReplyError& error : errors_in(body))
        if (const KnownError* const found = known_error(error))
            return found->advice;
    return Advice::review;
}

bool says_duplicate(std::string_view body) {
    return std::ranges::any_of(errors_in(body), [](const ReplyError& error) {
        return error.reason.contains("EXTERNAL_ID") || error.reason.contains("DUPLICATE") ||
               error.source.contains("externalId");
    });
}

} // namespace settled::connectors::mambu
