// What ends on a day that is known: keys and tokens of connectors, the server's certificate, API keys.
#include "base/clock.h"
#include "cli/doctor/check.h"
#include "crypto/certificate.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <sstream>

namespace settled::cli::doctor {

namespace {

constexpr std::size_t keys_most = 1000;
constexpr std::size_t endpoints_most = 1000;
constexpr std::string_view use_of_tls = "tls"; // tls.expiry

std::int64_t days_until(Instant end) {
    return std::chrono::floor<std::chrono::days>(end - SystemClock().now()).count();
}

std::string when(Instant end) {
    const std::int64_t days = days_until(end);
    const std::string date = wire::to_rfc3339(end).substr(0, 10);
    if (days < 0)
        return fmt::format("ended on {}", date);
    return fmt::format("ends on {}, in {} day{}", date, days, days == 1 ? "" : "s");
}

// `what` begins the sentence.
void judge(Site& site, Findings& found, const std::string& subject, const std::string& what,
           Instant end, const Remedy& remedy) {
    const server::Config* const config = site.config();
    const domain::Attention limits = config == nullptr ? domain::Attention() : config->attention;
    const std::string sentence = fmt::format("{} {}", what, when(end));
    if (days_until(end) < 0)
        found.failed(subject, sentence, remedy);
    else if (days_until(end) <= limits.expiry.count())
        found.warning(subject, sentence, remedy);
    else
        found.ok(subject, sentence);
}

std::string name_of(std::string_view use) {
    if (use == "bank_key")
        return "a key of the bank";
    if (use == "kafka")
        return "the certificate by which Kafka knows us";
    return use == "api_token" ? "the token for the bank's API" : "the API key";
}

Remedy remedy_of(Site& site, const std::string& connector, std::string_view use) {
    if (use == "bank_key")
        return {"fetch the bank's next key from its portal and add it before this one ends; until "
                "then webhooks that it has signed are taken",
                site.command("connectors set", connector + " --add-bank-key FILE")};
    if (use == "kafka")
        return {"have it renewed, put certificate and key in their places (kafka.certificate, "
                "kafka.key), and restart each node: they are read at the start"};
    return {"have a new one made, put it in its place, and say when it ends",
            site.command("connectors set", connector + " --api-token-expires DATE")};
}

// Those that endpoints are shown. A reader that may not list endpoints passes over them.
void judge_client_certificates(Site& site, Findings& found) {
    const auto endpoints = site.list("/v1/endpoints", endpoints_most);
    if (!endpoints)
        return;
    for (const wire::JsonDocument& endpoint : *endpoints) {
        const auto end = crypto::certificate_end(text_at(endpoint.root(), "client_certificate"));
        if (end)
            judge(site, found, text_at(endpoint.root(), "id"),
                  "the certificate that the partner's server is shown", *end,
                  {"have a new one made, and give it with its key to the endpoint "
                   "(client_certificate in PATCH /v1/endpoints/{id})"});
    }
}

} // namespace

void check_key_expiry(Site& site, Findings& found) {
    const auto answer = site.ask("GET", "/v1/signing-keys");
    if (!answer)
        return found.skipped("", answer.error());
    const auto keys = answer->root().member("data");
    for (std::size_t i = 0; keys && i < keys->size(); ++i) {
        const wire::Json key = keys->at(i);
        const auto end = wire::parse_rfc3339(text_at(key, "expires_at"));
        if (!end)
            continue;
        const std::string connector = text_at(key, "connector");
        const std::string use = text_at(key, "use");
        if (use != use_of_tls)
            judge(site, found, connector, name_of(use), *end, remedy_of(site, connector, use));
    }
    judge_client_certificates(site, found);
    if (found.all().empty())
        found.ok("", "no key or token has an end that is known; give it with --bank-key-expires "
                     "and --api-token-expires");
}

void check_tls_expiry(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr || config->tls_certificate.empty())
        return found.skipped("", "the server has no certificate of its own");
    const std::ifstream file(config->tls_certificate, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const auto end = crypto::certificate_end(text.str());
    if (!end)
        return found.failed("", "the server's certificate cannot be read",
                            {"server.tls_certificate names a PEM file"});
    const auto& ready = site.readiness();
    if (ready && text_at(ready->root(), "tls") == "kept")
        return found.failed("",
                            "the server cannot use the certificate or key that is there now, "
                            "and goes on with what it read before",
                            {"the server's log says why: tls.kept"});
    judge(site, found, "", "the server's certificate", *end,
          {"have it renewed, and put certificate and key in their places; the server uses them "
           "within seconds"});
}

void check_api_key_expiry(Site& site, Findings& found) {
    const auto keys = site.list("/v1/api-keys", keys_most);
    if (!keys)
        return found.skipped("", keys.error());
    for (const wire::JsonDocument& key : *keys) {
        const auto end = wire::parse_rfc3339(text_at(key.root(), "expires_at"));
        const bool is_over = !end || !text_at(key.root(), "revoked_at").empty() ||
                             days_until(*end) < 0; // its client has noticed
        if (is_over)
            continue;
        const std::string id = text_at(key.root(), "id");
        judge(site, found, id, fmt::format("the API key {}", safe(text_at(key.root(), "name"))),
              *end,
              {"make the next one and give it to its client", site.command("keys rotate", id)});
    }
    if (found.all().empty())
        found.ok("", "no API key that is in use has an end");
}

} // namespace settled::cli::doctor
