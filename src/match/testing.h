// Identities for the tests of this folder: a base case that each test changes in one place, and
// generators of small worlds in which everything nearly collides.
#pragma once

#include "match/identity.h"

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
inline Identity bare(Instant at = {1'700'000'000'000'000}) {
    Identity identity;
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
inline Identity identity_of(const Fields& raw) {
    Identity identity = bare();
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

// A reference out of a family in which most are beginnings of others, around the listed lengths.
inline rc::Gen<std::string> any_reference() {
    static const std::string whole = "ACMESHOPORDER20417LONDONEC1VINVOICE0099887766";
    return rc::gen::map(rc::gen::tuple(rc::gen::element<std::size_t>(3, 7, 8, 8, 9, 10, 10, 15, 18,
                                                                     18, 20, 25, 36, 45),
                                       rc::gen::element<std::string>("", "", "", "", "7", "77"),
                                       rc::gen::weightedElement<bool>({{1, true}, {6, false}})),
                        [](const auto& parts) {
                            const auto& [length, tail, absent] = parts;
                            return absent ? std::string() : whole.substr(0, length) + tail;
                        });
}

inline rc::Gen<Identity> any_identity() {
    const auto mostly = [](const char* usual, const char* other) {
        return rc::gen::weightedElement<std::string>({{15, usual}, {1, other}});
    };
    return rc::gen::map(
        rc::gen::tuple(
            mostly("ACCOUNT1", "ACCOUNT2"),
            rc::gen::weightedElement<std::int64_t>({{15, 100}, {1, 101}}),
            rc::gen::weightedElement<std::string>(
                {{6, ""}, {2, "E2E0001"}, {1, "E2E0002"}, {1, "E2E1"}}),
            any_reference(),
            rc::gen::weightedElement<std::string>({{8, ""}, {1, "uetr-1"}, {1, "uetr-2"}}),
            rc::gen::weightedElement<std::string>({{2, ""}, {2, "PAYER1"}, {1, "PAYER2"}}),
            rc::gen::weightedElement<std::int64_t>({{6, 0}, {1, 3'600'000'000}})),
        [](const auto& fields) {
            Identity identity;
            std::int64_t minor = 0;
            std::tie(identity.account, minor, identity.end_to_end_id, identity.reference,
                     identity.uetr, identity.other_account, identity.at.us) = fields;
            identity.amount = money(minor);
            return identity;
        });
}

inline rc::Gen<std::vector<Identity>> any_identities(std::size_t count_max) {
    // Mostly full: that is where ties are.
    const auto counts = rc::gen::weightedOneOf<std::size_t>(
        {{3, rc::gen::just(count_max)}, {1, rc::gen::inRange<std::size_t>(0, count_max + 1)}});
    return rc::gen::mapcat(counts, [](std::size_t count) {
        return rc::gen::container<std::vector<Identity>>(count, any_identity());
    });
}

} // namespace settled::match::testing

namespace settled::match {

// For rapidcheck's account of a failure.
inline void showValue(const Identity& identity, std::ostream& out) {
    out << '{' << identity.account << ' ' << identity.amount.minor
        << " e2e=" << identity.end_to_end_id << " ref=" << identity.reference
        << " uetr=" << identity.uetr << " payer=" << identity.other_account
        << " at=" << identity.at.us << '}';
}

} // namespace settled::match
