// The model core bank's API, as much of Mambu's version 2 as `settled` calls.
//
// Checks in this order: a fault that a test ordered, credentials (401), version (the Accept header of
// v2, 400), the idempotency key of what changes something (102, or the first answer), then what is
// asked. Source: Mambu API v2.
//
// Threads: used on one io_context only.
#pragma once

#include "base/secret.h"
#include "sandbox/bank/api/api_faults.h"
#include "sandbox/bank/api/call_log.h"
#include "sandbox/bank/api/pauses.h"
#include "sandbox/base/handler.h"
#include "sandbox/core_bank/books.h"
#include "sandbox/core_bank/core_webhooks.h"
#include "sandbox/core_bank/idempotency.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace settled::sandbox {

class CoreApi final : public SandboxHandler {
  public:
    struct Parts {
        CoreBooks& books;
        CoreWebhooks& webhooks;
        const Secret& key; // API key, or the password of `username`
        std::shared_ptr<Pauses> pauses;
        const Clock& clock;
    };
    static constexpr std::string_view username = "settled";

    explicit CoreApi(Parts parts) : parts_(std::move(parts)) {}

    Task<net::Response> handle(net::Request request) override;

    ApiFaults& faults() { return faults_; }
    void end_faults();
    const CallLog& calls() const { return calls_; }
    Idempotency& idempotency() { return idempotency_; }
    // From now on each change takes so long; a repeat meanwhile is answered 102.
    void set_processing(std::chrono::milliseconds time) { processing_ = time; }

  private:
    using Path = std::vector<std::string>;

    net::Response answer(const net::Request& request);
    bool authorized(const net::Request& request) const;
    net::Response route(const net::Request& request, const Path& path);
    net::Response route_loan(const net::Request& request, const Path& path);
    net::Response search_loans(const net::Request& request);
    net::Response search_bookings(const net::Request& request);
    net::Response route_booking(const net::Request& request, std::string id);
    net::Response route_setup(const net::Request& request, const Path& path);

    Parts parts_;
    ApiFaults faults_;
    CallLog calls_;
    Idempotency idempotency_;
    std::chrono::milliseconds processing_{0};
};

} // namespace settled::sandbox
