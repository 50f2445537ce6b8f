#include "intake/push_dialect.h"

namespace settled::intake {

Result<std::unique_ptr<const Dialect>> PushDialect::open(const flow::SourceSettings& settings) {
    TRY(const auto written, wire::JsonDocument::parse(settings.push));
    TRY(auto push, bank::pubsub::PushSettings::parse(written.root()));
    return open(std::move(push));
}

Result<std::unique_ptr<const Dialect>> PushDialect::open(bank::pubsub::PushSettings settings) {
    auto dialect = std::make_unique<PushDialect>();
    TRY(dialect->keys_, TokenKeys::open(settings.token_keys, settings.jwks_file));
    dialect->settings_ = std::move(settings);
    return dialect;
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
