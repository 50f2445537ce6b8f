// What an installation says about its Kafka. Only what stands here reaches the client library: its
// other properties keep the values that kafka/client.cpp gives them, since offsets and
// acknowledgements depend on them.
#pragma once

#include "base/error.h"
#include "payloads/payment_reader.h"

#include <string>
#include <vector>

namespace settled::kafka {

struct Settings {
    std::string bootstrap_servers;               // HOST:PORT, separated by commas; empty: no Kafka
    std::string security_protocol = "plaintext"; // plaintext, ssl, sasl_plaintext, sasl_ssl
    std::string sasl_mechanism;                  // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512
    std::string sasl_username;
    std::string sasl_password;   // URI, or an absolute path
    std::string ca_certificates; // PEM file; empty: the system's
    std::string certificate;     // PEM file of our own; goes with key
    std::string key;             // its URI, or a path: PEM
    std::string client_id = "settled";
    std::vector<std::string> event_topics; // that endpoints may name

    bool configured() const { return !bootstrap_servers.empty(); }
};

// One stream of payments in. Every process that takes things in (the role intake) joins the group.
struct ConsumerSettings {
    std::vector<std::string> topics;
    std::string group;
    std::string tenant = "main";
    std::string format = "settled"; // settled, yapily
    std::string dead_letter_topic;
};

// All that is wrong, each a sentence that names its setting.
std::vector<std::string> problems_of(const Settings& settings,
                                     const std::vector<ConsumerSettings>& consumers);

} // namespace settled::kafka
