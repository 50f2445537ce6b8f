#include "connectors/pubsub/push.h"

#include "base/limits.h"
#include "crypto/hash.h"
#include "crypto/rsa.h"
#include "payloads/reader.h"
#include "wire/base64.h"

#include <memory>

namespace settled::connectors::pubsub {

namespace {

constexpr std::string_view pushed_type = "PaymentPushed";
constexpr std::size_t message_id_bytes_max = 256;
constexpr std::size_t setting_bytes_max = 1024;
constexpr std::size_t keys_max = 8; // two are usual while they change
constexpr std::size_t pem_bytes_max = 8 * 1024;

struct Message {
    std::string id;
    std::string subscription;
    std::string data;
};

std::unexpected<Error> unreadable(std::string_view why) {
    return fail(Code::webhook_unreadable, std::string(why));
}

// Unknown members are ignored: Google adds some now and then.
Result<Message> read_envelope(std::string_view body) {
    const auto document = wire::JsonDocument::parse(body);
    if (!document)
        return unreadable("it is not valid JSON");
    const auto subscription = document->root().member("subscription");
    const auto message = document->root().member("message");
    const auto id = message ? message->member("messageId") : std::nullopt;
    const auto data = message ? message->member("data") : std::nullopt;
    if (!subscription || !subscription->string() || !id || !id->string() || !data ||
        !data->string())
        return unreadable("give subscription, message.messageId and message.data");
    if (id->string()->empty() || id->string()->size() > message_id_bytes_max)
        return unreadable("message.messageId is of no use");
    const auto bytes = wire::parse_base64(*data->string());
    if (!bytes)
        return unreadable("message.data is not base64");
    return Message{std::string(*id->string()), std::string(*subscription->string()),
                   std::string(as_text(*bytes))};
}

void read_token_keys(payloads::Reader& in, std::map<std::string, std::string>& keys) {
    const auto given = in.member("token_keys");
    if (!given)
        return;
    if (!given->is_object() || given->size() > keys_max)
        return in.refuse(Code::value_invalid, "token_keys", "give an object of at most 8 keys");
    for (std::size_t i = 0; i < given->size(); ++i) {
        const std::string_view id = given->name_at(i);
        const std::string_view pem = given->at(i).string().value_or("");
        const auto key = crypto::Verifier::from_pem(pem.substr(0, pem_bytes_max));
        if (id.empty() || id.size() > limits::text_bytes_max)
            in.refuse(Code::value_invalid, "token_keys", "give key ids of 1 to 256 bytes");
        else if (!key)
            in.refuse(Code::value_invalid, "token_keys", key.error().detail);
        keys.emplace(id, pem);
    }
}

} // namespace

Result<PushSettings> PushSettings::parse(const wire::Json& written) {
    PushSettings settings;
    payloads::Reader in(written);
    settings.audience = in.text("audience", setting_bytes_max);
    settings.service_account = in.text("service_account", setting_bytes_max);
    settings.subscription = in.optional_text("subscription", setting_bytes_max);
    const auto format = in.take("format", limits::text_bytes_max, payloads::parse_payment_format);
    if (!format)
        in.missing("format");
    read_token_keys(in, settings.token_keys);
    settings.jwks_file = in.optional_text("jwks_file", setting_bytes_max);
    if (settings.token_keys.empty() && settings.jwks_file.empty())
        in.missing("token_keys");
    TRY_VOID(in.finish());
    settings.format = *format;
    return settings;
}

Result<domain::InboundWebhook> read_push(const PushSettings& settings, std::string_view body) {
    TRY(const Message message, read_envelope(body));
    if (!settings.subscription.empty() && message.subscription != settings.subscription)
        return fail(Code::subscription_unknown, "the connector takes another subscription");
    TRY(auto request, payloads::read_payment_text(settings.format, message.data));
    domain::InboundWebhook webhook;
    webhook.type = pushed_type;
    webhook.unique_id = request.payment.client_id;
    webhook.dedupe_key = message.subscription + ":" + message.id;
    webhook.payload_digest = crypto::sha256(message.data);
    if (payloads::ignored_because(request).empty())
        webhook.fact = domain::PaymentFact{
            std::make_shared<const domain::NewPayment>(std::move(request.payment))};
    return webhook;
}

} // namespace settled::connectors::pubsub
