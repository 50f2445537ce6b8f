#include "kafka/record.h"

#include <fmt/format.h>

namespace settled::kafka {

namespace {

std::optional<std::string> copy_bytes(const void* bytes, std::size_t size) {
    if (bytes == nullptr)
        return std::nullopt;
    return std::string(static_cast<const char*>(bytes), size);
}

std::vector<Header> copy_headers(const rd_kafka_message_t& message) {
    std::vector<Header> headers;
    rd_kafka_headers_t* list = nullptr; // stays the message's
    if (rd_kafka_message_headers(&message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return headers;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
        headers.push_back({name, copy_bytes(value, size)});
    return headers;
}

} // namespace

std::size_t Record::bytes() const {
    std::size_t bytes = sizeof *this + key.value_or("").size();
    bytes += body ? body->size() : 0;
    for (const Header& header : headers)
        bytes += sizeof header + header.name.size() + (header.value ? header.value->size() : 0);
    return bytes;
}

Record copy_record(const rd_kafka_message_t& message) {
    return {rd_kafka_topic_name(message.rkt),
            message.partition,
            message.offset,
            copy_bytes(message.key, message.key_len),
            copy_bytes(message.payload, message.len),
            copy_headers(message)};
}

NewRecord dead_letter(const Record& record, const Error& reason, std::string_view topic,
                      std::string_view group) {
    NewRecord dead{std::string(topic), record.key, record.body, record.headers};
    const auto say = [&](const char* name, std::string value) {
        dead.headers.push_back({name, std::move(value)});
    };
    say("settled-reason", std::string(info(reason.code).token));
    say("settled-detail", reason.detail);
    say("settled-topic", record.topic);
    say("settled-partition", fmt::to_string(record.partition));
    say("settled-offset", fmt::to_string(record.offset));
    say("settled-group", std::string(group));
    return dead;
}

} // namespace settled::kafka
