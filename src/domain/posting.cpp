#include "domain/posting.h"

#include "base/enum_names.h"

#include <array>

namespace settled::domain {

namespace {

constexpr std::array<std::string_view, 6> kinds{"disbursement", "repayment",   "adjustment",
                                                "status",       "link_fields", "link_clear"};
constexpr std::array<std::string_view, 5> subjects{"settlement", "order", "link", "posting",
                                                   "booking"};
constexpr std::array<std::string_view, 8> statuses{"queued",       "posted",    "in_doubt",
                                                   "needs_review", "suspended", "returned",
                                                   "adjusted",     "cancelled"};
constexpr std::array<std::string_view, 10> facts{"taken",   "refused",   "unclear",   "absent",
                                                 "silence", "suspended", "sent_back", "adjusted",
                                                 "again",   "dropped"};

using enum PostingStatus;
constexpr PostingMove same{PostingStep::stay, queued};
constexpr PostingMove contradict{PostingStep::contradict, queued};
constexpr PostingMove to(PostingStatus status) {
    return {PostingStep::move, status};
}

// Rows: what it is; columns: PostingFact, in its order.
//   taken, refused, unclear, absent, silence, suspended, sent_back, adjusted, again, dropped
constexpr std::array<std::array<PostingMove, 10>, 8> table{{
    // queued
    {to(posted), to(needs_review), to(in_doubt), same, to(needs_review), to(suspended),
     to(returned), contradict, same, to(cancelled)},
    // posted: what comes late about its way there changes nothing
    {same, contradict, same, contradict, same, contradict, contradict, to(adjusted), contradict,
     contradict},
    // in_doubt
    {to(posted), to(needs_review), same, to(queued), to(needs_review), to(suspended), to(returned),
     contradict, to(queued), contradict},
    // needs_review
    {to(posted), same, same, same, same, to(suspended), to(returned), contradict, to(queued),
     to(cancelled)},
    // suspended
    {contradict, same, same, same, same, same, to(returned), contradict, to(queued), contradict},
    // returned
    {contradict, same, same, same, same, contradict, same, contradict, contradict, contradict},
    // adjusted
    {same, same, same, same, same, contradict, to(returned), same, contradict, contradict},
    // cancelled
    {contradict, same, same, same, same, contradict, contradict, contradict, contradict, same},
}};

} // namespace

std::string_view token(PostingKind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

std::optional<PostingKind> posting_kind_named(std::string_view token) {
    return enum_named<PostingKind>(kinds, token);
}

std::string_view token(PostingSubject subject) {
    return subjects[static_cast<std::size_t>(subject)];
}

std::optional<PostingSubject> posting_subject_named(std::string_view token) {
    return enum_named<PostingSubject>(subjects, token);
}

std::string id_text(PostingSubject subject, std::int64_t id) {
    switch (subject) {
    case PostingSubject::settlement:
        return to_string(SettlementId{id});
    case PostingSubject::order:
        return to_string(OrderId{id});
    case PostingSubject::link:
        return to_string(LinkId{id});
    case PostingSubject::posting:
        return to_string(PostingId{id});
    case PostingSubject::booking:
        break;
    }
    return to_string(BookingId{id});
}

bool has_external_id(PostingKind kind) {
    return kind == PostingKind::disbursement || kind == PostingKind::repayment;
}

bool looks_first(PostingKind kind) {
    return !has_external_id(kind);
}

std::string_view token(PostingStatus status) {
    return statuses[static_cast<std::size_t>(status)];
}

std::optional<PostingStatus> posting_status_named(std::string_view token) {
    return enum_named<PostingStatus>(statuses, token);
}

std::span<const std::string_view> posting_status_tokens() {
    return statuses;
}

bool is_final(PostingStatus status) {
    return !is_under_way(status);
}

bool is_under_way(PostingStatus status) {
    return status == queued || status == in_doubt || status == needs_review;
}

std::string_view token(PostingFact fact) {
    return facts[static_cast<std::size_t>(fact)];
}

PostingMove next(PostingStatus status, PostingFact fact) {
    return table[static_cast<std::size_t>(status)][static_cast<std::size_t>(fact)];
}

std::string external_id_of(std::string_view transaction_id, Leg leg, std::int64_t number) {
    std::string id(transaction_id);
    id.append(leg == Leg::credit ? "-CR" : "-DR");
    if (number > 1)
        id.append("-").append(std::to_string(number));
    return id;
}

std::string_view posting_scheme(std::string_view settled_by, std::string_view ordered_by) {
    if (settled_by == "Transfer")
        return ordered_by.empty() ? "fps" : ordered_by;
    if (settled_by == "FasterPayments")
        return "fps";
    if (settled_by == "Chaps")
        return "chaps";
    return settled_by == "Bacs" ? "bacs" : "";
}

} // namespace settled::domain
