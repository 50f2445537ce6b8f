#include "worker/endpoint_cache.h"

#include "crypto/webhook_signature.h"
#include "observe/log.h"
#include "units/deliveries/endpoint_secret.h"
#include "wire/base64.h"

#include <mutex>

namespace settled::worker {

namespace {

// "Basic dXNlcjpwYXNz" (RFC 7617)
Secret basic_authorization(std::string_view username, const Secret& password) {
    std::string pair(username);
    pair.append(":").append(password.reveal());
    Secret authorization("Basic " + wire::to_base64(as_bytes(pair)));
    const Secret wiped(std::move(pair));
    return authorization;
}

Result<Endpoint> open_endpoint(const Secret& master, const store::EndpointRow& row) {
    TRY(Secret plain, units::open_endpoint_secret(master, row.id, row.sealed_secret));
    Endpoint endpoint;
    endpoint.tenant = row.tenant;
    endpoint.id = row.id;
    endpoint.channel = domain::channel_of(row.url);
    if (endpoint.channel == domain::Channel::kafka) {
        TRY(endpoint.topic, domain::topic_of(row.url));
    } else {
        TRY(endpoint.url, net::Url::parse(row.url));
    }
    if (row.auth == "basic") {
        endpoint.authentication = Authentication::basic;
        endpoint.secret = basic_authorization(row.username, plain);
    } else {
        TRY(endpoint.secret, crypto::parse_webhook_secret(plain.reveal()));
    }
    return endpoint;
}

} // namespace

std::shared_ptr<const Endpoint> EndpointCache::find(EndpointId id) const {
    const std::shared_lock lock(mutex_);
    const auto found = endpoints_.find(id);
    return found == endpoints_.end() ? nullptr : found->second;
}

std::vector<EndpointId> EndpointCache::all() const {
    const std::shared_lock lock(mutex_);
    std::vector<EndpointId> ids;
    for (const auto& [id, endpoint] : endpoints_)
        ids.push_back(id);
    return ids;
}

void EndpointCache::load(const std::vector<store::EndpointRow>& rows) {
    std::map<EndpointId, std::shared_ptr<const Endpoint>> endpoints;
    for (const store::EndpointRow& row : rows) {
        auto endpoint = open_endpoint(master_, row);
        if (endpoint)
            endpoints.emplace(row.id, std::make_shared<const Endpoint>(std::move(*endpoint)));
        else
            log::failure("endpoint.unusable", endpoint.error(), {{"endpoint", to_string(row.id)}});
    }
    const std::unique_lock lock(mutex_);
    endpoints_ = std::move(endpoints);
}

} // namespace settled::worker
