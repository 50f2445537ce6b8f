#include "server/key_metrics.h"

#include "server/stale_secrets.h"

#include <gmock/gmock.h>

namespace settled::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class At final : public Clock {
  public:
    Instant now() const override { return Instant{} + 1000s; }
    Steady steady() const override { return Steady(1000s); }
};

intake::KeyStanding key(std::string use, std::optional<Instant> end,
                        std::optional<bool> available) {
    return {TenantId{1}, ConnectorId{1}, "bank", std::move(use), "ab12", end, available};
}

TEST(KeyMetrics, have_the_first_end_of_each_use_and_whether_all_of_it_can_be_used) {
    const At clock;
    const std::string text = exposed_keys(
        {key("bank_key", clock.now() + 50s, true), key("bank_key", clock.now() - 10s, true),
         key("signature_secret", std::nullopt, true), key("signature_secret", std::nullopt, false)},
        TlsKeeper::State{"cd34", clock.now() + 70s},
        {{"api_key", clock.now() + 30s}, {"client_certificate", clock.now() + 40s}}, clock);
    for (const char* line :
         {R"(settled_key_expires_seconds{connector="bank",use="bank_key"} -10)",
          R"(settled_key_expires_seconds{connector="",use="tls"} 70)",
          R"(settled_key_expires_seconds{connector="",use="api_key"} 30)",
          R"(settled_key_expires_seconds{connector="",use="client_certificate"} 40)",
          R"(settled_key_available{connector="bank",use="bank_key"} 1)",
          R"(settled_key_available{connector="bank",use="signature_secret"} 0)",
          R"(settled_key_available{connector="",use="tls"} 1)", "settled_secret_stale_seconds 0"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(StaleSecrets, are_those_in_use_as_they_were_the_oldest_first) {
    const At clock;
    auto token = key("api_token", std::nullopt, false);
    token.kept_since = clock.steady() - 20s;
    TlsKeeper::State tls{"cd34", std::nullopt, false};
    tls.kept_since = clock.steady() - 90s;
    const auto stale =
        stale_secrets({key("signing_key", std::nullopt, true), token}, tls, clock.steady());
    ASSERT_EQ(stale.size(), 2U);
    EXPECT_EQ(stale[0].use, "tls");
    EXPECT_EQ(stale[0].connector, "");
    EXPECT_EQ(stale[0].age, 90s);
    EXPECT_EQ(stale[1].connector, "bank");
    EXPECT_EQ(stale[1].age, 20s);
    EXPECT_THAT(exposed_keys({token}, tls, {}, clock),
                HasSubstr("settled_secret_stale_seconds 90"));
}

} // namespace
} // namespace settled::server
