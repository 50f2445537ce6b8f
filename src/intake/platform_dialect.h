// A platform of the Clearmatch kind as a kind of connector: basic authentication, a thin message,
// answered with {} as soon as it is stored.
#pragma once

#include "connectors/basic_auth.h"
#include "connectors/clearmatch/message.h"
#include "intake/dialect.h"

namespace settled::intake {

class PlatformDialect final : public Dialect {
  public:
    PlatformDialect(connectors::BasicAuth auth, connectors::clearmatch::MessageRules rules)
        : auth_(std::move(auth)), rules_(std::move(rules)) {}

    // Fails with value_invalid, key_unreadable.
    static Result<std::unique_ptr<const Dialect>> open(const domain::ConnectorSettings& settings,
                                                       const custody::Custody& custody);

    // Codes: those of basic_auth.h.
    Result<std::string_view> prove(const net::Request& request, Instant now) const override;
    // Codes: those of clearmatch/message.h.
    Result<domain::InboundWebhook> read(std::string_view body) const override;
    std::optional<domain::InboundWebhook> kept(std::string_view body,
                                               const Error& why) const override;
    std::string answer(const domain::InboundWebhook&) const override { return "{}"; }

  private:
    connectors::BasicAuth auth_;
    connectors::clearmatch::MessageRules rules_;
};

} // namespace settled::intake
