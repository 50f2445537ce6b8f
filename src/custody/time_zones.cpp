#include "custody/time_zones.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace settled::custody {

namespace {

constexpr std::string_view directory = "/usr/share/zoneinfo/";
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t file_bytes_max = std::size_t{64} * 1024; // real ones have some 4 KiB

// A name is a part of a path, and comes from a client.
bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max && !name.starts_with('/') &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '/' || c == '_' || c == '-' || c == '+';
           });
}

} // namespace

Result<wire::TimeZone> open_time_zone(std::string_view name) {
    if (name == "UTC")
        return wire::TimeZone::utc();
    constexpr std::string_view advice =
        "give a time zone by its name, such as Europe/London; the system's package tzdata has them";
    if (!is_name(name))
        return fail(Code::value_invalid, std::string(advice));
    std::ifstream in(std::string(directory) + std::string(name), std::ios::binary);
    std::string bytes(file_bytes_max, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    auto zone = wire::TimeZone::parse(bytes);
    if (!zone)
        return fail(Code::value_invalid, std::string(advice));
    return zone;
}

} // namespace settled::custody
