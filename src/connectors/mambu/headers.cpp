#include "connectors/mambu/headers.h"

#include "wire/base64.h"

namespace settled::connectors::mambu {

namespace {

// A search under a key would be answered from memory, as it was when it was first asked.
bool changes_something(const domain::CallRequest& request) {
    return request.method == "PATCH" ||
           (request.method == "POST" && !request.target.contains(":search"));
}

} // namespace

HeaderFields header_fields(const domain::CallRequest& request, std::string_view request_id,
                           std::string_view username, const Secret& key) {
    HeaderFields fields{{"Accept", "application/vnd.mambu.v2+json"}};
    if (username.empty()) {
        fields.emplace_back("apikey", key.reveal()); // as the header carries it
    } else {
        std::string pair(username);
        pair.append(":").append(key.reveal()); // as RFC 7617 wants it
        const Secret both(std::move(pair));
        fields.emplace_back("Authorization", "Basic " + wire::to_base64(both.bytes()));
    }
    if (!request.body.empty())
        fields.emplace_back("Content-Type", "application/json");
    if (changes_something(request))
        fields.emplace_back("Idempotency-Key", request_id);
    return fields;
}

} // namespace settled::connectors::mambu
