// A record of a topic, in and out, and what a record that cannot be used becomes. Internal to bus/.
#pragma once

#include "base/error.h"

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::kafka {

struct Header {
    std::string name;
    std::optional<std::string> value; // Kafka distinguishes absent from empty
    bool operator==(const Header&) const = default;
};

// A record that was read; copied out of the library's buffers.
struct Record {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::optional<std::string> key;
    std::optional<std::string> body;
    std::vector<Header> headers;

    std::size_t bytes() const; // what it takes of memory, about
};
Record copy_record(const rd_kafka_message_t& message);

// A record to be written.
struct NewRecord {
    std::string topic;
    std::optional<std::string> key;
    std::optional<std::string> body;
    std::vector<Header> headers;
};

// Key, body and headers as they came, and in further headers why it is there (settled-reason is the
// error's token, settled-detail a sentence) and where it came from (settled-topic,
// settled-partition, settled-offset, settled-group).
NewRecord dead_letter(const Record& record, const Error& reason, std::string_view topic,
                      std::string_view group);

} // namespace settled::kafka
