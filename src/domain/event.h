// Events: facts to publish. The body is made once, when the event is decided, and never again:
// every attempt sends the same bytes.
#pragma once

#include "base/id.h"
#include "domain/match.h"
#include "domain/payment.h"
#include "domain/reversal.h"
#include "domain/settlement.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

// The types an endpoint can ask for. Released names do not change.
inline constexpr std::string_view settlement_matched = "settlement.matched";
inline constexpr std::string_view settlement_unmatched = "settlement.unmatched";
inline constexpr std::string_view settlement_ambiguous = "settlement.ambiguous";
inline constexpr std::string_view settlement_reversed = "settlement.reversed";
inline constexpr std::string_view payment_overdue = "payment.overdue";
inline constexpr std::string_view payment_registered_late = "payment.registered_late";
inline constexpr std::string_view payment_partially_settled = "payment.partially_settled";
inline constexpr std::string_view settlement_unexplained = "settlement.unexplained";
inline constexpr std::string_view order_submitted = "order.submitted";
inline constexpr std::string_view order_settled = "order.settled";
inline constexpr std::string_view order_rejected = "order.rejected";
inline constexpr std::string_view order_held = "order.held";
inline constexpr std::string_view order_returned = "order.returned";
inline constexpr std::string_view order_needs_review = "order.needs_review";
inline constexpr std::string_view order_cancelled = "order.cancelled";
inline constexpr std::string_view link_created = "link.created";
inline constexpr std::string_view link_failed = "link.failed";
inline constexpr std::string_view link_disabled = "link.disabled";
inline constexpr std::string_view return_submitted = "return.submitted";
inline constexpr std::string_view return_settled = "return.settled";
inline constexpr std::string_view return_rejected = "return.rejected";
inline constexpr std::string_view return_needs_review = "return.needs_review";
inline constexpr std::string_view repayment_posted = "repayment.posted";
inline constexpr std::string_view repayment_returned = "repayment.returned";
inline constexpr std::string_view repayment_suspended = "repayment.suspended";
inline constexpr std::string_view repayment_adjusted = "repayment.adjusted";
inline constexpr std::string_view posting_failed = "posting.failed";
inline constexpr std::string_view bacs_credit_announced = "bacs_credit.announced";
inline constexpr std::string_view bacs_credit_held = "bacs_credit.held";
inline constexpr std::string_view bacs_credit_needs_review = "bacs_credit.needs_review";
inline constexpr std::string_view bacs_credit_recalled = "bacs_credit.recalled";
inline constexpr std::string_view bacs_credit_returned = "bacs_credit.returned";
inline constexpr std::string_view bacs_credit_unapplied = "bacs_credit.unapplied";
inline constexpr std::string_view direct_debit_announced = "direct_debit.announced";
inline constexpr std::string_view direct_debit_settled = "direct_debit.settled";
inline constexpr std::string_view direct_debit_returned = "direct_debit.returned";
inline constexpr std::string_view direct_debit_claimed = "direct_debit.claimed";
inline constexpr std::string_view direct_debit_unpaid = "direct_debit.unpaid";
inline constexpr std::string_view mandate_initiated = "mandate.initiated";
inline constexpr std::string_view mandate_migrated = "mandate.migrated";
inline constexpr std::string_view mandate_cancelled = "mandate.cancelled";
inline constexpr std::string_view mandate_returned = "mandate.returned";
inline constexpr std::string_view mandate_failed = "mandate.failed";
inline constexpr std::string_view connector_failing = "connector.failing";
inline constexpr std::string_view notification_received = "notification.received";
inline constexpr std::string_view endpoint_disabled = "endpoint.disabled";
inline constexpr std::string_view endpoint_failing = "endpoint.failing";
inline constexpr std::string_view endpoint_recovered = "endpoint.recovered";
inline constexpr std::string_view delivery_dead = "delivery.dead";
inline constexpr std::string_view test_ping = "test.ping";

bool is_event_type(std::string_view type);
std::span<const std::string_view> all_event_types();
// An endpoint's filter is a space-separated list of types, or "*" for all.
bool wants(std::string_view filter, std::string_view type);

struct Event {
    EventId id;
    std::string_view type;
    std::int64_t subject_id = 0; // settlement, payment or endpoint
    std::int64_t version = 0;    // rises with each event about the subject: keep the highest
    std::string body;
    Instant created_at;
};

// `version`: of the settlement, with this event.
Event matched_event(EventId id, const Settlement& settlement, std::int64_t version,
                    const Payment& payment, const Match& match, Instant now);
// `undone`: the match that the settlement had until now; published with who undid it and why.
struct Undone {
    PaymentIds payment;
    std::string reason;
};
Event unmatched_event(EventId id, const Settlement& settlement, Instant now,
                      const std::optional<Undone>& undone = std::nullopt);
// Its money went back. `payments`: those that it was matched to.
Event reversed_event(EventId id, const Settlement& settlement, const Reversal& reversal,
                     const std::vector<PaymentIds>& payments, Instant now);
// `payment` as it stands now; the match is the part that came last.
Event partially_settled_event(EventId id, const Payment& payment, const Match& match, Instant now);
// The payment should have settled by now; `due`: by when.
Event overdue_event(EventId id, const Payment& payment, Instant due, Instant now);
// The payment was registered after these settlements had been matched to other payments; one of
// them may be its own.
Event registered_late_event(EventId id, const Payment& payment, ReviewId review,
                            const std::vector<SettlementId>& settlements, Instant now);
// `candidates`: the payments that it may belong to, best first.
Event ambiguous_event(EventId id, const Settlement& settlement, ReviewId review,
                      const std::vector<PaymentIds>& candidates, Instant now);
Event ping_event(EventId id, EndpointId endpoint, std::int64_t version, Instant now);

// The id of what an event is about ("stl_…", "pay_…", "end_…"); "" where its type does not say what
// that is.
std::string subject_text(std::string_view type, std::int64_t subject_id);
// The same as its body shows it. Fails with value_invalid: it is no body of ours.
Result<std::string> subject_of(std::string_view body);

} // namespace settled::domain
