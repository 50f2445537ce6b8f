// What the bank reports of Bacs, and what becomes of each thing that it reports on.
//
// Bacs takes three working days: a file on the first, notice to us on the second, money on the third.
// Webhooks come in any order and doubled: a later state is never undone by an earlier report.
// Source: ClearBank page "Bacs Payment Services Providers" and its webhook pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace settled::domain {

// Tokens are in the store and in the API: never rename.
enum class BacsSubject : std::uint8_t {
    credit,       // money on its way in
    direct_debit, // money that another party collects from an account of ours
    mandate,      // that allows it to
};
std::string_view token(BacsSubject subject);
std::optional<BacsSubject> bacs_subject_named(std::string_view token);

enum class BacsStatus : std::uint8_t {
    announced,    // it comes on the third day
    held,         // the bank is looking at it; if it keeps it, no webhook says so
    needs_review, // the bank was asked long enough about a held one: a person asks it
    settled,      // the money moved
    recalled,     // its sender took it back on the second day: no money comes
    returned,     // the money goes back
    unapplied,    // a credit of ours that came back
    claimed,      // the payer claims a direct debit back
    unpaid,       // a direct debit that we collected was not paid
    initiated,    // of a mandate, from here on
    migrated,
    cancelled,
    failed, // what was asked for it failed; the mandate is as it was
};
std::string_view token(BacsStatus status);
std::optional<BacsStatus> bacs_status_named(std::string_view token);

enum class BacsStep : std::uint8_t {
    move,       // to the reported status
    stay,       // it is known, or comes late
    tell,       // it is published, and the status stays
    contradict, // it cannot be: a person looks
};
// `from`: nullopt: nothing is known of it.
BacsStep bacs_step(BacsSubject subject, std::optional<BacsStatus> from, BacsStatus reported);

} // namespace settled::domain
