// Where keys are kept and whether they can be used, as the server says it; what OpenSSL computes by; AWS's clock.
#include "cli/doctor/check.h"
#include "crypto/fips.h"
#include "custody/schemes.h"

#include <fmt/format.h>

#include <cstdlib>

namespace settled::cli::doctor {

namespace {

using wire::Json;

constexpr std::string_view connector_key = "connector.key";
constexpr std::string_view the_installation = "the installation";

// "signing_key in hsm (fingerprint)"; of a public key "bank_key (fingerprint)".
std::string shown(const Json& key) {
    std::string text = text_at(key, "use");
    if (const std::string custody = text_at(key, "custody"); !custody.empty())
        text += " in " + custody;
    if (const std::string fingerprint = text_at(key, "fingerprint"); !fingerprint.empty())
        text += fmt::format(" ({})", fingerprint);
    return text;
}

std::string_view not_an_hsm(std::string_view custody) {
    return custody == "s3" ? "not an HSM: does not meet FIPS 140-2 level 2" : "not an HSM";
}

const Remedy read_again{"docs/operating/keys.md says what each reason asks for; the key is tried "
                        "again by itself"};

// An object that KMS has not encrypted would be refused otherwise.
bool may_be_open(const Site& site, const Json& key) {
    return site.config() != nullptr && site.config()->allow_s3_without_kms &&
           text_at(key, "custody") == "s3";
}

// Whether it can be used. True: something was found.
bool look_at_use(const std::string& whose, const Json& key, Findings& found) {
    const std::string reason = text_at(key, "reason");
    if (text_at(key, "available") == "false")
        found.failed(
            whose,
            fmt::format("{} cannot be used now{}", shown(key), reason.empty() ? "" : ": " + reason),
            read_again);
    else if (const std::string age = text_at(key, "stale_seconds"); !age.empty())
        found.warning(whose,
                      fmt::format("{} cannot be read again for {} s now: its last good value is in "
                                  "use",
                                  shown(key), age),
                      {"it is kept until the server ends, and not on disk. The server's log says "
                       "why (connector.key_kept); docs/operating/keys.md, what to do"});
    else
        return false;
    return true;
}

// How it is kept.
void look_at_place(Site& site, const std::string& whose, const Json& key, Findings& found) {
    const std::string custody = text_at(key, "custody");
    if (may_be_open(site, key))
        return found.warning(whose,
                             fmt::format("{} is {}, and may lie there without encryption by KMS: "
                                         "[custody] allow_s3_without_kms is true",
                                         shown(key), not_an_hsm(custody)),
                             {"have the bucket encrypt by KMS, and set it to false"});
    if (text_at(key, "use") == "signing_key" && custody != "hsm")
        return found.warning(
            whose, fmt::format("{} is {}", shown(key), not_an_hsm(custody)),
            {"where FIPS 140-2 level 2 is asked for, make a key in a token, give the bank its "
             "public half, and set it: --signing-key pkcs11:…",
             site.command("signing-keys list")});
    if (const std::string weakness = text_at(key, "weakness"); !weakness.empty())
        return found.warning(whose, fmt::format("{}: {}", shown(key), weakness),
                             {"make a key in the token itself: `settled signing-keys generate`"});
    if (const std::string warning = text_at(key, "warning"); !warning.empty())
        return found.warning(
            whose, fmt::format("{}: {}", shown(key), warning),
            {"find who gives the token a wrong PIN; then log in to it once with the right one by a "
             "tool of its maker, which sets its count back"});
    found.ok(whose, shown(key));
}

void look_at(Site& site, const Json& key, Findings& found) {
    const std::string connector = text_at(key, "connector");
    const std::string whose = connector.empty() ? std::string(the_installation) : connector;
    if (!look_at_use(whose, key, found))
        look_at_place(site, whose, key, found);
}

} // namespace

// A line for each key.
void check_connector_custody(Site& site, Findings& found) {
    if (!site.is_remote() && !site.server_runs())
        return found.skipped("", "no server runs here, which would have the keys open");
    const auto answer = site.ask("GET", "/v1/signing-keys");
    if (!answer)
        return found.skipped("", answer.error());
    const auto keys = answer->root().member("data");
    for (std::size_t i = 0; keys && i < keys->size(); ++i)
        look_at(site, keys->at(i), found);
    if (found.all().empty())
        found.ok("", "no key is in use");
}

void check_fips(Site& site, Findings& found) {
    if (site.config() == nullptr || !site.config()->fips)
        return found.ok("", "OpenSSL's FIPS provider is not loaded: [crypto] fips is false");
    if (const auto loaded = crypto::use_fips(); !loaded)
        return found.failed("", loaded.error().detail, {"the server does not start like this"});
    found.ok("", fmt::format("OpenSSL computes by its provider {} alone", crypto::fips_provider()));
}

// A server says what it has met; without one, what this process met when it read the secrets of connectors.
void check_aws_clock(Site& site, Findings& found) {
    std::string apart;
    if (const auto& ready = site.readiness()) {
        apart = text_at(ready->root(), "aws_clock_offset_seconds");
    } else {
        Findings of_keys(connector_key);
        check_connector_keys(site, of_keys);
        if (const auto offset = custody::clock_offset();
            std::abs(offset.count()) >= custody::clock_offset_warned.count())
            apart = std::to_string(offset.count());
    }
    if (apart.empty())
        return found.ok("", "nothing that was read from AWS says otherwise");
    found.warning("", fmt::format("the clock is {} s off, as AWS says", apart),
                  {"set this machine's clock, and keep it by NTP; signatures for AWS allow for the "
                   "difference, and others do not"});
}

} // namespace settled::cli::doctor
