#include "domain/uk/bacs.h"

#include "base/enum_names.h"

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 3> subjects{"credit", "direct_debit", "mandate"};
constexpr std::array<std::string_view, 13> statuses{
    "announced", "held",   "needs_review", "settled",  "recalled",  "returned", "unapplied",
    "claimed",   "unpaid", "initiated",    "migrated", "cancelled", "failed"};

using enum BacsStatus;

// How far each has come; a report that is not further changes nothing.
constexpr int rank_of(BacsStatus status) {
    switch (status) {
    case announced:
    case initiated:
        return 1;
    case held:
    case migrated:
        return 2;
    case needs_review:
        return 3;
    case settled:
    case recalled:
        return 4;
    case returned:
    case unapplied:
    case unpaid:
        return 5;
    case claimed:
    case cancelled:
        return 6;
    case failed:
        return 0;
    }
    return 0;
}

} // namespace

std::string_view token(BacsSubject subject) {
    return subjects[static_cast<std::size_t>(subject)];
}

std::optional<BacsSubject> bacs_subject_named(std::string_view token) {
    return enum_named<BacsSubject>(subjects, token);
}

std::string_view token(BacsStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::optional<BacsStatus> bacs_status_named(std::string_view token) {
    return enum_named<BacsStatus>(statuses, token);
}

BacsStep bacs_step(BacsSubject subject, std::optional<BacsStatus> from, BacsStatus reported) {
    if (!from)
        return BacsStep::move;
    if (reported == failed)
        return BacsStep::tell;
    if (*from == reported)
        return BacsStep::stay;
    // Money that was taken back before it came did not come.
    const bool has_money = *from == settled || *from == returned;
    if (subject == BacsSubject::credit &&
        ((*from == recalled && (reported == settled || reported == returned)) ||
         (reported == recalled && has_money)))
        return BacsStep::contradict;
    return rank_of(reported) > rank_of(*from) ? BacsStep::move : BacsStep::stay;
}

} // namespace settled::domain
