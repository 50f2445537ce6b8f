#include "intake/push_dialect.h"

namespace settled::intake {

Result<std::unique_ptr<const Dialect>> PushDialect::open(const domain::ConnectorSettings& settings,
                                                         const custody::Custody& custody) {
    TRY(const auto written, wire::JsonDocument::parse(settings.push));
    TRY(auto push, connectors::pubsub::PushSettings::parse(written.root()));
    return open(std::move(push), custody);
}

Result<std::unique_ptr<const Dialect>> PushDialect::open(connectors::pubsub::PushSettings settings,
                                                         const custody::Custody& custody) {
    auto dialect = std::make_unique<PushDialect>();
    TRY(dialect->keys_, TokenKeys::open(settings.token_keys, settings.jwks_file, custody));
    dialect->settings_ = std::move(settings);
    return dialect;
}

bool PushDialect::takes_refresh(const net::Request& request, Instant now) const {
    const auto authorization = request.fields.find("Authorization");
    return authorization &&
           keys_->takes_refresh(connectors::pubsub::key_id_of_bearer_token(*authorization), now);
}

Result<std::string_view> PushDialect::prove(const net::Request& request, Instant now) const {
    if (request.fields.count("Authorization") > 1)
        return fail(Code::token_malformed, "there is more than one Authorization header");
    TRY_VOID(connectors::pubsub::check_bearer_token(
        request.fields.find("Authorization").value_or(""),
        [this](std::string_view id) { return keys_->find(id); },
        {settings_.audience, settings_.service_account}, now));
    return std::string_view();
}

Result<domain::InboundWebhook> PushDialect::read(std::string_view body) const {
    return connectors::pubsub::read_push(settings_, body);
}

} // namespace settled::intake
