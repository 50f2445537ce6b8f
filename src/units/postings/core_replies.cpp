#include "units/postings/core_replies.h"

#include "units/calls/test_core_bank.h"
#include "units/links/core_link.h"
#include "units/postings/booking.h"
#include "units/postings/post.h"

namespace settled::units {

using domain::CallPurpose;
using store::Session;
using store::Step;

namespace {

bool is_of_setup(CallPurpose purpose) {
    return purpose == CallPurpose::find_channels || purpose == CallPurpose::find_custom_fields ||
           purpose == CallPurpose::find_organisation;
}

} // namespace

Step<> read_core_reply(Session& s, const UnitScope& work, const Bank& connector,
                       const store::CallRow& call, const domain::ReplyVerdict& verdict,
                       const std::optional<domain::CallReply>& reply) {
    if (is_of_setup(call.purpose)) {
        co_await read_core_setup(s, connector, call, verdict, reply);
        co_return;
    }
    const auto core = co_await find_core_bank(s, work.tenant, connector.id);
    if (!core)
        co_return;
    if (call.subject_id == 0) {
        const bool is_over = call.status != store::call_queued;
        if (call.purpose == CallPurpose::find_bookings && is_over)
            co_await read_found_bookings(s, work, *core, call,
                                         verdict.reply == domain::ReplyClass::taken ? reply
                                                                                    : std::nullopt);
        co_return;
    }
    auto posting = co_await store::find_posting(s, work.tenant, PostingId{call.subject_id});
    if (posting) {
        co_await read_posting_reply(s, work, *core, call, *std::move(posting), verdict, reply);
        co_return;
    }
    auto booking = co_await store::find_booking(s, work.tenant, BookingId{call.subject_id});
    if (booking) {
        co_await read_booking_reply(s, work, *core, call, *std::move(booking), verdict, reply);
        co_return;
    }
    auto link = co_await store::find_link(s, work.tenant, LinkId{call.subject_id});
    if (link)
        co_await read_core_link_reply(s, work, *core, call, *std::move(link), verdict, reply);
}

Step<bool> read_bank_about_booking(Session& s, const UnitScope& work, const store::CallRow& call,
                                   const domain::ReplyVerdict& verdict,
                                   const std::optional<domain::CallReply>& reply) {
    auto booking = co_await store::find_booking(s, work.tenant, BookingId{call.subject_id});
    if (!booking)
        co_return false;
    const auto core = co_await find_core_bank(s, work.tenant, booking->connector);
    if (core)
        co_await read_booking_reply(s, work, *core, call, *std::move(booking), verdict, reply);
    co_return true;
}

} // namespace settled::units
