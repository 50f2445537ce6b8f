#include "crypto/webhook_signature.h"
#include "domain/event.h"
#include "kafka/kafka_carrier.h"
#include "kafka/record.h"

#include <gtest/gtest.h>

#include <map>

namespace settled::kafka {
namespace {

std::map<std::string, std::string> headers_of(const NewRecord& record) {
    std::map<std::string, std::string> headers;
    for (const Header& header : record.headers)
        headers[header.name] = header.value.value_or("");
    return headers;
}

TEST(DeadLetter, is_the_record_with_the_reason_and_its_origin) {
    const Record record{
        "payments", 3, 17, "key", std::nullopt, {{"trace", "t-1"}, {"empty", std::nullopt}}};
    const NewRecord dead =
        dead_letter(record, {Code::payment_conflict, "other content"}, "payments.dead", "settled");
    EXPECT_EQ(dead.topic, "payments.dead");
    EXPECT_EQ(dead.key, "key");
    EXPECT_EQ(dead.body, std::nullopt) << "none is not the same as empty";
    EXPECT_EQ(headers_of(dead), (std::map<std::string, std::string>{
                                    {"trace", "t-1"},
                                    {"empty", ""},
                                    {"settled-reason", "payment_conflict"},
                                    {"settled-detail", "other content"},
                                    {"settled-topic", "payments"},
                                    {"settled-partition", "3"},
                                    {"settled-offset", "17"},
                                    {"settled-group", "settled"},
                                }));
}

class DeliveryRecord : public ::testing::Test {
  protected:
    DeliveryRecord() {
        endpoint.channel = domain::Channel::kafka;
        endpoint.topic = "events";
        worker::SigningKey key;
        key.secret = Secret(std::string(32, 'k'));
        endpoint.signing_keys.push_back(std::move(key));
        delivery.event = EventId{42};
        const domain::Event event = domain::ping_event(EventId{42}, EndpointId{9}, 1, {});
        delivery.body = std::make_shared<const std::string>(event.body);
    }
    worker::Endpoint endpoint;
    worker::Delivery delivery;
};

TEST_F(DeliveryRecord, has_the_bytes_and_headers_of_https_and_the_subject_as_its_key) {
    const auto record = delivery_record(endpoint, delivery, {1'795'687'200'000'000});
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->topic, "events");
    EXPECT_EQ(record->key, to_string(EndpointId{9}));
    EXPECT_EQ(record->body, *delivery.body);
    const auto headers = headers_of(*record);
    EXPECT_EQ(headers.at("webhook-id"), to_string(EventId{42}));
    EXPECT_EQ(headers.at("webhook-timestamp"), "1795687200");
    EXPECT_TRUE(crypto::webhook_signature_holds(endpoint.signing_keys[0].secret,
                                                to_string(EventId{42}), 1'795'687'200,
                                                *delivery.body, headers.at("webhook-signature")));
}

TEST_F(DeliveryRecord, no_password_goes_into_a_topic) {
    for (const auto type : {domain::AuthType::basic, domain::AuthType::bearer,
                            domain::AuthType::oauth2, domain::AuthType::rfc9421}) {
        endpoint.settings.auth.front().type = type;
        EXPECT_FALSE(delivery_record(endpoint, delivery, {}).has_value()) << domain::token(type);
    }
}

} // namespace
} // namespace settled::kafka
