// Reviews: what a person must decide.
#pragma once

#include "base/id.h"
#include "store/queries/feeds.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

inline constexpr std::string_view review_settlement_ambiguous = "settlement_ambiguous";
// The rules leave the settlement to a person: they found only what they may suggest.
inline constexpr std::string_view review_suggested_match = "suggested_match";
inline constexpr std::string_view review_webhook_conflict = "webhook_conflict";
inline constexpr std::string_view review_webhook_unreadable = "webhook_unreadable";
inline constexpr std::string_view review_payment_conflict = "payment_conflict";
// The payment's provider says that it failed, but its settlement had arrived.
inline constexpr std::string_view review_payment_failed = "payment_failed_after_match";
// The payment was registered late; a settlement matched to another payment may be its own.
inline constexpr std::string_view review_possible_misallocation = "possible_misallocation";
// Money went back, and the settlement that it came from cannot be determined.
inline constexpr std::string_view review_unmatched_return = "unmatched_return";

// The bank was asked long enough what became of an order, and has not said.
inline constexpr std::string_view review_order_unresolved = "order_unresolved";
// A webhook or a query says of an order what does not fit what is known of it.
inline constexpr std::string_view review_order_contradiction = "order_contradiction";
// An order for the same loan, amount and creditor was made within a day.
inline constexpr std::string_view review_possible_duplicate = "possible_duplicate";
// It is not known whether the bank has opened the account of a link.
inline constexpr std::string_view review_link_unresolved = "link_unresolved";
inline constexpr std::string_view review_return_refused = "return_refused";
inline constexpr std::string_view review_return_unresolved = "return_unresolved";
// The content of a platform's notification was given up.
inline constexpr std::string_view review_notification_failed = "notification_failed";
// Money left an account, and no order, return or direct debit explains it.
inline constexpr std::string_view review_unexplained = "settlement_unexplained";

// What was to be written into the core banking system was refused, or cannot be found out.
inline constexpr std::string_view review_posting_failed = "posting_failed";
// Something is learnt of a posting that does not fit what is known of it.
inline constexpr std::string_view review_posting_contradiction = "posting_contradiction";
// A booking of the core banking system asks for a payment and cannot be paid.
inline constexpr std::string_view review_booking_not_payable = "booking_not_payable";
// The bank holds a Bacs credit and, asked for long enough, does not say what became of it.
inline constexpr std::string_view review_bacs_held = "bacs_credit_held";
// What the bank reports of a Bacs credit cannot be: it was recalled, and it settled.
inline constexpr std::string_view review_bacs_contradiction = "bacs_contradiction";
// A query shows a credit with an order's end-to-end id, and no webhook has said whether it is the
// order's money coming back or money that came in.
inline constexpr std::string_view review_credit_unclear = "credit_unclear";
// A webhook says of a settlement that a query has shown first what does not fit it.
inline constexpr std::string_view review_settlement_contradiction = "settlement_contradiction";

// A reviewer says which payments a settlement belongs to. A settlement has one such review open at most.
constexpr bool is_of_settlement(std::string_view kind) {
    return kind == review_settlement_ambiguous || kind == review_suggested_match;
}

// About a transaction of the bank that is no order's, return's or payment's for certain.
constexpr bool is_of_movement(std::string_view kind) {
    return kind == review_unexplained || kind == review_credit_unclear;
}
constexpr bool is_of_order(std::string_view kind) {
    return kind == review_order_unresolved || kind == review_order_contradiction ||
           kind == review_possible_duplicate;
}
constexpr bool is_of_return(std::string_view kind) {
    return kind == review_return_refused || kind == review_return_unresolved;
}

constexpr bool is_of_posting(std::string_view kind) {
    return kind == review_posting_failed || kind == review_posting_contradiction;
}

constexpr bool is_of_bacs(std::string_view kind) {
    return kind == review_bacs_held || kind == review_bacs_contradiction;
}

struct ReviewRow {
    ReviewId id;
    std::string kind;
    // a settlement, a webhook, a payment, a reversal's webhook, an order, a return, a link or a Bacs item
    std::int64_t subject_id = 0;
    std::string status; // open, closed
    std::string detail; // JSON
    Instant created_at;
    std::optional<Instant> closed_at;
    // Who decided, what and why; empty: the review is open, or a fact closed it.
    // accept, split, reject, close, release, never_paid
    std::string decision = {};
    std::string reason = {};
    std::string actor = {};
};

Step<> insert_review(Session& s, TenantId tenant, const ReviewRow& review);
Step<std::optional<ReviewRow>> find_review(Session& s, TenantId tenant, ReviewId id);
Step<std::optional<ReviewRow>> find_open_review(Session& s, TenantId tenant, std::string_view kind,
                                                std::int64_t subject_id);
Step<std::optional<ReviewRow>> find_open_review_of(Session& s, TenantId tenant,
                                                   SettlementId settlement);
// An open review of that subject whose detail holds the text.
Step<bool> open_review_mentions(Session& s, TenantId tenant, std::int64_t subject_id,
                                std::string_view text);
Step<> update_review_detail(Session& s, TenantId tenant, ReviewId id, std::string_view detail);
Step<> close_review(Session& s, TenantId tenant, ReviewId id, Instant now);
struct Ruling {
    std::string_view decision;
    std::string reason;
    std::string actor;
};
// False: it was closed already.
Step<bool> decide_review(Session& s, TenantId tenant, ReviewId id, Ruling ruling, Instant now);
// Closes it, or names who decided where what was decided has closed it just now.
Step<> keep_ruling(Session& s, TenantId tenant, ReviewId id, Ruling ruling, Instant now);
// Newest first, below `before`; `status` empty: any.
Step<std::vector<ReviewRow>> list_reviews(Session& s, TenantId tenant, std::string_view status,
                                          std::int64_t before, std::size_t limit);

// Forward, in the order of the feed.
Step<FeedPage<ReviewRow>> reviews_after(Session& s, TenantId tenant, FeedPlace after,
                                        std::size_t limit);

} // namespace settled::store
