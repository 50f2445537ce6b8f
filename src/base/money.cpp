#include "base/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace settled {

namespace {

// ISO 4217 list one, 2026: the currencies whose exponent is not 2, then those with 2.
constexpr std::string_view exponent_0 =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF "
    "XOF XPF ";
constexpr std::string_view exponent_3 = "BHD IQD JOD KWD LYD OMR TND ";
constexpr std::string_view exponent_4 = "CLF UYW ";
constexpr std::string_view exponent_2 =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD "
    "CDF "
    "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP "
    "GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR "
    "PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TOP "
    "TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ";

bool lists(std::string_view list, std::string_view code) {
    for (std::size_t at = 0; at < list.size(); at += 4)
        if (list.substr(at, 3) == code)
            return true;
    return false;
}

constexpr std::int64_t pow10(int exponent) {
    std::int64_t value = 1;
    while (exponent-- > 0)
        value *= 10;
    return value;
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

Result<Currency> Currency::parse(std::string_view code) {
    Currency currency;
    int exponent = -1;
    if (code.size() == 3) {
        exponent = lists(exponent_2, code)   ? 2
                   : lists(exponent_0, code) ? 0
                   : lists(exponent_3, code) ? 3
                   : lists(exponent_4, code) ? 4
                                             : -1;
    }
    if (exponent < 0)
        return fail(Code::currency_unknown, "give an ISO 4217 code with minor units, such as GBP");
    std::memcpy(currency.code_, code.data(), 3);
    currency.exponent_ = static_cast<std::int8_t>(exponent);
    return currency;
}

Result<Money> parse_money(std::string_view text, Currency currency) {
    constexpr std::size_t digits_max = 18; // 10^18 fits a signed 64-bit integer
    const bool negative = text.starts_with('-');
    if (negative)
        text.remove_prefix(1);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    std::string_view fraction = point == text.npos ? std::string_view{} : text.substr(point + 1);
    if (!all_digits(whole) || (point != text.npos && !all_digits(fraction)))
        return fail(Code::amount_invalid,
                    "give digits with an optional decimal point, such as 12.34");
    const auto exponent = static_cast<std::size_t>(currency.exponent());
    while (fraction.size() > exponent && fraction.ends_with('0'))
        fraction.remove_suffix(1);
    if (fraction.size() > exponent)
        return fail(Code::amount_invalid,
                    fmt::format("{} has {} decimals; amounts are never rounded", currency.code(),
                                exponent));
    if (whole.size() + exponent > digits_max)
        return fail(Code::amount_invalid, "the amount has too many digits");
    std::int64_t minor = 0;
    for (const char c : whole)
        minor = minor * 10 + (c - '0');
    for (const char c : fraction)
        minor = minor * 10 + (c - '0');
    minor *= pow10(static_cast<int>(exponent - fraction.size()));
    return Money{negative ? -minor : minor, currency};
}

std::string decimal(Money money) {
    const int exponent = money.currency.exponent();
    const std::int64_t unit = pow10(exponent);
    const std::string_view sign = money.minor < 0 ? "-" : "";
    const std::uint64_t magnitude = money.minor < 0 ? 0 - static_cast<std::uint64_t>(money.minor)
                                                    : static_cast<std::uint64_t>(money.minor);
    const std::uint64_t whole = magnitude / static_cast<std::uint64_t>(unit);
    if (exponent == 0)
        return fmt::format("{}{}", sign, whole);
    return fmt::format("{}{}.{:0{}}", sign, whole, magnitude % static_cast<std::uint64_t>(unit),
                       exponent);
}

} // namespace settled
