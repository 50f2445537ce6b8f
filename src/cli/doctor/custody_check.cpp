// Where the keys that sign for us are kept, as the server says it.
#include "cli/doctor/check.h"
#include "crypto/fips.h"
#include "custody/schemes.h"

#include <fmt/format.h>

#include <cstdlib>

namespace settled::cli::doctor {

namespace {

using wire::Json;

std::string place_of(const Json& key) {
    return fmt::format("{} ({})", text_at(key, "custody"), text_at(key, "fingerprint"));
}

void look_at(Site& site, const Json& key, Findings& found) {
    const std::string connector = text_at(key, "connector");
    if (text_at(key, "available") == "false") {
        const std::string reason = text_at(key, "reason");
        return found.failed(connector,
                            fmt::format("its signing key in {} cannot be used now{}",
                                        text_at(key, "custody"),
                                        reason.empty() ? "" : ": " + reason),
                            {"docs/operating/keys.md says what each reason asks for; the key is "
                             "tried again by itself"});
    }
    if (text_at(key, "custody") != "hsm")
        return found.warning(
            connector,
            fmt::format("its signing key is in a place that is not an HSM: {}", place_of(key)),
            {"where FIPS 140-2 level 2 is asked for, make a key in a token, give the bank its "
             "public half, and set it: --signing-key pkcs11:…",
             site.command("signing-keys list")});
    if (const std::string weakness = text_at(key, "weakness"); !weakness.empty())
        return found.warning(connector, fmt::format("{}: {}", place_of(key), weakness),
                             {"make a key in the token itself: `settled signing-keys generate`"});
    found.ok(connector, fmt::format("its signing key is in an HSM: {}", place_of(key)));
}

} // namespace

void check_connector_custody(Site& site, Findings& found) {
    if (!site.is_remote() && !site.server_runs())
        return found.skipped("", "no server runs here, which would have the keys open");
    const auto answer = site.ask("GET", "/v1/signing-keys");
    if (!answer)
        return found.skipped("", answer.error());
    const auto keys = answer->root().member("data");
    for (std::size_t i = 0; keys && i < keys->size(); ++i)
        if (text_at(keys->at(i), "use") == "signing_key")
            look_at(site, keys->at(i), found);
}

void check_fips(Site& site, Findings& found) {
    if (site.config() == nullptr || !site.config()->fips)
        return found.ok("", "OpenSSL's FIPS provider is not loaded: [crypto] fips is false");
    if (const auto loaded = crypto::use_fips(); !loaded)
        return found.failed("", loaded.error().detail, {"the server does not start like this"});
    found.ok("", fmt::format("OpenSSL computes by its provider {} alone", crypto::fips_provider()));
}

// Secrets were read before, by the check of keys.
void check_aws_clock(Site&, Findings& found) {
    const std::int64_t apart = std::abs(custody::clock_offset().count());
    if (apart < custody::clock_offset_warned.count())
        return found.ok("", "nothing that was read from AWS says otherwise");
    found.warning("", fmt::format("the clock is {} s off, as AWS says", apart),
                  {"set this machine's clock, and keep it by NTP; signatures for AWS allow for the "
                   "difference, and others do not"});
}

} // namespace settled::cli::doctor
