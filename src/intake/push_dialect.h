// Google Pub/Sub push as a kind of source: proved by its bearer token, answered with 204.
#pragma once

#include "bank/pubsub/push.h"
#include "intake/bearer_token.h"
#include "intake/dialect.h"

namespace settled::intake {

class PushDialect final : public Dialect {
  public:
    // Fails with value_invalid, key_unreadable, key_unsuitable.
    static Result<std::unique_ptr<const Dialect>> open(const flow::SourceSettings& settings,
                                                       const crypto::Custody& custody);
    static Result<std::unique_ptr<const Dialect>> open(bank::pubsub::PushSettings settings,
                                                       const crypto::Custody& custody);

    bool takes_refresh(const net::Request& request, Instant now) const override;
    void refresh() const override { keys_->refresh(); }

    // Codes: those of bearer_token.h.
    Result<> prove(const net::Request& request, Instant now) const override;
    Result<flow::InboundWebhook> read(std::string_view body) const override;
    std::string answer(const flow::InboundWebhook&) const override { return {}; }

  private:
    bank::pubsub::PushSettings settings_;
    std::unique_ptr<TokenKeys> keys_;
};

} // namespace settled::intake
