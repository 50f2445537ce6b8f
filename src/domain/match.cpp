#include "domain/match.h"

#include "base/enum_names.h"
#include "wire/json_writer.h"
#include "wire/money.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <span>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 4> pairings{"one", "set", "split", "merge"};

// Which fields a rank compared and found equal (or one a part of the other).
std::span<const std::string_view> agreed_fields(match::Rank rank) {
    using Fields = std::array<std::string_view, 4>;
    struct Row {
        std::size_t count;
        Fields fields;
    };
    static constexpr std::array<Row, match::ranks> rows{{
        {1, {"single_use_account"}},
        {3, {"uetr", "account", "amount"}},
        {3, {"end_to_end_id", "account", "amount"}},
        {2, {"end_to_end_id", "account"}},
        {3, {"crossed_ids", "account", "amount"}},
        {4, {"reference", "payer_account", "account", "amount"}},
        {3, {"reference", "account", "amount"}},
        {4, {"reference_part", "payer_account", "account", "amount"}},
        {3, {"reference_part", "account", "amount"}},
        {3, {"payer_account", "account", "amount"}},
        {3, {"payer_name", "account", "amount"}},
        {2, {"account", "amount"}},
        {2, {"reference", "account"}},
    }};
    const Row& row = rows[static_cast<std::size_t>(rank)];
    return std::span(row.fields).first(row.count);
}

void write_fields(wire::JsonWriter& w, std::string_view name,
                  std::span<const match::FieldAgreement> fields, match::Agreement wanted) {
    w.key(name).array();
    for (const match::FieldAgreement& field : fields)
        if (field.agreement == wanted)
            w.value(field.field);
    w.end();
}

std::int64_t power_of_ten(int exponent) {
    std::int64_t power = 1;
    for (int i = 0; i < exponent; ++i)
        power *= 10;
    return power;
}

// Received over expected, in units of the currencies, to eight places, cut.
std::string rate_of(const Money& expected, const Money& received) {
    constexpr std::int64_t places = 100'000'000;
    const auto scaled =
        static_cast<__int128>(received.minor) * places *
        power_of_ten(expected.currency.exponent()) /
        (static_cast<__int128>(expected.minor) * power_of_ten(received.currency.exponent()));
    const auto whole = static_cast<std::int64_t>(scaled / places);
    return fmt::format("{}.{:08}", whole, static_cast<std::int64_t>(scaled % places));
}

} // namespace

std::string_view token(Pairing pairing) {
    return pairings[static_cast<std::size_t>(pairing)];
}

std::optional<Pairing> pairing_named(std::string_view token) {
    return enum_named<Pairing>(pairings, token);
}

std::string evidence(const EvidenceInput& grounds) {
    wire::JsonWriter w;
    w.object();
    if (grounds.fields.empty()) {
        w.key("agreed").array();
        for (const std::string_view field : agreed_fields(grounds.rank))
            w.value(field);
        w.end();
    } else {
        write_fields(w, "agreed", grounds.fields, match::Agreement::agrees);
        write_fields(w, "differs", grounds.fields, match::Agreement::differs);
    }
    w.member("payments_seen", static_cast<std::uint64_t>(grounds.payments_seen));
    w.member("settlements_seen", static_cast<std::uint64_t>(grounds.settlements_seen));
    w.member("rivals", std::uint64_t{0});
    w.member("excluded", static_cast<std::uint64_t>(grounds.excluded));
    w.member("after_watermark", grounds.after_watermark);
    wire::write_money(w, "expected", grounds.expected);
    w.member("payment", grounds.payment).member("settlement", grounds.settlement);
    if (grounds.key_version != 1)
        w.member("key_version", std::int64_t{grounds.key_version});
    if (!grounds.overruled.empty())
        w.member("overruled", grounds.overruled);
    if (!grounds.reason.empty())
        w.member("reason", grounds.reason);
    w.end();
    return std::move(w).text();
}

std::string variance(const Money& expected, const Money& received) {
    wire::JsonWriter w;
    w.object();
    wire::write_money(w, "expected", expected);
    wire::write_money(w, "received", received);
    if (expected.currency == received.currency)
        wire::write_money(w, "difference", {received.minor - expected.minor, expected.currency});
    else
        w.member("rate", rate_of(expected, received));
    w.end();
    return std::move(w).text();
}

} // namespace settled::domain
