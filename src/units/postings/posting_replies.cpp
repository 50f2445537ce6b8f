// What is read of the replies to the calls of a posting.
#include "connectors/mambu/bookings.h"
#include "connectors/mambu/loans.h"
#include "connectors/mambu/replies.h"
#include "units/postings/collect.h"
#include "units/postings/disburse.h"
#include "units/postings/post.h"
#include "units/postings/posting_calls.h"
#include "units/postings/posting_state.h"

#include <algorithm>

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using domain::CallPurpose;
using domain::PostingFact;
using domain::PostingKind;
using domain::PostingStatus;
using domain::ReplyClass;
using store::PostingRow;
using store::Session;
using store::Step;

// What one call was answered.
struct Heard {
    const store::CallRow& call;
    const domain::ReplyVerdict& verdict;
    const std::optional<domain::CallReply>& reply;

    bool is_taken() const { return verdict.reply == ReplyClass::taken; }
    bool is_refused() const { return verdict.reply == ReplyClass::refused; }
};

Step<> look_later(Session& s, const UnitScope& work, const CoreBank& core,
                  const PostingRow& posting, std::optional<std::chrono::seconds> wait) {
    const PostingCalls calls = co_await calls_of_posting(s, work, posting);
    const auto& waits = work.context.call_times.retry_after;
    const std::size_t looks = calls.count(looking_request(posting).purpose);
    const auto usual =
        waits.empty() ? std::chrono::seconds(60) : waits[std::min(looks, waits.size() - 1)];
    co_await look_up(s, work, core, posting,
                     work.now + std::chrono::microseconds(wait.value_or(usual)));
}

Step<> written(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting,
               const Heard& heard) {
    PostingNews news{.fact = PostingFact::taken};
    if (domain::has_external_id(posting.kind)) {
        const auto booking =
            mambu::read_booking(heard.reply->body, core.settings.transaction_fields);
        if (!booking) {
            news = {.fact = PostingFact::unclear, .reason = booking.error().detail};
        } else {
            news.transaction_key = booking->encoded_key;
        }
    }
    posting = co_await apply_posting(s, work, core, std::move(posting), std::move(news));
    if (posting.status == PostingStatus::in_doubt)
        co_await look_later(s, work, core, posting, std::nullopt);
}

Step<> read_write(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting,
                  const Heard& heard) {
    if (heard.is_taken()) {
        co_await written(s, work, core, std::move(posting), heard);
        co_return;
    }
    // A refusal may be that of a repeat, and mean that it is there.
    posting = co_await apply_posting(s, work, core, std::move(posting),
                                     {.fact = PostingFact::unclear,
                                      .reason_code = heard.is_refused() ? "refused" : "",
                                      .reason = heard.verdict.reason});
    if (posting.status != PostingStatus::in_doubt)
        co_return;
    if (heard.is_refused())
        co_await look_up(s, work, core, posting, work.now);
    else
        co_await look_later(s, work, core, posting, heard.verdict.wait);
}

enum class Shown : std::uint8_t { booked, absent, otherwise, unclear };
struct Look {
    Shown shown = Shown::unclear;
    std::string key = {};  // of the transaction that is there
    std::string code = {}; // otherwise: why it cannot be written
    std::string reason = {};
};

Look look_for_external_id(const CoreBank& core, const PostingRow& posting, std::string_view body) {
    const auto page = mambu::read_bookings(body, core.settings.transaction_fields);
    if (!page)
        return {};
    const auto found = std::ranges::find(page->bookings, posting.external_id,
                                         [](const mambu::Booking& b) { return b.external_id; });
    if (found == page->bookings.end())
        return {Shown::absent};
    return {Shown::booked, found->encoded_key};
}

Look look_at_booking(const CoreBank& core, const PostingRow& posting, std::string_view body) {
    const auto booking = mambu::read_booking(body, core.settings.transaction_fields);
    if (!booking)
        return {};
    if (posting.kind == PostingKind::adjustment)
        return {booking->is_adjusted() ? Shown::booked : Shown::absent};
    if (booking->is_adjusted())
        return {Shown::otherwise, "", "booking_adjusted",
                "the booking was taken back in the core banking system while its payment was on "
                "its way"};
    const std::string wanted = parse_posting_detail(posting.detail).payment.status;
    return {booking->details.status == wanted ? Shown::booked : Shown::absent};
}

Look look_at_loan(const CoreBank& core, const PostingRow& posting, std::string_view body) {
    const auto loan = mambu::read_loan(body, core.settings.loan_fields);
    if (!loan)
        return {};
    const PostingDetail detail = parse_posting_detail(posting.detail);
    const bool is_ours =
        loan->virtual_account_id == detail.virtual_account_id && loan->iban == detail.iban;
    if (posting.kind == PostingKind::link_clear)
        return {is_ours ? Shown::absent : Shown::booked};
    if (is_ours)
        return {Shown::booked};
    const bool is_free =
        loan->virtual_account_id.empty() && (loan->iban.empty() || loan->iban == detail.iban);
    if (is_free)
        return {Shown::absent};
    return {Shown::otherwise, "", "loan_linked", "the loan's fields hold another account"};
}

