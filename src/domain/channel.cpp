#include "domain/channel.h"

#include <algorithm>

namespace settled::domain {

namespace {

constexpr std::string_view kafka_scheme = "kafka:";
constexpr std::size_t topic_bytes_max = 249;

} // namespace

Channel channel_of(std::string_view url) {
    return url.starts_with(kafka_scheme) ? Channel::kafka : Channel::http;
}

bool is_topic(std::string_view name) {
    if (name.empty() || name.size() > topic_bytes_max || name == "." || name == "..")
        return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

Result<std::string> topic_of(std::string_view url) {
    const std::string_view name = url.substr(std::min(url.size(), kafka_scheme.size()));
    if (channel_of(url) != Channel::kafka || !is_topic(name))
        return fail(Code::url_invalid,
                    "give kafka: and a topic of letters, digits, '.', '_' and '-'");
    return std::string(name);
}

} // namespace settled::domain
