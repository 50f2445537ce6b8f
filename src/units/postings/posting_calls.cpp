#include "units/postings/posting_calls.h"

#include "connectors/mambu/bookings.h"
#include "connectors/mambu/loans.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/postings/posting_detail.h"

#include <algorithm>
#include <ranges>

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using domain::CallPurpose;
using domain::CallRequest;
using domain::PostingKind;
using store::PostingRow;
using store::Session;
using store::Step;

mambu::NewBooking booking_from(const CoreBank& core, const PostingRow& posting) {
    const bool is_repayment = posting.kind == PostingKind::repayment;
    mambu::NewBooking booking;
    booking.loan_id = posting.loan_account_id;
    booking.amount = posting.amount;
    booking.settled_at = posting.value_at;
    booking.channel_id = is_repayment
                             ? mambu::repayment_channel(core.settings.channels, posting.scheme)
                             : mambu::disbursement_channel(core.settings.channels, posting.scheme);
    booking.external_id = posting.external_id;
    booking.details = parse_posting_detail(posting.detail).payment;
    return booking;
}

CallRequest link_fields_request(const CoreBank& core, const PostingRow& posting) {
    const PostingDetail detail = parse_posting_detail(posting.detail);
    const bool clears = posting.kind == PostingKind::link_clear;
    const std::string none;
    const std::vector<mambu::FieldValue> values{
        {core.settings.loan_fields.virtual_account_id, clears ? none : detail.virtual_account_id},
        {core.settings.loan_fields.iban, clears ? none : detail.iban}};
    return mambu::write_loan_fields_request(posting.loan_account_id, values);
}

} // namespace

Step<> make_core_call(Session& s, const UnitScope& work, const CoreBank& core, CallRequest request,
                      std::int64_t subject, std::string key, std::size_t number, Instant due_at) {
    NewCall call;
    call.connector = core.id;
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, core.name, token(request.purpose), {key, std::to_string(number)});
    call.request = std::move(request);
    call.subject = subject;
    call.due_at = due_at;
    (void)co_await make_call(s, work, call);
}

const store::CallRow* PostingCalls::last_write() const {
    const auto found =
        std::ranges::find_if(all | std::views::reverse, [](const store::CallRow& call) {
            return domain::writes_to_core_bank(call.purpose);
        });
    return found == (all | std::views::reverse).end() ? nullptr : &*found;
}

std::size_t PostingCalls::count(CallPurpose purpose) const {
    return static_cast<std::size_t>(
        std::ranges::count(all, purpose, [](const auto& call) { return call.purpose; }));
}

bool PostingCalls::is_being_written() const {
    return std::ranges::any_of(all, [](const store::CallRow& call) {
        return domain::writes_to_core_bank(call.purpose) && call.status == store::call_queued &&
               call.lease_owner != 0;
    });
}

bool PostingCalls::is_unsent() const {
    return std::ranges::none_of(all, [](const store::CallRow& call) {
        return domain::writes_to_core_bank(call.purpose) && call.tries > 0;
    });
}

Step<PostingCalls> calls_of_posting(Session& s, const UnitScope& work, const PostingRow& posting) {
    co_return PostingCalls{co_await store::calls_of(s, work.tenant, posting.id.value)};
}

CallRequest writing_request(const CoreBank& core, const PostingRow& posting) {
    switch (posting.kind) {
    case PostingKind::disbursement:
        return mambu::disbursement_request(core.settings, booking_from(core, posting));
    case PostingKind::repayment:
        return mambu::repayment_request(core.settings, booking_from(core, posting));
    case PostingKind::adjustment:
        return mambu::adjustment_request(posting.transaction_key,
                                         parse_posting_detail(posting.detail).note);
    case PostingKind::status: {
        const mambu::FieldValue value{core.settings.transaction_fields.status,
                                      parse_posting_detail(posting.detail).payment.status};
        return mambu::write_booking_fields_request(posting.transaction_key, {&value, 1});
    }
    case PostingKind::link_fields:
    case PostingKind::link_clear:
        break;
    }
    return link_fields_request(core, posting);
}

CallRequest looking_request(const PostingRow& posting) {
    if (domain::has_external_id(posting.kind))
        return mambu::find_booking_request(posting.external_id);
    if (posting.kind == PostingKind::adjustment || posting.kind == PostingKind::status)
        return mambu::read_booking_request(posting.transaction_key);
    return mambu::read_loan_request(posting.loan_account_id);
}

Step<> make_write(Session& s, const UnitScope& work, const CoreBank& core,
                  const PostingRow& posting) {
    CallRequest request = writing_request(core, posting);
    const PostingCalls calls = co_await calls_of_posting(s, work, posting);
    const std::size_t number = calls.count(request.purpose) + 1;
    co_await make_core_call(s, work, core, std::move(request), posting.id.value, posting.cause,
                            number, work.now);
}

Step<> repeat_write(Session& s, const UnitScope& work, store::CallRow call) {
    call.status = store::call_queued;
    call.due_at = work.now;
    call.updated_at = work.now;
    co_await store::update_call(s, call);
    wake_caller(s, work.tenant);
}

Step<> cancel_writes(Session& s, const UnitScope& work, const PostingRow& posting) {
    PostingCalls calls = co_await calls_of_posting(s, work, posting);
    for (store::CallRow& call : calls.all) {
        if (call.status != store::call_queued || !domain::writes_to_core_bank(call.purpose))
            continue;
        call.status = store::call_cancelled;
        call.updated_at = work.now;
        co_await store::update_call(s, call);
    }
}

} // namespace settled::units
