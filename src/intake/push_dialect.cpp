#include "intake/push_dialect.h"

namespace settled::intake {

Result<std::unique_ptr<const Dialect>> PushDialect::open(const flow::SourceSettings& settings,
                                                         const crypto::Custody& custody) {
    TRY(const auto written, wire::JsonDocument::parse(settings.push));
    TRY(auto push, bank::pubsub::PushSettings::parse(written.root()));
    return open(std::move(push), custody);
}

Result<std::unique_ptr<const Dialect>> PushDialect::open(bank::pubsub::PushSettings settings,
                                                         const crypto::Custody& custody) {
    auto dialect = std::make_unique<PushDialect>();
    TRY(dialect->keys_, TokenKeys::open(settings.token_keys, settings.jwks_file, custody));
    dialect->settings_ = std::move(settings);
    return dialect;
}

bool PushDialect::takes_refresh(const net::Request& request, Instant now) const {
    const auto authorization = request.fields.find("Authorization");
    return authorization && keys_->takes_refresh(key_id_of_bearer_token(*authorization), now);
}

Result<> PushDialect::prove(const net::Request& request, Instant now) const {
    if (request.fields.count("Authorization") > 1)
        return fail(Code::token_malformed, "there is more than one Authorization header");
    return check_bearer_token(request.fields.find("Authorization").value_or(""), *keys_,
                              {settings_.audience, settings_.service_account}, now);
}

Result<flow::InboundWebhook> PushDialect::read(std::string_view body) const {
    return bank::pubsub::read_push(settings_, body);
}

} // namespace settled::intake
