// How an endpoint is reached, by its URL: https://host/path (or http://), or kafka:TOPIC.
#pragma once

#include "base/error.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled::domain {

enum class Channel : std::uint8_t { http, kafka };
inline constexpr std::size_t channel_count = 2;

Channel channel_of(std::string_view url);

// Kafka's own rule: 1 to 249 letters, digits, '.', '_' and '-', but neither "." nor "..".
bool is_topic(std::string_view name);

// The topic of a kafka: URL. Fails with url_invalid.
Result<std::string> topic_of(std::string_view url);

} // namespace settled::domain
