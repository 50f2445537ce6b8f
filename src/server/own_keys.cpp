#include "server/own_keys.h"

#include "crypto/certificate.h"
#include "custody/schemes.h"
#include "server/open_store.h"

#include <fstream>
#include <sstream>

namespace settled::server {

namespace {

using api::OwnKey;

// A file that cannot be read gives a key without an end: what needs the certificate says so itself.
OwnKey with_certificate(std::string use, const std::string& key, const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return {std::move(use), custody::secret_uri(key), crypto::certificate_fingerprint(text.str()),
            crypto::certificate_end(text.str())};
}

void add(std::vector<OwnKey>& keys, std::string use, const std::string& place) {
    if (!place.empty())
        keys.push_back({std::move(use), custody::secret_uri(place)});
}

} // namespace

OwnKeys::OwnKeys(const Config& config) : config_(config) {
    if (config.kafka.configured() && !config.kafka.key.empty())
        kafka_ = with_certificate("kafka", config.kafka.key, config.kafka.certificate);
}

std::vector<OwnKey> OwnKeys::all() const {
    std::vector<OwnKey> keys;
    if (!config_.tls_certificate.empty())
        keys.push_back(with_certificate("tls", config_.tls_key, config_.tls_certificate));
    add(keys, "master_key", master_key_file(config_));
    if (!config_.store_url.empty())
        add(keys, "store_password", config_.store_password);
    if (kafka_)
        keys.push_back(*kafka_);
    if (config_.kafka.configured())
        add(keys, "kafka_password", config_.kafka.sasl_password);
    if (!config_.traces_endpoint.empty())
        for (const auto& [name, uri] : config_.traces_headers)
            add(keys, "trace_header", uri);
    return keys;
}

} // namespace settled::server
