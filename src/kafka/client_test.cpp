// What of the credentials reaches the client library, without a broker.
#include "kafka/client.h"

#include "net/test_certificates.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace settled::kafka {
namespace {

class Silent final : public Listener {};

std::string text_of(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// "" when a handle is made.
std::string refusal(const std::string& certificate, const std::string& key) {
    Settings settings;
    settings.bootstrap_servers = "127.0.0.1:1";
    settings.security_protocol = "ssl";
    settings.certificate = certificate;
    settings.key = "env:NAME";
    Credentials credentials;
    credentials.key = Secret(key);
    Silent listener;
    const auto made = open_client(Role::producer, settings, credentials, {}, listener);
    return made ? std::string() : made.error().detail;
}

TEST(KafkaClient, takes_the_key_of_its_certificate_wherever_it_is_kept) {
    net::testing::TestAuthority authority;
    const auto own = authority.leaf("DNS:localhost");
    const auto other = authority.leaf("DNS:localhost");
    EXPECT_EQ(refusal(own.chain, text_of(own.key)), "");
    const std::string foreign = refusal(own.chain, text_of(other.key));
    EXPECT_NE(foreign, "");
    EXPECT_EQ(foreign.find("PRIVATE"), std::string::npos);
    EXPECT_NE(refusal(own.chain, "no key"), "");
}

} // namespace
} // namespace settled::kafka
