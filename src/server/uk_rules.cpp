#include "server/uk_rules.h"

#include <fmt/format.h>

#include <fstream>

namespace settled::server {

namespace {

constexpr std::streamsize file_bytes_max = 4 << 20; // the largest, the table of weights, has 90 kB

Result<std::string> read_file(std::string_view setting, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(file_bytes_max) + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad())
        return fail(Code::io_failed, fmt::format("{}: {} cannot be read", setting, path));
    if (file.gcount() > file_bytes_max)
        return fail(Code::value_invalid, fmt::format("{}: {} is too large", setting, path));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

std::unexpected<Error> wrong(std::string_view setting, const Error& error) {
    return fail(error.code, fmt::format("{}: {}", setting, error.detail));
}

} // namespace

Result<domain::Calendar> load_calendar(const Config& config) {
    domain::Calendar calendar;
    const auto hours = domain::parse_hours(config.chaps_hours);
    if (!hours)
        return wrong("calendar.chaps_hours", hours.error());
    calendar.chaps_hours = *hours;
    if (config.chaps_days != "working" && config.chaps_days != "all")
        return fail(Code::value_invalid, "calendar.chaps_days must be working or all");
    calendar.chaps_on_working_days = config.chaps_days == "working";
    if (config.outside_hours != "queue" && config.outside_hours != "refuse")
        return fail(Code::value_invalid, "calendar.outside_hours must be queue or refuse");
    if (config.outside_hours == "refuse")
        calendar.outside_hours = domain::OutsideHours::refuse;
    if (config.bank_holidays.empty())
        return calendar;
    TRY(const std::string text, read_file("calendar.bank_holidays", config.bank_holidays));
    auto holidays = domain::BankHolidays::parse(text);
    if (!holidays)
        return wrong("calendar.bank_holidays", holidays.error());
    calendar.holidays = *std::move(holidays);
    return calendar;
}

Result<std::shared_ptr<const domain::ModulusTable>> load_modulus(const Config& config) {
    if (config.modulus_weights.empty()) {
        if (!config.modulus_substitutions.empty())
            return fail(Code::value_invalid, "modulus.substitutions needs modulus.weights");
        return nullptr;
    }
    TRY(const std::string weights, read_file("modulus.weights", config.modulus_weights));
    std::string substitutions;
    if (!config.modulus_substitutions.empty()) {
        TRY(substitutions, read_file("modulus.substitutions", config.modulus_substitutions));
    }
    auto table = domain::ModulusTable::parse(weights, substitutions);
    if (!table)
        return fail(table.error().code, "modulus." + table.error().detail);
    return std::make_shared<const domain::ModulusTable>(*std::move(table));
}

} // namespace settled::server
