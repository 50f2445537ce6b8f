// `settled reviews accept`, `split`, `reject` and `close`: one decision about one review.
#include "base/money.h"
#include "cli/client/query.h"
#include "cli/commands/review_commands.h"
#include "cli/invocation.h"
#include "cli/table.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <expected>

namespace settled::cli {

namespace {

// "PAYMENT" or "PAYMENT=12.34 GBP".
struct Part {
    std::string payment;
    std::optional<Money> amount;
};

std::optional<Money> parse_amount(std::string_view text) {
    constexpr std::size_t code = 3;
    if (text.size() <= code)
        return std::nullopt;
    const auto currency = Currency::parse(text.substr(text.size() - code));
    text.remove_suffix(code);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    const auto amount =
        currency ? parse_money(text, *currency) : Result<Money>(std::unexpected(currency.error()));
    return amount ? std::optional(*amount) : std::nullopt;
}

std::expected<Part, std::string> parse_part(const std::string& text) {
    const std::size_t equals = text.rfind('=');
    if (equals == text.npos)
        return Part{text, std::nullopt};
    const auto amount = parse_amount(std::string_view(text).substr(equals + 1));
    if (!amount || equals == 0)
        return std::unexpected(fmt::format("--part takes a payment, or a payment and an amount "
                                           "with its currency such as \"pay_…=12.34 GBP\", and not "
                                           "\"{}\"",
                                           text));
    return Part{text.substr(0, equals), amount};
}

// The settlement as it stands after the decision.
std::string decided(const wire::Json& answer) {
    std::string text = fmt::format("{} is {}\n", text_at(answer, "settlement.id"),
                                   text_at(answer, "settlement.status"));
    const auto matches = answer.member("matches");
    std::vector<TableLine> lines{{"MATCH", "PAYMENT", "CLIENT'S ID", "AMOUNT"}};
    for (std::size_t i = 0; matches && i < matches->size(); ++i) {
        const wire::Json one = matches->at(i);
        lines.push_back(
            {text_at(one, "id"), text_at(one, "payment_id"), safe(text_at(one, "client_id")),
             fmt::format("{} {}", text_at(one, "amount.value"), text_at(one, "amount.currency"))});
    }
    return lines.size() > 1 ? text + "\n" + table(lines, "lllr", "  ") : text;
}

int decide(Invocation& in, std::string_view action, wire::JsonWriter& w,
           std::string (*text)(const wire::Json&)) {
    w.member("reason", in.text("--reason")).end();
    return show(in,
                {.method = "POST",
                 .target = fmt::format("/v1/reviews/{}/{}", query_text(in.text("ID")), action),
                 .body = std::move(w).text()},
                text);
}

int run_accept(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("payment_id", in.text("--payment"));
    return decide(in, "accept", w, decided);
}

int run_split(Invocation& in) {
    wire::JsonWriter w;
    w.object().key("payments").array();
    for (const std::string& text : in.all("--part")) {
        const auto part = parse_part(text);
        if (!part)
            return in.usage(part.error());
        w.object().member("payment_id", part->payment);
        if (part->amount) {
            w.key("amount").object().member("value", decimal(*part->amount));
            w.member("currency", part->amount->currency.code()).end();
        }
        w.end();
    }
    w.end();
    return decide(in, "split", w, decided);
}

int run_reject(Invocation& in) {
    wire::JsonWriter w;
    w.object();
    return decide(in, "reject", w, decided);
}

int run_close(Invocation& in) {
    wire::JsonWriter w;
    w.object();
    return decide(in, "close", w, review_report);
}

Command decision(std::string_view name, std::string_view sentence, std::vector<Option> options,
                 int (*run)(Invocation&)) {
    options.push_back({.name = "--reason",
                       .value = "TEXT",
                       .help = "why; it is kept with the decision",
                       .required = true});
    options.push_back(review_actor_option());
    options.push_back(tenant_option("whose reviews (default main)"));
    return {.name = name,
            .sentence = sentence,
            .place = Place::server,
            .output = Output::both,
            .arguments = {{.name = "ID", .help = "the review's id, rev_…"}},
            .options = std::move(options),
            .run = run};
}

} // namespace

std::vector<Command> review_decision_commands() {
    return {
        decision("reviews accept", "match a settlement to the candidate that is right",
                 {{.name = "--payment",
                   .value = "ID",
                   .help = "the payment, by its id or its client_id",
                   .required = true}},
                 run_accept),
        decision("reviews split", "share a settlement out among several payments",
                 {{.name = "--part",
                   .value = "PART",
                   .help = "a payment, pay_… or its client_id, for what is to come of it; or with "
                           "its part: \"pay_…=12.34 GBP\"",
                   .required = true,
                   .many = true}},
                 run_split),
        decision("reviews reject", "say that a settlement pays none of the candidates", {},
                 run_reject),
        decision("reviews close", "close a review that needs no other decision", {}, run_close),
    };
}

} // namespace settled::cli
