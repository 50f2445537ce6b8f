// Mambu's webhooks: the proof that one is Mambu's, what is in it, and the template that makes Mambu
// send it.
//
// They are not signed. A static header with a secret, or HTTP basic authentication, proves the
// sender. They are thin by our template: what happened to which loan, and where to look.
// Source: Mambu, "Webhook notifications", "Notification placeholders".
#pragma once

#include "base/error.h"
#include "connectors/basic_auth.h"
#include "connectors/inputs.h"
#include "crypto/hash.h"
#include "domain/connector.h"
#include "domain/facts.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::connectors::mambu {

inline constexpr std::size_t secret_bytes_min = 16;

// Immutable; any thread. Holds the secret's hash alone; compares in constant time.
class WebhookProof {
  public:
    // Fails with value_invalid, key_unreadable, key_unsuitable (a secret of less than 16 bytes).
    static Result<WebhookProof> open(const domain::ConnectorSettings& settings,
                                     const OpenSecret& open_secret);
    // Fails with signature_missing, signature_malformed, signature_invalid.
    Result<> check(const HeaderLookup& headers) const;

  private:
    std::optional<BasicAuth> basic_;
    std::string header_; // else
    crypto::Digest expected_{};
};

// {"event":"loan_disbursed","loan_account_id":"LN-4711","transaction_id":"92"}. Unknown members are
// refused: the template is ours. Fails with webhook_unreadable.
Result<domain::InboundWebhook> read_webhook(std::string_view body);

// What a template's form asks for, in Mambu under Administration > Webhooks.
struct WebhookTemplate {
    std::string_view name;
    std::string_view event; // as Mambu calls it
    std::string_view body;
};
std::span<const WebhookTemplate> webhook_templates();

} // namespace settled::connectors::mambu
