// `settled connectors try`: what a mapping reads of a sample, before a connector has it. Nothing is stored or called.
#include "cli/commands/connector_options.h"
#include "cli/invocation.h"
#include "cli/table.h"
#include "connectors/mapped/mapping.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace settled::cli {

namespace {

using connectors::mapped::Mapping;
using domain::InboundWebhook;
using domain::SettlementFact;

std::string content_of(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

// What would follow from the event.
std::string_view outcome_of(const InboundWebhook& event) {
    if (std::holds_alternative<SettlementFact>(event.fact))
        return "settlement";
    return std::holds_alternative<domain::UnreadableFact>(event.fact) ? "review" : "kept";
}

std::string reason_of(const InboundWebhook& event) {
    const auto* const unreadable = std::get_if<domain::UnreadableFact>(&event.fact);
    return unreadable != nullptr ? unreadable->reason : "";
}

void write_settlement(wire::JsonWriter& w, const SettlementFact& fact) {
    w.key("settlement").object().member("transaction_id", fact.transaction_id);
    w.member("credit", fact.credit).member("is_return", fact.is_return);
    w.key("amount").object().member("value", decimal(fact.amount));
    w.member("currency", fact.amount.currency.code()).end();
    w.member("settled_at", wire::to_rfc3339(fact.settled_at)).member("scheme", fact.scheme);
    w.member("account", domain::account_key_of(fact.account));
    w.member("counterparty_name", fact.counterparty.name);
    w.member("counterparty_account", domain::account_key_of(fact.counterparty));
    w.member("reference", fact.reference).member("end_to_end_id", fact.end_to_end_id);
    w.member("uetr", fact.uetr).end();
}

std::string as_json(const std::vector<InboundWebhook>& events) {
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const InboundWebhook& event : events) {
        w.object().member("type", event.type).member("event_id", event.unique_id);
        w.member("outcome", outcome_of(event)).member("reason", reason_of(event));
        if (const auto* const fact = std::get_if<SettlementFact>(&event.fact))
            write_settlement(w, *fact);
        w.end();
    }
    w.end().member("next", std::optional<std::string>()).end();
    return std::move(w).text();
}

std::string settlement_text(const SettlementFact& fact) {
    return facts(
        {{"transaction id", safe(fact.transaction_id)},
         {"amount", fmt::format("{} {} {}", decimal(fact.amount), fact.amount.currency.code(),
                                fact.credit ? "came in" : "went out")},
         {"return", fact.is_return ? "yes" : ""},
         {"settled at", wire::to_rfc3339(fact.settled_at)},
         {"scheme", safe(fact.scheme)},
         {"account", safe(domain::account_key_of(fact.account))},
         {"counterparty", safe(fact.counterparty.name)},
         {"its account", safe(domain::account_key_of(fact.counterparty))},
         {"reference", safe(fact.reference)},
         {"end-to-end id", safe(fact.end_to_end_id)},
         {"uetr", safe(fact.uetr)}});
}

std::string as_text(const std::vector<InboundWebhook>& events) {
    std::string text;
    for (const InboundWebhook& event : events) {
        const std::string name = fmt::format("{} {}", safe(event.type), safe(event.unique_id));
        const auto* const fact = std::get_if<SettlementFact>(&event.fact);
        const std::string reason = reason_of(event);
        text += text.empty() ? "" : "\n";
        if (fact != nullptr)
            text += fmt::format("{}: a settlement\n\n{}", name, settlement_text(*fact));
        else if (!reason.empty())
            text += fmt::format("{}: goes to review: {}\n", name, safe(reason));
        else
            text += name + ": is kept and acknowledged, and nothing follows from it\n";
    }
    return text.empty() ? "the sample has no event\n" : text;
}

Result<std::vector<InboundWebhook>> read_sample(const std::string& mapping,
                                                const std::string& sample) {
    const auto document = wire::JsonDocument::parse(content_of(mapping));
    if (!document)
        return fail(Code::value_invalid, mapping + ": it is no JSON");
    TRY(const Mapping read, Mapping::parse(document->root()));
    TRY(const auto bodies, read.events(content_of(sample)));
    std::vector<InboundWebhook> events;
    for (const std::string& body : bodies) {
        TRY(InboundWebhook event, read.read_webhook(body));
        events.push_back(std::move(event));
    }
    return events;
}

int run_try(Invocation& in) {
    const auto events = read_sample(in.text("--mapping"), in.text("SAMPLE"));
    if (!events)
        return in.out().problem(events.error());
    if (in.out().is_json())
        in.out().json(as_json(*events));
    else
        in.out().text(as_text(*events));
    const bool is_readable = std::ranges::all_of(
        *events, [](const InboundWebhook& event) { return reason_of(event).empty(); });
    return is_readable ? exit_done : exit_failed;
}

} // namespace

std::vector<Command> connector_try_commands() {
    return {
        {.name = "connectors try",
         .sentence = "see what a mapping reads of a sample webhook; nothing is stored",
         .output = Output::both,
         .arguments = {{.name = "SAMPLE",
                        .help = "the body of a webhook, as the provider sends it",
                        .is_file = true}},
         .options = {{.name = "--mapping",
                      .value = "FILE",
                      .help = "the mapping, JSON (docs/connectors.md)",
                      .required = true,
                      .is_file = true}},
         .statuses = {{exit_failed, "the mapping or the sample cannot be read, or an event of it "
                                    "would go to review"}},
         .run = run_try}};
}

} // namespace settled::cli
