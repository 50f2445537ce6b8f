#include "wire/money.h"

#include <algorithm>
#include <charconv>

namespace settled::wire {

std::string plain_decimal(std::string_view number) {
    constexpr int digits_max = 40;
    const std::size_t e = number.find_first_of("eE");
    if (e == number.npos)
        return std::string(number);
    std::string_view power_text = number.substr(e + 1);
    if (power_text.starts_with('+'))
        power_text.remove_prefix(1);
    int power = 0;
    const char* const end = power_text.data() + power_text.size();
    const auto [stop, error] = std::from_chars(power_text.data(), end, power);
    std::string_view mantissa = number.substr(0, e);
    const bool negative = mantissa.starts_with('-');
    mantissa.remove_prefix(negative ? 1 : 0);
    const std::size_t point = mantissa.find('.');
    std::string digits(mantissa.substr(0, point));
    const auto whole = static_cast<int>(digits.size());
    if (point != mantissa.npos)
        digits += mantissa.substr(point + 1);
    const bool all_digits =
        !digits.empty() && whole > 0 && digits.find_first_not_of("0123456789") == std::string::npos;
    if (error != std::errc() || stop != end || !all_digits || power > digits_max ||
        power < -digits_max || digits.size() > digits_max)
        return std::string(number);
    int at = whole + power; // where the point stands
    if (at <= 0) {
        digits.insert(0, static_cast<std::size_t>(1 - at), '0');
        at = 1;
    }
    const auto places = static_cast<std::size_t>(at);
    if (digits.size() < places)
        digits.append(places - digits.size(), '0');
    std::string plain = digits.substr(0, places);
    plain.erase(0, std::min(plain.find_first_not_of('0'), plain.size() - 1));
    if (digits.size() > places)
        plain += '.' + digits.substr(places);
    return negative ? '-' + plain : plain;
}

void write_money(JsonWriter& w, std::string_view name, const Money& money) {
    w.key(name).object().member("value", decimal(money));
    w.member("currency", money.currency.code()).end();
}

} // namespace settled::wire
