#include "sandbox/provider/provider.h"

#include "base/bytes.h"
#include "sandbox/base/uuid.h"
#include "sandbox/bounds.h"

#include <array>

namespace settled::sandbox {

void Provider::set_target(net::Url settled, Secret api_key) {
    settled.target = "/v1/payments";
    settled_ = std::move(settled);
    api_key_ = std::move(api_key);
}

ProviderPayment Provider::complete(ProviderPayment payment) {
    if (payment.id.empty())
        payment.id = "pv3-" + make_uuid(rng_);
    if (payment.end_to_end_id.empty()) {
        std::array<std::uint8_t, 12> bytes{};
        rng_.fill(bytes);
        payment.end_to_end_id = "E2E" + to_hex(bytes);
    }
    if (payment.created.us == 0)
        payment.created = clock_.now();
    return payment;
}

Task<Result<RegisteredPayment>> Provider::register_payment(ProviderPayment payment,
                                                           bool as_yapily) {
    if (!settled_)
        co_return fail(Code::state_conflict, "the address of settled is not set");
    RegisteredPayment registered{complete(std::move(payment)), 0, {}};
    net::OutboundRequest request;
    request.url = *settled_;
    request.deadline = bounds::register_wait_max;
    request.safe_to_repeat = true; // the Idempotency-Key makes it so
    request.fields.add("Content-Type",
                       as_yapily ? "application/vnd.yapily.payment+json" : "application/json");
    request.fields.add("Idempotency-Key", registered.payment.id);
    // Into the one header that it is for.
    request.fields.add("Authorization", "Bearer " + std::string(api_key_.reveal()));
    request.body =
        as_yapily ? yapily_json(registered.payment, rng_) : native_json(registered.payment);
    CO_TRY(net::Reply reply, co_await client_->send(std::move(request)));
    registered.status = reply.status;
    registered.answer = std::move(reply.body);
    registered_.push_back(registered);
    if (registered_.size() > bounds::payments_kept_max)
        registered_.pop_front();
    co_return registered;
}

} // namespace settled::sandbox
