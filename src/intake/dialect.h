// What differs from one kind of connector to the next: how a webhook is proven, read and answered.
//
// A kind is one implementation and one line in open_dialect(). Immutable; used by all io threads.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "custody/custody.h"
#include "domain/connector.h"
#include "domain/facts.h"
#include "net/http.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::intake {

class Dialect {
  public:
    virtual ~Dialect() = default;

    // True: the caller is to refresh() before it has such a request proved.
    virtual bool takes_refresh(const net::Request&, Instant /*now*/) const { return false; }
    // Reads again what others keep up to date in a file. Waits for the disk.
    virtual void refresh() const {}

    // Comes first; nothing in the body may be believed before it holds. Fails with a code of
    // signatures (signature_missing, signature_malformed, signature_invalid). Gives the fingerprint of
    // the sender's public key that proved it, where the kind has such keys one by one; else "".
    virtual Result<std::string_view> prove(const net::Request& request, Instant now) const = 0;

    // The events of a proven body, each to be read for itself. Fails with webhook_unreadable.
    virtual Result<std::vector<std::string>> events(std::string body) const {
        std::vector<std::string> all;
        all.push_back(std::move(body));
        return all;
    }

    // Of an event. Fails with webhook_unreadable; such a body is not acknowledged.
    virtual Result<domain::InboundWebhook> read(std::string_view body) const = 0;

    // What is stored of a body that read() refuses for that reason, once, for a person to look at: the
    // sender may give up. nullopt: nothing.
    virtual std::optional<domain::InboundWebhook> kept(std::string_view /*body*/,
                                                       const Error& /*why*/) const {
        return std::nullopt;
    }

    // What is said when the webhook is durable; empty: 204, without a body.
    virtual std::string answer(const domain::InboundWebhook& webhook) const = 0;
    // Signs the answer, in the header of that name; nullptr: answers are not signed.
    virtual std::shared_ptr<crypto::Signer> signer() const { return nullptr; }
    virtual std::string_view signature_header() const { return {}; }
};

// Fails when settings or a key cannot be read: value_invalid, key_unreadable, key_unsuitable.
// Waits for the disk.
Result<std::unique_ptr<const Dialect>> open_dialect(std::string_view kind,
                                                    const domain::ConnectorSettings& settings,
                                                    const custody::Custody& custody);

} // namespace settled::intake
