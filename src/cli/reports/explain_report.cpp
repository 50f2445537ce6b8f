#include "cli/json_text.h"
#include "cli/layout.h"
#include "cli/reports/why.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace settled::cli {

namespace {

using wire::Json;

constexpr std::size_t shown_max = 3;
constexpr std::size_t text_width_max = 100;
constexpr std::size_t name_width = 34;

struct Advice {
    std::string sentence;
    std::string command;
};

std::string_view colour_of(std::string_view word) {
    if (word == "match" || word == "matched")
        return "\x1b[32m";
    if (word == "vetoed" || word == "rejected")
        return "\x1b[31m";
    if (word == "rival" || word == "suggested" || word == "ambiguous" || word == "unmatched")
        return "\x1b[33m";
    return "\x1b[2m";
}

std::string coloured(std::string text, std::string_view word, const Look& look) {
    return look.colours ? fmt::format("{}{}\x1b[0m", colour_of(word), text) : text;
}

std::string indented_lines(std::string_view text, std::size_t indent, const Look& look) {
    const std::size_t width = std::min(look.width, text_width_max);
    std::string out;
    for (const std::string& line : wrapped(text, std::max<std::size_t>(width, 40) - indent))
        out += std::string(indent, ' ') + line + "\n";
    return out;
}

bool is_settlement(const Json& explained) {
    return text_at(explained, "subject_id").starts_with("stl_");
}

// What a person calls the other side: the client's id of a payment, the id of a settlement.
std::string name_of(const Json& one) {
    const std::string client_id = safe(text_at(one, "client_id"));
    return client_id.empty() ? text_at(one, "settlement_id") : client_id;
}

std::string id_of(const Json& one) {
    const std::string payment = text_at(one, "payment_id");
    return payment.empty() ? text_at(one, "settlement_id") : payment;
}

std::string candidate_text(std::size_t number, const Json& one, const Look& look) {
    const std::string verdict = text_at(one, "verdict");
    return fmt::format("  {}  {}  {}\n", number, padded(name_of(one), name_width),
                       coloured(verdict, verdict, look)) +
           indented_lines(safe(text_at(one, "sentence")), 5, look);
}

Advice advice_on(const Json& explained, const std::string& review) {
    const std::string id = text_at(explained, "subject_id");
    const std::string outcome = text_at(explained, "outcome");
    const auto data = explained.member("data");
    const auto nearest = data && data->size() > 0 ? std::optional(data->at(0)) : std::nullopt;
    const std::string verdict = nearest ? text_at(*nearest, "verdict") : "";
    if (!review.empty())
        return {"a person decides; the review shows both sides:", "settled reviews show " + review};
    if (outcome == "matched")
        return {"nothing. All that has happened to it:", "settled show " + id};
    if (outcome == "rejected")
        return {"nothing, unless that was wrong. Who decided, and why:", "settled show " + id};
    if (verdict == "match")
        return {"wait a moment, and ask again:", "settled explain " + id};
    if (verdict == "rival" || verdict == "suggested")
        return {"see the other side, and whether a person must decide:",
                "settled explain " + id_of(*nearest)};
    if (verdict == "vetoed" && is_settlement(explained))
        return {fmt::format("see the nearest. If it is the one, match it by hand (POST "
                            "/v1/settlements/{}/match):",
                            id),
                "settled show " + id_of(*nearest)};
    if (is_settlement(explained))
        return {
            "see what became of the money. Register its payment only if the money is still here "
            "and no loan got it:",
            "settled show " + id};
    return {"if the money is due, ask the bank for what it has not reported; nothing is changed:",
            "settled catch-up --dry-run"};
}

std::string advice_text(const Advice& advice, const Look& look) {
    return indented_lines("What to do: " + advice.sentence, 0, look) + "  " + advice.command + "\n";
}

} // namespace

std::string explain_report(const Json& explained, const std::string& review, const Look& look) {
    const std::string outcome = text_at(explained, "outcome");
    std::string first = indented_lines(safe(text_at(explained, "sentence")), 0, look);
    if (!first.empty())
        first.pop_back();
    std::string out = coloured(std::move(first), outcome, look) + "\n";
    const auto data = explained.member("data");
    const std::size_t count = data ? std::min(data->size(), shown_max) : 0;
    for (std::size_t i = 0; i < count; ++i)
        out += candidate_text(i + 1, data->at(i), look);
    out += indented_lines(
        fmt::format("{} {} looked at{}.", text_at(explained, "looked_at"),
                    is_settlement(explained) ? "payments of its account"
                                             : "settlements of its account",
                    text_at(explained, "limit_reached") == "true" ? ", and there are more" : ""),
        0, look);
    return out + advice_text(advice_on(explained, review), look);
}

} // namespace settled::cli
