// Webhooks that are no good news: of which no event comes, but an answer and a review.
#include "cli/trigger/money.h"
#include "cli/trigger/triggers.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

// The status that the server answered the sandbox's webhook with; "": it did not in time.
Result<std::string> answer_to(Scene& scene, const std::string& webhook) {
    std::string status;
    TRY(const bool answered, scene.until([&]() -> Result<bool> {
        TRY(const Answered shown, scene.ask_sandbox("GET", "/bank/webhooks/" + webhook));
        const auto history = shown.root().member("history");
        if (history && history->size() > 0)
            status = text_at(history->at(history->size() - 1), "status");
        return !status.empty();
    }));
    return answered ? status : std::string();
}

Result<> expect_answer(Scene& scene, const std::string& webhook, std::string_view wanted) {
    TRY(const std::string status, answer_to(scene, webhook));
    scene.fact("answered", status.empty() ? "not in time" : status);
    if (status == wanted)
        return {};
    return fail(Code::peer_timeout, fmt::format("the webhook was not answered {}", wanted));
}

Result<> run_bad_signature(Scene& scene) {
    TRY(const std::string account, scene.account());
    TRY(const Reported reported, report_money(scene, {.account = account,
                                                      .amount = "9999.99",
                                                      .reference = "FORGED " + scene.mark(),
                                                      .end_to_end_id = "E2E" + scene.mark(),
                                                      .tamper = "signature"}));
    if (reported.webhooks.empty())
        return fail(Code::state_conflict, "the sandbox sent no webhook");
    return expect_answer(scene, reported.webhooks.front(), "401");
}

// A settlement without the amount: taken, since sending it again would not help.
std::string unreadable_body(const std::string& mark) {
    wire::JsonWriter w;
    w.object().member("type", "TransactionSettled").member("version", 6).member("label", mark);
    w.key("payload").object().member("TransactionId", mark).end().end();
    return std::move(w).text();
}

// The id of the newest object of a list whose member has this text in it; "": there is none.
Result<std::string> find_in(Scene& scene, std::string_view list, std::string_view member,
                            const std::string& text) {
    TRY(const Answered page, scene.ask_server("GET", fmt::format("/v1/{}?limit=50", list)));
    const auto data = page.root().member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i)
        if (text_at(data->at(i), member).contains(text))
            return text_at(data->at(i), "id");
    return std::string();
}

Result<std::string> review_about(Scene& scene, const std::string& mark) {
    TRY(const std::string webhook, find_in(scene, "webhooks", "composite_key", mark));
    return webhook.empty() ? webhook : find_in(scene, "reviews", "subject_id", webhook);
}

Result<> run_unreadable(Scene& scene) {
    TRY(const Answered sent,
        scene.ask_sandbox("POST", "/bank/webhooks", unreadable_body(scene.mark())));
    const auto ids = sent.root().member("webhooks");
    if (!ids || ids->size() == 0)
        return fail(Code::state_conflict, "the sandbox sent no webhook");
    TRY_VOID(expect_answer(scene, std::string(ids->at(0).raw()), "200"));
    std::string review;
    TRY(const bool opened, scene.until([&]() -> Result<bool> {
        TRY(review, review_about(scene, scene.mark()));
        return !review.empty();
    }));
    scene.fact("review", opened ? review : "none in time");
    return opened ? Result<>() : fail(Code::peer_timeout, "no review was opened");
}

} // namespace

std::vector<Trigger> webhook_triggers() {
    return {
        {"bad-signature",
         "a webhook comes with a signature that is not the bank's, and is refused with 401",
         {},
         {},
         run_bad_signature},
        {"unreadable",
         "a webhook comes without amount and currency: it is acknowledged, and a review is opened",
         {},
         {},
         run_unreadable},
    };
}

} // namespace settled::cli
