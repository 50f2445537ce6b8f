#include "cli/doctor/check.h"

#include <fmt/format.h>

namespace settled::cli::doctor {

namespace {

using wire::Json;

// A bank repeats a webhook for 24 hours; what could not be read of it is read again from its body.
constexpr std::string_view retention_too_short = "1";

// Calls `look` with each connector; says so when they could not be asked for.
void for_each(Site& site, Findings& found, void (*look)(Site&, const Json&, Findings&)) {
    const auto& connectors = site.connectors();
    if (!connectors)
        return found.skipped("", connectors.error());
    for (const wire::JsonDocument& one : *connectors)
        look(site, one.root(), found);
}

bool has_api(const Json& connector) {
    return !text_at(connector, "api_url").empty();
}

void look_at_retention(Site& site, const Json& connector, Findings& found) {
    const std::string days = text_at(connector, "retention_days");
    const std::string name = text_at(connector, "name");
    if (days == retention_too_short)
        found.warning(name, "bodies of its webhooks are kept for 1 day",
                      {"a bank may send a webhook 24 hours late, and what could not be read of it "
                       "is read again from its body",
                       site.command("connectors set", name + " --retention-days 15")});
    else
        found.ok(name, fmt::format("bodies of its webhooks are kept for {} days", days));
}

void look_at_pause(Site& site, const Json& connector, Findings& found) {
    if (!has_api(connector))
        return;
    const std::string name = text_at(connector, "name");
    const std::string reason = text_at(connector, "pause_reason");
    if (const std::string by = text_at(connector, "paused_by"); !by.empty())
        return found.warning(name, fmt::format("{} has paused its calls: {}", by, reason),
                             {"orders and returns wait until its calls are resumed",
                              site.command("connectors resume", name)});
    const std::string until = text_at(connector, "paused_until");
    if (!until.empty() && text_at(connector, "failing") != "true")
        return found.warning(name, fmt::format("its calls wait until {}", until),
                             {"the bank has asked us to call it less often: " + reason});
    found.ok(name, "its calls are made");
}

void look_at_refusal(Site& site, const Json& connector, Findings& found) {
    if (!has_api(connector))
        return;
    const std::string name = text_at(connector, "name");
    if (text_at(connector, "failing") != "true")
        return found.ok(name, "the bank takes our calls");
    found.failed(
        name, fmt::format("the bank refuses our calls: {}", text_at(connector, "pause_reason")),
        {fmt::format("the token ({}) or the signing key ({}) is not what the bank knows us "
                     "by, or the address of its API is wrong. Set it right, then resume: "
                     "the files are read again",
                     text_at(connector, "api_token"), text_at(connector, "signing_key")),
         site.command("connectors resume", name)});
}

void look_at_api(Site& site, const Json& connector, Findings& found) {
    const std::string name = text_at(connector, "name");
    if (!has_api(connector))
        return found.ok(name, "it only sends webhooks; no API is configured");
    const std::string url = text_at(connector, "api_url");
    const std::string account = text_at(connector, "institution_account");
    if (!site.connects())
        return found.ok(name, fmt::format("its API is {}, for the account {}; --connect calls it",
                                          url, account));
    const BankTrial& trial = site.trial_of(connector);
    if (!trial.put_off.empty())
        return found.skipped(name, "the bank was not called: " + trial.put_off);
    if (!trial.test.is_taken)
        return found.failed(
            name, fmt::format("{} did not take a signed test call: {}", url, trial.test.reason),
            {trial.test.is_awaited
                 ? "a server with the role worker makes calls: see its log, and whether earlier "
                   "calls are still under way"
                 : "no answer: see api_url, the network and [egress]. An answer: see the token, "
                   "the signing key and what the bank says"});
    found.ok(name, fmt::format("{} took a signed test call in {} ms", url, trial.test.us / 1000));
}

void look_at_account(Site& site, const Json& connector, Findings& found) {
    if (!has_api(connector))
        return;
    const std::string name = text_at(connector, "name");
    const std::string id = text_at(connector, "institution_account");
    const BankTrial& trial = site.trial_of(connector);
    if (!trial.put_off.empty())
        return found.skipped(name, "the bank was not called: " + trial.put_off);
    if (!trial.account.is_taken)
        return found.failed(
            name,
            fmt::format("the bank does not show the account {}: {}", id, trial.account.reason),
            {"institution_account is the bank's id of the account (a UUID, no "
             "IBAN), and the token must be allowed to see it"});
    const auto reply = wire::JsonDocument::parse(trial.account.reply);
    const std::string status = reply ? text_at(reply->root(), "account.status") : "";
    if (!status.empty() && status != "Enabled")
        return found.failed(name, fmt::format("the account {} is {} at the bank", id, safe(status)),
                            {"ask the bank why, and to enable it"});
    found.ok(name, fmt::format("the account {} ({}) is {} at the bank", id,
                               reply ? safe(text_at(reply->root(), "account.name")) : "",
                               status.empty() ? "there" : safe(status)));
}

} // namespace

void check_connector_retention(Site& site, Findings& found) {
    for_each(site, found, look_at_retention);
}
void check_connector_paused(Site& site, Findings& found) {
    for_each(site, found, look_at_pause);
}
void check_connector_refused(Site& site, Findings& found) {
    for_each(site, found, look_at_refusal);
}
void check_connector_api(Site& site, Findings& found) {
    for_each(site, found, look_at_api);
}
void check_connector_account(Site& site, Findings& found) {
    for_each(site, found, look_at_account);
}

} // namespace settled::cli::doctor
