#include "kafka/settings.h"

#include "custody/schemes.h"
#include "domain/channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::kafka {

namespace {

using Problems = std::vector<std::string>;

constexpr std::array<std::string_view, 4> protocols{"plaintext", "ssl", "sasl_plaintext",
                                                    "sasl_ssl"};
// Mechanisms that need no library except OpenSSL.
constexpr std::array<std::string_view, 3> mechanisms{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"};

void check_security(const Settings& settings, Problems& problems) {
    if (std::ranges::find(protocols, settings.security_protocol) == protocols.end())
        problems.emplace_back(
            "kafka.security_protocol must be plaintext, ssl, sasl_plaintext or sasl_ssl");
    const bool sasl = settings.security_protocol.starts_with("sasl_");
    if (sasl && std::ranges::find(mechanisms, settings.sasl_mechanism) == mechanisms.end())
        problems.emplace_back("kafka.sasl_mechanism must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
    if (sasl && (settings.sasl_username.empty() || settings.sasl_password.empty()))
        problems.emplace_back("kafka.sasl_username and kafka.sasl_password are needed for SASL");
    const bool named = custody::names_secret(settings.sasl_password);
    if (!settings.sasl_password.empty() && !named) // what stands there may be the password
        problems.emplace_back("kafka.sasl_password is named by file:/path, env:NAME, pkcs11:…, "
                              "aws-sm:… or s3:…");
    if (settings.certificate.empty() != settings.key.empty())
        problems.emplace_back("kafka.certificate and kafka.key go together");
}

void check_consumer(const ConsumerSettings& consumer, Problems& problems) {
    const auto is_topic = [](const std::string& name) { return domain::is_topic(name); };
    if (consumer.topics.empty() || !std::ranges::all_of(consumer.topics, is_topic))
        problems.emplace_back("kafka_consumer.topics must be a list of one or more topics");
    if (consumer.group.empty())
        problems.emplace_back("kafka_consumer.group is needed");
    if (!payloads::parse_payment_format(consumer.format))
        problems.emplace_back("kafka_consumer.format must be settled or yapily");
    if (!is_topic(consumer.dead_letter_topic))
        problems.emplace_back("kafka_consumer.dead_letter_topic is needed");
    if (std::ranges::find(consumer.topics, consumer.dead_letter_topic) != consumer.topics.end())
        problems.emplace_back(
            "kafka_consumer.dead_letter_topic must not be one of the topics it reads");
}

} // namespace

Problems problems_of(const Settings& settings, const std::vector<ConsumerSettings>& consumers) {
    Problems problems;
    check_security(settings, problems);
    for (const std::string& topic : settings.event_topics)
        if (!domain::is_topic(topic))
            problems.push_back(fmt::format("kafka.event_topics: {} is no topic", topic));
    if (!consumers.empty() && !settings.configured())
        problems.emplace_back("kafka_consumer needs kafka.bootstrap_servers");
    for (const ConsumerSettings& consumer : consumers)
        check_consumer(consumer, problems);
    return problems;
}

} // namespace settled::kafka
