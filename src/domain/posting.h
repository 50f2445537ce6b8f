// A posting: what we write into the core banking system. A disbursement, a repayment, the adjustment
// of a transaction, the status of a transaction, the fields of a linked loan.
//
// One declared table (posting.cpp) holds all transitions. A posting has one cause, and a cause has one
// posting: the store refuses a second one. A posting in doubt is looked up in the core banking system
// before it is repeated, by its external id, or, where it has none, by what it would change.
#pragma once

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::domain {

// Tokens are in the store and in the API: never rename.
enum class PostingKind : std::uint8_t {
    disbursement, // money that left by the bank is booked on its loan
    repayment,    // money that arrived is booked on its loan
    adjustment,   // a transaction is taken back
    status,       // what became of a booking's payment is written on the booking
    link_fields,  // the ids of a link are written on its loan
    link_clear,   // they are emptied
};
std::string_view token(PostingKind kind);
std::optional<PostingKind> posting_kind_named(std::string_view token);
// Whether the core banking system refuses a second one by itself: it has an external id.
bool has_external_id(PostingKind kind);
// Whether what it would change is read before each try, instead of after one in doubt.
bool looks_first(PostingKind kind);

// What a posting follows from. Tokens are in the store: never rename.
enum class PostingSubject : std::uint8_t { settlement, order, link, posting, booking };
std::string_view token(PostingSubject subject);
std::optional<PostingSubject> posting_subject_named(std::string_view token);
// Its id as the API shows it: "stl_…".
std::string id_text(PostingSubject subject, std::int64_t id);

// Tokens are in the store and in the API: never rename.
enum class PostingStatus : std::uint8_t {
    queued,       // committed; the core banking system has not confirmed it
    posted,       // it is booked
    in_doubt,     // a try got no readable reply: it is being looked up
    needs_review, // refused, or not to be found out: a person decides
    suspended,    // of a repayment: refused; the money stays where it is
    returned,     // of a repayment: refused, or taken back; the money is sent back to its sender
    adjusted,     // it was booked and has been taken back
    cancelled,    // it will not be booked
};
std::string_view token(PostingStatus status);
std::optional<PostingStatus> posting_status_named(std::string_view token);
std::span<const std::string_view> posting_status_tokens();
// Nothing more is expected of the core banking system: posted, suspended, returned, adjusted,
// cancelled.
bool is_final(PostingStatus status);
// The core banking system may have it, or will: queued, in_doubt, needs_review.
bool is_under_way(PostingStatus status);

// What was learnt about a posting.
enum class PostingFact : std::uint8_t {
    taken,     // the reply, or a look-up: it is booked
    refused,   // the reply, after a look-up has shown that no earlier try was booked
    unclear,   // a try got no readable reply
    absent,    // a look-up: it is not booked
    silence,   // looked up for long enough without a readable reply
    suspended, // refused, and the money is to stay
    sent_back, // refused, and the money is to go back
    adjusted,  // it was taken back
    again,     // a person: post it once more
    dropped,   // a person, or the cause went away: not any more
};
std::string_view token(PostingFact fact);

enum class PostingStep : std::uint8_t {
    move,       // to `status`
    stay,       // it fits and is known, or comes late: nothing changes
    contradict, // it does not fit: nothing changes, a review is opened
};
struct PostingMove {
    PostingStep step = PostingStep::stay;
    PostingStatus status = PostingStatus::queued;
};
// The table.
PostingMove next(PostingStatus status, PostingFact fact);

// The sides of a bank transaction: both legs of an internal transfer may share its id.
enum class Leg : std::uint8_t { credit, debit };
// The external id of the posting that a bank transaction causes. `number`: 1, or more when the same
// money is posted once more after its posting was adjusted.
std::string external_id_of(std::string_view transaction_id, Leg leg, std::int64_t number = 1);

// The scheme whose channel a settlement is posted on. `settled_by`: the bank's word; `ordered_by`: of
// the order that it settles, empty if there is none. "": there is no such channel.
std::string_view posting_scheme(std::string_view settled_by, std::string_view ordered_by);

} // namespace settled::domain
