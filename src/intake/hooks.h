// POST /hooks/{connector}: a webhook comes in, is verified, made durable, and answered with the signed
// nonce.
//
// Order of the checks, each with its own code: connector_unknown, key_unavailable,
// signature_missing, signature_malformed, signature_invalid, webhook_unreadable. Nothing is parsed
// for meaning before the signature holds over the raw bytes. There is no 200 before the commit is
// durable; the answer is signed during the commit, on the CPU that would otherwise wait for the
// disk. Source of the protocol: ClearBank developer portal, "Getting started", webhooks.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "custody/key_desk.h"
#include "intake/connector_cache.h"
#include "intake/key_log.h"
#include "intake/probe.h"
#include "intake/refusals.h"
#include "net/http.h"
#include "observe/traces.h"
#include "store/store.h"
#include "units/context.h"

namespace settled::intake {

// Runs on the io thread of the request; the object is shared by all of them.
class Hooks {
  public:
    Hooks(store::Store& store, const units::Context& context, const ConnectorCache& connectors,
          custody::KeyDesk& keys, const Clock& clock, observe::Metrics& metrics,
          observe::Traces* traces = nullptr) // none: they are off
        : store_(store), context_(context), connectors_(connectors), keys_(keys), clock_(clock),
          traces_(traces), probe_(metrics) {}

    Task<Result<net::Response>> receive(std::string connector_name, net::Request request);

    // What of a connector's webhooks this node has refused lately.
    Refused refused_of(ConnectorId connector) const {
        return refusals_.of(connector, clock_.now());
    }

    // Which of the banks' keys proved webhooks.
    KeyLog& key_log() { return key_log_; }

  private:
    Task<Result<net::Response>> accept(std::shared_ptr<const Connector> connector,
                                       net::Request request);
    Task<Result<>> keep_unreadable(const Connector& connector, const std::string& body,
                                   const Error& why);

    store::Store& store_;
    const units::Context& context_;
    const ConnectorCache& connectors_;
    custody::KeyDesk& keys_;
    const Clock& clock_;
    observe::Traces* traces_;
    Probe probe_;
    Refusals refusals_;
    KeyLog key_log_;
};

} // namespace settled::intake
