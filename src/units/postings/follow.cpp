#include "units/postings/follow.h"

#include "store/queries/money/booked.h"
#include "store/queries/money/bookings.h"
#include "units/matching/settle.h"
#include "units/postings/post.h"
#include "units/postings/posting_state.h"
#include "units/returns/send_back.h"

namespace settled::units {

namespace {

using domain::PostingFact;
using domain::PostingKind;
using domain::PostingStatus;
using domain::PostingSubject;
using store::PostingRow;
using store::Session;
using store::Step;

Step<> adjustment_made(Session& s, const UnitScope& work, const CoreBank& core,
                       const PostingRow& adjustment) {
    if (adjustment.subject == PostingSubject::posting) {
        auto posting =
            co_await store::find_posting(s, work.tenant, PostingId{adjustment.subject_id});
        if (posting)
            (void)co_await apply_posting(s, work, core, *std::move(posting),
                                         {.fact = PostingFact::adjusted,
                                          .reason_code = "taken_back",
                                          .reason = parse_posting_detail(adjustment.detail).note});
    } else if (adjustment.subject == PostingSubject::booking) {
        auto booking =
            co_await store::find_booking(s, work.tenant, BookingId{adjustment.subject_id});
        if (!booking)
            co_return;
        booking->status = store::booking_adjusted;
        booking->updated_at = work.now;
        co_await store::update_booking(s, work.tenant, *booking);
    }
}

// A person gave it up: what was posted stays, and so does the money.
Step<> adjustment_dropped(Session& s, const UnitScope& work, const PostingRow& adjustment) {
    if (adjustment.subject != PostingSubject::posting)
        co_return;
    const auto posting =
        co_await store::find_posting(s, work.tenant, PostingId{adjustment.subject_id});
    if (posting && posting->subject == PostingSubject::settlement)
        co_await return_blocked(s, work, SettlementId{posting->subject_id}, adjustment.reason);
}

// Money that is booked waits for no payment. Taken back, it does again, and is published as
// unmatched if it still is.
Step<> repayment_moved(Session& s, const UnitScope& work, const PostingRow& repayment) {
    const SettlementId settlement{repayment.subject_id};
    if (repayment.status == PostingStatus::posted) {
        co_await store::mark_booked(s, work.tenant, settlement, true);
    } else if (repayment.status == PostingStatus::adjusted) {
        co_await store::mark_booked(s, work.tenant, settlement, false);
        co_await tell_unmatched_later(s, work, settlement, work.now + work.context.unmatched_grace);
    }
}

} // namespace

Step<> follow(Session& s, const UnitScope& work, const CoreBank& core, const PostingRow& posting) {
    const bool is_posted = posting.status == PostingStatus::posted;
    if (posting.kind == PostingKind::repayment && posting.subject == PostingSubject::settlement)
        co_await repayment_moved(s, work, posting);
    const bool is_there = is_posted || posting.status == PostingStatus::suspended;
    if (domain::has_external_id(posting.kind) && is_there && posting.undo)
        co_await take_back(s, work, core, posting, "the money went back meanwhile");
    if (posting.kind == PostingKind::repayment && posting.status == PostingStatus::adjusted &&
        posting.subject == PostingSubject::settlement)
        co_await return_unblocked(s, work, SettlementId{posting.subject_id});
    if (posting.kind == PostingKind::adjustment && is_posted)
        co_await adjustment_made(s, work, core, posting);
    if (posting.kind == PostingKind::adjustment && posting.status == PostingStatus::cancelled)
        co_await adjustment_dropped(s, work, posting);
    if (posting.kind == PostingKind::status && !domain::is_under_way(posting.status))
        co_await start_next_status(s, work, core, posting);
}

} // namespace settled::units
