// Identities for the tests of this folder: a base case that each test changes in one place, and
// generators of small worlds in which everything nearly collides.
#pragma once

#include "match/match_fields.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace settled::match::testing {

inline Money money(std::int64_t minor, std::string_view code = "GBP") {
    return {minor, Currency::parse(code).value()};
}

// Account and amount only: such two have nothing in common yet.
inline MatchFields bare(Instant at = {1'700'000'000'000'000}) {
    MatchFields identity;
    identity.account = "04040100057354";
    identity.amount = money(1234);
    identity.at = at;
    return identity;
}

struct Fields {
    std::string_view end_to_end_id = "";
    std::string_view reference = "";
    std::string_view payer = "";
    std::string_view uetr = "";
};

// From raw texts, through the same canonical functions that the server uses.
inline MatchFields identity_of(const Fields& raw) {
    MatchFields identity = bare();
    identity.end_to_end_id = canonical_end_to_end_id(raw.end_to_end_id);
    identity.reference = canonical_reference(raw.reference);
    identity.other_account = raw.payer;
    identity.uetr = raw.uetr;
    return identity;
}

// A property in 2,000 random cases. A failure says how to repeat it (RC_PARAMS).
template <typename Property>
::testing::AssertionResult holds(Property&& property) {
    auto params = rc::detail::configuration().testParams;
    params.maxSuccess = std::max(params.maxSuccess, 2'000);
    const auto result = rc::detail::checkTestable(std::forward<Property>(property),
                                                  rc::detail::TestMetadata(), params);
    if (result.template is<rc::detail::SuccessResult>())
        return ::testing::AssertionSuccess();
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    return ::testing::AssertionFailure() << message.str() << "\nRC_PARAMS: " << params;
}

// A reference out of a family in which most are beginnings of others, around the listed lengths,
// and some are ends.
inline rc::Gen<std::string> any_reference() {
    static const std::string whole = "ACMESHOPORDER20417LONDONEC1VINVOICE0099887766";
    return rc::gen::map(rc::gen::tuple(rc::gen::element<std::size_t>(3, 7, 8, 8, 9, 10, 10, 15, 18,
                                                                     18, 20, 25, 36, 45),
                                       rc::gen::element<std::string>("", "", "", "", "7", "77"),
                                       rc::gen::weightedElement<int>({{4, 0}, {18, 1}, {2, 2}})),
                        [](const auto& parts) {
                            const auto& [length, tail, kind] = parts;
                            if (kind == 0)
                                return std::string();
                            return kind == 1 ? whole.substr(0, length) + tail
                                             : whole.substr(whole.size() - length);
                        });
}

// Amounts, and what a payment says of them.
struct Sums {
    Money amount;
    std::optional<Bounds> accepted_range;
    bool single_use = false;
};
inline rc::Gen<Sums> any_sums() {
    return rc::gen::map(
        rc::gen::tuple(rc::gen::weightedElement<std::int64_t>({{12, 100}, {1, 101}, {1, 90}}),
                       rc::gen::weightedElement<bool>({{20, false}, {1, true}}),
                       rc::gen::weightedElement<int>({{10, 0}, {1, 1}, {1, 2}}),
                       rc::gen::weightedElement<bool>({{24, false}, {1, true}})),
        [](const auto& fields) {
            const auto& [minor, is_euro, bounds, single_use] = fields;
            Sums sums{.amount = money(minor, is_euro ? "EUR" : "GBP"),
                      .accepted_range = std::nullopt,
                      .single_use = single_use};
            if (bounds == 1)
                sums.accepted_range = Bounds{.lowest = money(95), .highest = money(105)};
            if (bounds == 2)
                sums.accepted_range =
                    Bounds{.lowest = money(80, "EUR"), .highest = money(120, "EUR")};
            return sums;
        });
}

inline rc::Gen<MatchFields> any_identity() {
    return rc::gen::map(
        rc::gen::tuple(
            rc::gen::weightedElement<std::string>({{15, "ACCOUNT1"}, {1, "ACCOUNT2"}}), any_sums(),
            rc::gen::weightedElement<std::string>({{6, ""},
                                                   {2, "E2E0001"},
                                                   {1, "E2E0002"},
                                                   {1, "E2E1"},
                                                   {1, "ACMESHOPOR"}, // references out of place
                                                   {1, "ACMESHOPORDER20417LONDON"}}),
            rc::gen::oneOf(any_reference(), any_reference(), any_reference(), any_reference(),
                           any_reference(), rc::gen::just<std::string>("E2E0001")),
            rc::gen::weightedElement<std::string>({{8, ""}, {1, "uetr-1"}, {1, "uetr-2"}}),
            rc::gen::weightedElement<std::string>({{2, ""}, {2, "PAYER1"}, {1, "PAYER2"}}),
            rc::gen::weightedElement<std::int64_t>({{6, 0}, {1, 3'600'000'000}}),
            rc::gen::weightedElement<std::string>(
                {{3, ""}, {2, "ANNLEE"}, {1, "MRSANNLEE"}, {1, "BOBMAYER"}})),
        [](const auto& fields) {
            MatchFields identity;
            Sums sums;
            std::tie(identity.account, sums, identity.end_to_end_id, identity.reference,
                     identity.uetr, identity.other_account, identity.at.us, identity.other_name) =
                fields;
            identity.amount = sums.amount;
            identity.accepted_range = sums.accepted_range;
            identity.single_use = sums.single_use;
            return identity;
        });
}

inline rc::Gen<std::vector<MatchFields>> any_identities(std::size_t count_max) {
    // Mostly full: that is where ties are.
    const auto counts = rc::gen::weightedOneOf<std::size_t>(
        {{3, rc::gen::just(count_max)}, {1, rc::gen::inRange<std::size_t>(0, count_max + 1)}});
    return rc::gen::mapcat(counts, [](std::size_t count) {
        return rc::gen::container<std::vector<MatchFields>>(count, any_identity());
    });
}

} // namespace settled::match::testing

namespace settled::match {

// For rapidcheck's account of a failure.
inline void showValue(const MatchFields& identity, std::ostream& out) {
    out << '{' << identity.account << ' ' << identity.amount.minor
        << identity.amount.currency.code() << " e2e=" << identity.end_to_end_id
        << " ref=" << identity.reference << " uetr=" << identity.uetr
        << " payer=" << identity.other_account << " name=" << identity.other_name
        << (identity.single_use ? " single" : "") << (identity.accepted_range ? " bounds" : "")
        << " at=" << identity.at.us << '}';
}

} // namespace settled::match
