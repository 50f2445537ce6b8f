#include "units/deliveries/handshake.h"

#include "store/queries/endpoints.h"

namespace settled::units {

using store::EndpointState;
using store::Session;
using store::Step;

Step<bool> take_handshake(Session& s, TenantId tenant, EndpointId endpoint, std::string url,
                          Instant now, Instant until) {
    co_await s.lock({store::Lock::endpoint_state(tenant, endpoint)});
    EndpointState state = co_await store::find_endpoint_state(s, tenant, endpoint);
    store::Handshake& shake = state.handshake;
    if (shake.url != url) // it was never asked, or has another address now
        shake = {std::string(store::handshake_waiting), url, 0, 0, {}};
    if (shake.state == store::handshake_granted || now < shake.next_at)
        co_return false;
    shake.next_at = until;
    co_await store::put_endpoint_state(s, state);
    co_return true;
}

Step<> record_handshake(Session& s, std::shared_ptr<const Asked> asked) {
    co_await s.lock({store::Lock::endpoint_state(asked->tenant, asked->endpoint)});
    EndpointState state = co_await store::find_endpoint_state(s, asked->tenant, asked->endpoint);
    store::Handshake& shake = state.handshake;
    if (shake.url != asked->url)
        co_return; // the endpoint has another address now
    ++shake.tries;
    shake.next_at = asked->now + asked->wait;
    shake.rate_per_minute = asked->rate_per_minute;
    if (asked->consent == Consent::granted)
        shake.state = store::handshake_granted;
    else if (asked->consent == Consent::refused)
        shake.state = store::handshake_refused;
    co_await store::put_endpoint_state(s, state);
    co_await store::endpoints_changed(s);
}

} // namespace settled::units
