// GET /.well-known/jwks.json: the Ed25519 keys that endpoints are signed for with, old ones until
// their overlap ends (RFC 7517, RFC 8037).
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "crypto/ed25519.h"
#include "store/queries/endpoints.h"
#include "units/deliveries/endpoint_row.h"

namespace settled::api {

Task<Result<Answer>> published_keys(const Core& core) {
    using Rows = std::vector<store::EndpointRow>;
    const Result<Rows> rows = co_await core.store.read<Rows>(
        [](store::Session& s) { return store::all_active_endpoints(s); });
    if (!rows)
        co_return std::unexpected(rows.error());
    const Instant now = core.clock.now();
    wire::JsonWriter w;
    w.object().key("keys").array();
    for (const store::EndpointRow& row : *rows) {
        const auto settings = units::endpoint_settings(row);
        if (!settings)
            continue;
        for (const domain::PublishedKey& key : settings->published_keys) {
            const auto parsed = crypto::parse_ed25519_public(key.text);
            if (parsed && (key.until.us == 0 || now < key.until))
                w.raw(crypto::ed25519_jwk(*parsed));
        }
    }
    w.end().end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
