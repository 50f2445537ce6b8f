#include "connectors/clearbank/replies.h"

#include "base/ascii.h"
#include "connectors/clearbank/names.h"
#include "connectors/shown_text.h"
#include "wire/json.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace settled::connectors::clearbank {

namespace {

using domain::CallPurpose;
using domain::CallReply;
using domain::ReplyClass;
using std::chrono::seconds;
using wire::Json;

// Every published member that holds words: RFC 7807's, and `message` of the gateway's 429.
constexpr std::array<std::string_view, 3> word_members{"title", "detail", "message"};

void append(std::string& words, std::string_view more, std::string_view before = "; ") {
    if (!more.empty())
        words.append(words.empty() ? std::string_view() : before).append(more);
}

// {"amount":["must be more than 0","…"]}: "amount: must be more than 0, …".
void append_errors(std::string& words, Json errors) {
    for (std::size_t i = 0; i < errors.size() && words.size() < shown_text_bytes_max; ++i) {
        const Json value = errors.at(i);
        std::string texts(value.string().value_or(std::string_view()));
        for (std::size_t j = 0; value.is_array() && j < value.size(); ++j)
            append(texts, value.at(j).string().value_or(std::string_view()), ", ");
        const std::string_view name = errors.is_object() ? errors.name_at(i) : std::string_view();
        append(words, name.empty() ? texts : std::string(name) + ": " + texts);
    }
}

std::string words_of(std::string_view body, const std::optional<Json>& document) {
    if (!document || !document->is_object())
        return shown_text(body);
    std::string words;
    for (const std::string_view name : word_members)
        append(words, text_or_empty(*document, name));
    if (const std::optional<Json> errors = member_of(*document, "errors"))
        append_errors(words, *errors);
    return shown_text(words);
}

// The bank could not check the request at all, so it says nothing about what is in it.
bool is_about_our_headers(const std::optional<Json>& document) {
    const std::string title = document ? text_or_empty(*document, "title") : std::string();
    return equal_any_case(title, "Invalid DigitalSignature Header") ||
           equal_any_case(title, "Missing X-Request-Id Header");
}

// "Rate limit is exceeded. Try again in 30 seconds.": the number before the word.
std::optional<seconds> seconds_in(std::string_view words) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::size_t word = words.find(" second");
    if (word == std::string_view::npos)
        return std::nullopt;
    std::size_t begin = word;
    while (begin > 0 && is_digit(words[begin - 1]))
        --begin;
    int number = 0;
    const auto [end, error] = std::from_chars(words.data() + begin, words.data() + word, number);
    if (error == std::errc::result_out_of_range)
        return wait_max;
    if (error != std::errc() || end != words.data() + word)
        return std::nullopt;
    return seconds(number);
}

seconds bounded(seconds wait) {
    return std::clamp(wait, seconds(1), wait_max);
}

seconds throttled_wait(const CallReply& reply, std::string_view words) {
    if (reply.retry_after)
        return bounded(*reply.retry_after);
    return bounded(seconds_in(words).value_or(throttled_wait_default));
}

// Its target names one account, statement or transaction, so that the bank may answer about that one.
bool is_about_one_thing(CallPurpose purpose) {
    return purpose == CallPurpose::disable_account || purpose == CallPurpose::find_account ||
           purpose == CallPurpose::download_statement || purpose == CallPurpose::find_transaction;
}

ReplyClass class_of(CallPurpose purpose, int status, bool about_our_headers) {
    if (status >= 200 && status <= 299)
        return ReplyClass::taken;
    if (status >= 500 && status <= 599)
        return ReplyClass::unclear;
    switch (status) {
    case 400:
        return about_our_headers ? ReplyClass::ours : ReplyClass::refused;
    case 422:
        return ReplyClass::refused;
    case 401:
    case 403:
    case 405:
    case 406:
    case 415:
        return ReplyClass::ours;
    case 404:
    case 410:
    case 423:
        return is_about_one_thing(purpose) ? ReplyClass::refused : ReplyClass::ours;
    case 409:
        return ReplyClass::received;
    case 429:
        return ReplyClass::throttled;
    default:
        return ReplyClass::unclear;
    }
}

} // namespace

domain::ReplyVerdict classify(CallPurpose purpose, const std::optional<CallReply>& reply) {
    if (!reply)
        return {.reply = ReplyClass::unclear, .wait = {}, .reason = "there was no readable reply"};
    const Result<wire::JsonDocument> parsed = wire::JsonDocument::parse(reply->body);
    const std::optional<Json> document =
        parsed ? std::optional<Json>(parsed->root()) : std::nullopt;
    domain::ReplyVerdict verdict;
    verdict.reply = class_of(purpose, reply->status, is_about_our_headers(document));
    if (verdict.reply != ReplyClass::taken)
        verdict.reason = words_of(reply->body, document);
    if (verdict.reply == ReplyClass::throttled)
        verdict.wait = throttled_wait(*reply, verdict.reason);
    else if (verdict.reply == ReplyClass::unclear && reply->retry_after)
        verdict.wait = bounded(*reply->retry_after);
    return verdict;
}

} // namespace settled::connectors::clearbank
