// Google Pub/Sub push as a kind of connector: proved by its bearer token, answered with 204.
#pragma once

#include "connectors/pubsub/bearer_token.h"
#include "connectors/pubsub/push.h"
#include "intake/dialect.h"
#include "intake/token_keys.h"

namespace settled::intake {

class PushDialect final : public Dialect {
  public:
    // Fails with value_invalid, key_unreadable, key_unsuitable.
    static Result<std::unique_ptr<const Dialect>> open(const domain::ConnectorSettings& settings,
                                                       const custody::Custody& custody);
    static Result<std::unique_ptr<const Dialect>> open(connectors::pubsub::PushSettings settings,
                                                       const custody::Custody& custody);

    bool takes_refresh(const net::Request& request, Instant now) const override;
    void refresh() const override { keys_->refresh(); }

    // Codes: those of bearer_token.h.
    Result<std::string_view> prove(const net::Request& request, Instant now) const override;
    Result<domain::InboundWebhook> read(std::string_view body) const override;
    std::string answer(const domain::InboundWebhook&) const override { return {}; }

  private:
    connectors::pubsub::PushSettings settings_;
    std::unique_ptr<TokenKeys> keys_;
};

} // namespace settled::intake
