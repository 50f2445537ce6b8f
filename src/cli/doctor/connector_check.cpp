#include "cli/doctor/check.h"

#include <fmt/format.h>

namespace settled::cli::doctor {

namespace {

using wire::Json;

// A bank repeats a webhook for 24 hours; what could not be read of it is read again from its body.
constexpr std::string_view retention_too_short = "1";
constexpr std::size_t unreadable_most = 1000;

// Calls `look` with each connector; says so when they could not be asked for.
void for_each(Site& site, Findings& found, void (*look)(Site&, const Json&, Findings&)) {
    const auto& connectors = site.connectors();
    if (!connectors)
        return found.skipped("", connectors.error());
    for (const wire::JsonDocument& one : *connectors)
        look(site, one.root(), found);
}

bool is_core_bank(const Json& connector) {
    return text_at(connector, "kind") == "mambu";
}

bool is_platform(const Json& connector) {
    return text_at(connector, "kind") == "clearmatch";
}

bool has_api(const Json& connector) {
    return !text_at(connector, "api_url").empty();
}

// Whether the platform shows us its content, whatever it has at the prefix itself.
void look_at_content(Site& site, const Json& connector, Findings& found) {
    const std::string name = text_at(connector, "name");
    const std::string prefix = text_at(connector, "content_url_prefix");
    if (prefix.empty())
        return found.ok(name, "it only notifies us; no content is fetched");
    if (!site.connects())
        return found.ok(name, fmt::format("its content is below {}; --connect calls it", prefix));
    const BankTrial& trial = site.trial_of(connector);
    if (!trial.put_off.empty())
        return found.skipped(name, "the platform was not called: " + trial.put_off);
    if (!trial.test.is_taken)
        return found.failed(name,
                            fmt::format("{} did not let us in: {}", prefix, trial.test.reason),
                            {"token_failed, 401 or 403: see token_url, client_id and "
                             "client_secret. No answer: see the prefix, the network and [egress]"});
    found.ok(name, fmt::format("{} let us in, in {} ms", prefix, trial.test.us / 1000));
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
        return found.ok(name, "it takes our calls");
    found.failed(
        name, fmt::format("the bank refuses our calls: {}", text_at(connector, "pause_reason")),
        {is_core_bank(connector)
             ? fmt::format(
                   "the API key ({}) is not known there, its user lacks a permission, or "
                   "the address of the API is wrong. Set it right, then resume: the file is "
                   "read again",
                   text_at(connector, "api_key"))
             : fmt::format("the token ({}) or the signing key ({}) is not what the bank knows us "
                           "by, or the address of its API is wrong. Set it right, then resume: "
                           "the files are read again",
                           text_at(connector, "api_token"), text_at(connector, "signing_key.uri")),
         site.command("connectors resume", name)});
}

void look_at_api(Site& site, const Json& connector, Findings& found) {
    const std::string name = text_at(connector, "name");
    if (is_core_bank(connector))
        return; // core.access
    if (is_platform(connector))
        return look_at_content(site, connector, found);
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
    if (!has_api(connector) || is_core_bank(connector))
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

void look_at_access(Site& site, const Json& connector, Findings& found) {
    if (!is_core_bank(connector))
        return;
    const std::string name = text_at(connector, "name");
    const std::string url = text_at(connector, "api_url");
    const BankTrial& trial = site.trial_of(connector);
    if (!trial.put_off.empty())
        return found.skipped(name, "it was not called: " + trial.put_off);
    if (!trial.test.is_taken)
        return found.failed(name, fmt::format("{} did not answer us: {}", url, trial.test.reason),
                            {"no answer: see api_url, the network and [egress]. An answer: see the "
                             "API key, and the permissions of its user"});
    if (!trial.test.found.empty())
        return found.failed(
            name, "its organisation does not fit: " + trial.test.found,
            {"change mambu.json", site.command("connectors set", name + " --settings mambu.json")});
    found.ok(name, fmt::format("{} let us in, in {} ms", url, trial.test.us / 1000));
}

void look_at_fields(Site& site, const Json& connector, Findings& found) {
    if (!is_core_bank(connector))
        return;
    const std::string name = text_at(connector, "name");
    const BankTrial& trial = site.trial_of(connector);
    if (!trial.put_off.empty())
        return found.skipped(name, "it was not called: " + trial.put_off);
    bool is_whole = true;
    for (const CallEnd& look : trial.setup) {
        is_whole = is_whole && look.is_taken && look.found.empty();
        if (!look.is_taken)
            found.failed(name, "it did not show what is configured there: " + look.reason,
                         {"the user of the API key needs the permissions to view transaction "
                          "channels and custom fields"});
        else if (!look.found.empty())
            found.failed(name, "it lacks what the settings name",
                         {look.found + ". Or name others in mambu.json"});
    }
    if (is_whole)
        found.ok(name, "all transaction channels and custom fields of its settings are there");
}

} // namespace

void check_core_access(Site& site, Findings& found) {
    for_each(site, found, look_at_access);
}
void check_core_fields(Site& site, Findings& found) {
    for_each(site, found, look_at_fields);
}
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

// Their bodies are kept: once the mapping or the program is corrected, one command gives them their effect.
void check_unreadable_webhooks(Site& site, Findings& found) {
    const auto reviews =
        site.list("/v1/reviews?status=open&kind=webhook_unreadable", unreadable_most);
    if (!reviews)
        return found.skipped("", reviews.error());
    if (reviews->empty())
        return found.ok("", "no webhook waits that could not be read");
    const wire::JsonDocument& newest = reviews->front();
    found.warning("",
                  fmt::format("webhooks that could not be read: {}{}; the newest, {}: {}",
                              reviews->size() == unreadable_most ? "at least " : "",
                              reviews->size(), text_at(newest.root(), "subject_id"),
                              safe(text_at(newest.root(), "detail.reason"))),
                  {"correct the connector's mapping, or install the version of the program that "
                   "reads them; then have them read again",
                   site.command("webhooks read-again")});
}

} // namespace settled::cli::doctor
