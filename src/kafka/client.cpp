#include "kafka/client.h"

#include "base/assert.h"
#include "observe/log.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace settled::kafka {

namespace {

constexpr int syslog_error = 3;
constexpr int syslog_warning = 4;
constexpr int syslog_info = 6;

Listener& listener_of(void* opaque) {
    return *static_cast<Listener*>(opaque);
}

void on_log(const rd_kafka_t*, int level, const char* facility, const char* text) {
    const LogLevel ours = level <= syslog_error     ? LogLevel::error
                          : level == syslog_warning ? LogLevel::warn
                          : level < syslog_info     ? LogLevel::info
                                                    : LogLevel::debug;
    log::write(ours, "kafka.client", {{"facility", facility}, {"text", text}});
}

void note_reach(Listener& listener, rd_kafka_resp_err_t error) {
    switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        return listener.set_reach(Reach::refused);
    case RD_KAFKA_RESP_ERR__SSL:
        return listener.set_reach(Reach::untrusted);
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
        // One of several brokers may be away; statistics show when another answers. After a refusal
        // the library also says that the connection was lost: the refusal is the reason.
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        return listener.no_broker_answers();
    default:
        return;
    }
}

void on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    const bool fatal = error == RD_KAFKA_RESP_ERR__FATAL;
    note_reach(listener_of(opaque), error);
    log::write(fatal ? LogLevel::error : LogLevel::warn, "kafka.error",
               {{"error", rd_kafka_err2name(error)}, {"text", reason}});
    listener_of(opaque).failed(error, fatal);
}

// The statistics name each broker's state; a broker that answers is "UP".
int on_statistics(rd_kafka_t*, char* json, std::size_t size, void* opaque) {
    const std::string_view text(json, size);
    if (text.find("\"state\":\"UP\"") != text.npos)
        listener_of(opaque).set_reach(Reach::reachable);
    else
        listener_of(opaque).no_broker_answers();
    return 0; // the library frees the text
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    listener_of(opaque).delivered(*message);
}

void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
                  void* opaque) {
    listener_of(opaque).rebalance(code, *list);
}

// `value` is not said in the error: it may be a password.
Result<> set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
    std::array<char, 512> why{};
    if (rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
        return fail(Code::config_invalid, fmt::format("Kafka does not take {} as it is", name));
    return {};
}

Result<> set(rd_kafka_conf_t* conf, const char* name, const Secret& value) {
    std::string text(value.reveal()); // as the library wants it: with an end
    const auto done = set(conf, name, text);
    const Secret wiped(std::move(text));
    return done;
}

Properties common_properties(const Settings& settings) {
    Properties properties{
        {"bootstrap.servers", settings.bootstrap_servers},
        {"client.id", settings.client_id},
        {"security.protocol", settings.security_protocol},
        {"allow.auto.create.topics", "false"},
        {"reconnect.backoff.max.ms", "2000"},
        {"topic.metadata.refresh.interval.ms", "10000"}, // also how soon a new topic is found
        {"statistics.interval.ms", "1000"},
        {"log.connection.close", "false"},
        {"socket.keepalive.enable", "true"},
    };
    const auto add_given = [&](const char* name, const std::string& value) {
        if (!value.empty())
            properties.emplace_back(name, value);
    };
    if (settings.security_protocol.starts_with("sasl_")) {
        add_given("sasl.mechanisms", settings.sasl_mechanism);
        add_given("sasl.username", settings.sasl_username);
    }
    // What the library does by default, unless a later version should see it otherwise.
    if (settings.security_protocol.ends_with("ssl")) {
        properties.emplace_back("enable.ssl.certificate.verification", "true");
        properties.emplace_back("ssl.endpoint.identification.algorithm", "https");
    }
    add_given("ssl.ca.location", settings.ca_certificates);
    add_given("ssl.certificate.location", settings.certificate);
    return properties;
}

} // namespace

std::string_view to_string(Reach reach) {
    switch (reach) {
    case Reach::unreachable:
        return "unreachable";
    case Reach::reachable:
        return "reachable";
    case Reach::untrusted:
        return "untrusted";
    case Reach::refused:
        return "refused";
    }
    SETTLED_ASSERT(false, "no such reach: {}", static_cast<int>(reach));
}

Result<Owned<rd_kafka_t>> open_client(Role role, const Settings& settings,
                                      const Credentials& credentials, const Properties& more,
                                      Listener& listener) {
    Owned<rd_kafka_conf_t> conf(rd_kafka_conf_new());
    for (const auto& [name, value] : common_properties(settings))
        TRY_VOID(set(conf.get(), name, value));
    for (const auto& [name, value] : more)
        TRY_VOID(set(conf.get(), name, value));
    // It is their user: it logs in and signs with them.
    if (!credentials.password.empty() && settings.security_protocol.starts_with("sasl_"))
        TRY_VOID(set(conf.get(), "sasl.password", credentials.password));
    if (!credentials.key.empty())
        TRY_VOID(set(conf.get(), "ssl.key.pem", credentials.key));

    rd_kafka_conf_set_opaque(conf.get(), &listener);
    rd_kafka_conf_set_log_cb(conf.get(), on_log);
    rd_kafka_conf_set_error_cb(conf.get(), on_error);
    rd_kafka_conf_set_stats_cb(conf.get(), on_statistics);
    if (role == Role::producer)
        rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
    else
        rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);

    std::array<char, 512> why{};
    rd_kafka_t* handle =
        rd_kafka_new(role == Role::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(),
                     why.data(), why.size());
    if (handle == nullptr)
        return fail(Code::config_invalid, fmt::format("Kafka: {}", why.data()));
    (void)conf.release(); // it is the handle's now
    return Owned<rd_kafka_t>(handle);
}

Error error_of(rd_kafka_resp_err_t code) {
    std::string text = rd_kafka_err2name(code);
    switch (code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
        return {Code::bus_refused, std::move(text)};
    default:
        return {Code::bus_unavailable, std::move(text)};
    }
}

} // namespace settled::kafka