Look look_of(const CoreBank& core, const PostingRow& posting, const Heard& heard) {
    if (heard.is_refused())
        return {Shown::otherwise, "", "not_found", heard.verdict.reason};
    if (!heard.is_taken())
        return {};
    const std::string& body = heard.reply->body;
    if (domain::has_external_id(posting.kind))
        return look_for_external_id(core, posting, body);
    if (posting.kind == PostingKind::adjustment || posting.kind == PostingKind::status)
        return look_at_booking(core, posting, body);
    return look_at_loan(core, posting, body);
}

// Refused, and it is not there: of a repayment the loan says why.
Step<> refused(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting) {
    if (posting.kind == PostingKind::repayment) {
        const PostingCalls calls = co_await calls_of_posting(s, work, posting);
        co_await make_core_call(s, work, core, mambu::read_loan_request(posting.loan_account_id),
                                posting.id.value, posting.cause,
                                calls.count(CallPurpose::read_loan) + 1, work.now);
        co_return;
    }
    (void)co_await apply_posting(s, work, core, std::move(posting), {.fact = PostingFact::refused});
}

// What was never written may wait for its check, too.
Step<> write_first(Session& s, const UnitScope& work, const CoreBank& core,
                   const PostingRow& posting) {
    if (needs_debit_check(posting))
        co_await check_debit_first(s, work, core, posting, work.now);
    else
        co_await make_write(s, work, core, posting);
}

bool is_silent_for_long(const UnitScope& work, const PostingRow& posting) {
    return work.now - posting.created_at >= work.context.call_times.review_after;
}

Step<> not_there(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting) {
    const PostingCalls calls = co_await calls_of_posting(s, work, posting);
    const store::CallRow* const write = calls.last_write();
    const bool was_refused = write != nullptr && write->status == store::call_refused;
    if (posting.status == PostingStatus::queued) {
        if (write == nullptr)
            co_await write_first(s, work, core, posting);
        else if (was_refused)
            co_await make_write(s, work, core, posting);
        else if (write->status != store::call_queued)
            co_await repeat_write(s, work, *write);
        co_return;
    }
    if (posting.status != PostingStatus::in_doubt)
        co_return;
    if (was_refused) {
        co_await refused(s, work, core, std::move(posting));
        co_return;
    }
    if (write != nullptr && is_silent_for_long(work, posting)) {
        (void)co_await apply_posting(
            s, work, core, std::move(posting),
            {PostingFact::silence, "no_reply", "no try got a readable reply, and it is not there"});
        co_return;
    }
    posting = co_await apply_posting(s, work, core, std::move(posting), {PostingFact::absent});
    if (write == nullptr)
        co_await write_first(s, work, core, posting);
    else if (write->status != store::call_queued)
        co_await repeat_write(s, work, *write);
}

Step<> read_look(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting,
                 const Heard& heard) {
    if (!domain::is_under_way(posting.status))
        co_return;
    Look look = look_of(core, posting, heard);
    switch (look.shown) {
    case Shown::booked:
        co_await cancel_writes(s, work, posting);
        (void)co_await apply_posting(
            s, work, core, std::move(posting),
            {.fact = PostingFact::taken, .transaction_key = std::move(look.key)});
        break;
    case Shown::absent:
        co_await not_there(s, work, core, std::move(posting));
        break;
    case Shown::otherwise:
        (void)co_await apply_posting(
            s, work, core, std::move(posting),
            {PostingFact::refused, std::move(look.code), std::move(look.reason)});
        break;
    case Shown::unclear:
        if (posting.status == PostingStatus::needs_review)
            break;
        if (is_silent_for_long(work, posting))
            (void)co_await apply_posting(s, work, core, std::move(posting),
                                         {PostingFact::silence, "no_reply", heard.verdict.reason});
        else
            co_await look_later(s, work, core, posting, heard.verdict.wait);
        break;
    }
}

} // namespace

Step<> read_posting_reply(Session& s, const UnitScope& work, const CoreBank& core,
                          const store::CallRow& call, PostingRow posting,
                          const domain::ReplyVerdict& verdict,
                          const std::optional<domain::CallReply>& reply) {
    if (call.status == store::call_queued)
        co_return; // it is sent again
    const Heard heard{call, verdict, reply};
    if (domain::writes_to_core_bank(call.purpose))
        co_await read_write(s, work, core, std::move(posting), heard);
    else if (call.purpose == looking_request(posting).purpose)
        co_await read_look(s, work, core, std::move(posting), heard);
    else if (call.purpose == CallPurpose::read_loan)
        co_await read_refusal(s, work, core, std::move(posting), verdict, reply);
    else if (call.purpose == CallPurpose::read_booking)
        co_await read_debit_check(s, work, core, std::move(posting), verdict);
}

} // namespace settled::units
