#include "units/postings/booking.h"

#include "connectors/clearbank/transactions.h"
#include "connectors/mambu/bookings.h"
#include "connectors/mambu/loans.h"
#include "store/queries/directory.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/calls/ask_again.h"
#include "units/calls/derived_ids.h"
#include "units/calls/hold.h"
#include "units/calls/make_call.h"
#include "units/links/link.h"
#include "units/orders/order_state.h"
#include "units/orders/register_order.h"
#include "units/postings/payable.h"
#include "units/postings/post.h"
#include "units/postings/posting_calls.h"
#include "units/reviews.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using domain::CallPurpose;
using domain::ReplyClass;
using store::BookingRow;
using store::Session;
using store::Step;

// By how much the clock of a core banking system may be behind. It has whole seconds.
constexpr std::int64_t clocks_differ_us = 60'000'000;
// The webhook may be there before the API shows the transaction: it is read again for minutes.
constexpr std::array<std::chrono::seconds, 8> read_again_after{
    std::chrono::seconds(5),   std::chrono::seconds(15),  std::chrono::seconds(30),
    std::chrono::seconds(60),  std::chrono::seconds(120), std::chrono::seconds(180),
    std::chrono::seconds(240), std::chrono::seconds(300)};
constexpr std::size_t detail_bytes_max = 64UL << 10; // of a transaction with its custom fields
// Of a restored store: a webhook may have been a day late, and more is asked than may be needed.
constexpr std::chrono::days before_the_newest{3};
constexpr std::string_view bank_not_asked = "bank_not_asked";
constexpr std::chrono::hours asked_around{24}; // of the booking, in which its payment may be

struct Refusal {
    std::string code;
    std::string words;
    bool only_review = false; // never taken back by itself
};

Refusal refusal_of(const Error& error) {
    return {std::string(info(error.code).token), error.detail};
}

Step<std::size_t> calls_made(Session& s, const UnitScope& work, const BookingRow& booking,
                             CallPurpose purpose) {
    const auto calls = co_await store::calls_of(s, work.tenant, booking.id.value);
    co_return static_cast<std::size_t>(std::ranges::count(
        calls, purpose, [](const store::CallRow& call) { return call.purpose; }));
}

Step<> ask(Session& s, const UnitScope& work, const CoreBank& core, const BookingRow& booking,
           domain::CallRequest request, Instant due_at) {
    const std::size_t made = co_await calls_made(s, work, booking, request.purpose);
    co_await make_core_call(s, work, core, std::move(request), booking.id.value, booking.asked_id,
                            made + 1, due_at);
}

Step<> ask_for_booking(Session& s, const UnitScope& work, const CoreBank& core,
                       const BookingRow& booking, Instant due_at) {
    co_await ask(s, work, core, booking, mambu::read_booking_request(booking.asked_id), due_at);
}

Step<> save(Session& s, const UnitScope& work, BookingRow& booking) {
    booking.updated_at = work.now;
    co_await store::update_booking(s, work.tenant, booking);
}

Step<> end_as(Session& s, const UnitScope& work, BookingRow booking, std::string_view status) {
    booking.status = status;
    co_await save(s, work, booking);
    co_await close_open_review_of(s, work, store::review_booking_not_payable, booking.id.value);
}

Step<> take_booking_back(Session& s, const UnitScope& work, const CoreBank& core,
                         const BookingRow& booking, std::string why) {
    Money amount{0, Currency::parse("GBP").value()};
    co_await adjust(s, work, core,
                    {booking.transaction_key, booking.loan_account_id,
                     domain::PostingSubject::booking, booking.id.value, amount, std::move(why)});
}

Step<> not_payable(Session& s, const UnitScope& work, const CoreBank& core, BookingRow booking,
                   Refusal refusal) {
    booking.status = store::booking_not_payable;
    booking.reason_code = refusal.code;
    booking.reason = refusal.words;
    co_await save(s, work, booking);
    const bool adjusts = core.settings.booking_not_payable == mambu::NotPayable::adjust;
    if (adjusts && !refusal.only_review && !booking.transaction_key.empty()) {
        co_await take_booking_back(s, work, core, booking, "Not paid: " + refusal.words);
        co_return;
    }
    wire::JsonWriter w;
    w.object().member("booking_id", to_string(booking.id)).member("core_banking", core.name);
    w.member("transaction_id", booking.asked_id).member("transaction_key", booking.transaction_key);
    w.member("loan_account_id", booking.loan_account_id);
    w.member("reason_code", refusal.code).member("reason", refusal.words).end();
    co_await open_review_once(s, work, store::review_booking_not_payable, booking.id.value,
                              std::move(w).text());
}

// It was not read: again later, and in the end a person.
Step<> read_later(Session& s, const UnitScope& work, const CoreBank& core, BookingRow booking,
                  std::string reason) {
    const auto tries = static_cast<std::size_t>(booking.tries++);
    if (tries >= read_again_after.size()) {
        co_await not_payable(s, work, core, std::move(booking),
                             {"not_found", std::move(reason), true});
        co_return;
    }
    co_await save(s, work, booking);
    co_await ask_for_booking(s, work, core, booking,
                             work.now + std::chrono::microseconds(read_again_after[tries]));
}

// True also where its time is not known.
bool is_older_than_connector(const CoreBank& core, const mambu::Booking& booking) {
    return !booking.created_at || booking.created_at->us < core.created_at.us - clocks_differ_us;
}

// What is read decides what it is; nullopt: it asks for a payment.
std::optional<std::string_view> other_than_payment(const CoreBank& core,
                                                   const mambu::Booking& booking) {
    const bool is_ours =
        mambu::scheme_of_booking(core.settings.channels, booking.channel_id).has_value();
    if (!booking.is_disbursement() || !is_ours)
        return store::booking_other;
    if (booking.is_adjusted())
        return store::booking_adjusted; // nothing is to be paid any more
    return std::nullopt;
}

Step<> booking_read(Session& s, const UnitScope& work, const CoreBank& core, BookingRow row,
                    const domain::CallReply& reply) {
    const auto booking = mambu::read_booking(reply.body, core.settings.transaction_fields);
    if (!booking || reply.body.size() > detail_bytes_max) {
        co_await not_payable(s, work, core, std::move(row),
                             {"reply_unreadable",
                              booking ? "the transaction is too large" : booking.error().detail,
                              true});
        co_return;
    }
    const auto known =
        co_await store::find_booking_of_key(s, work.tenant, core.id, booking->encoded_key);
    if (known && known->id != row.id) {
        co_await end_as(s, work, std::move(row), store::booking_repeated);
        co_return;
    }
    row.transaction_key = booking->encoded_key;
    if (row.loan_account_id.empty())
        row.loan_account_id = booking->loan_key;
    row.detail = reply.body;
    if (const auto other = other_than_payment(core, *booking)) {
        co_await end_as(s, work, std::move(row), *other);
        co_return;
    }
    if (is_older_than_connector(core, *booking)) {
        co_await not_payable(s, work, core, std::move(row),
                             {"booked_before",
                              "it was booked before the connector was added: pay it or take it "
                              "back by hand",
                              true});
        co_return;
    }
    co_await save(s, work, row);
    co_await ask(s, work, core, row, mambu::read_loan_request(booking->loan_key), work.now);
}

Step<> pay(Session& s, const UnitScope& work, const CoreBank& core, BookingRow row,
           const mambu::Loan& loan, std::optional<mambu::Holder> holder) {
    const auto booking = mambu::read_booking(row.detail, core.settings.transaction_fields);
    if (!booking)
        co_return;
    const auto institution = co_await store::find_account_by_bank_id(
        s, work.tenant, core.bank.settings.institution_account);
    row.loan_account_id = loan.id;
    auto order = order_for(
        {core, *booking, loan, std::move(holder), institution ? institution->iban : std::string()});
    if (!order) {
        co_await not_payable(s, work, core, std::move(row), refusal_of(order.error()));
        co_return;
    }
    const auto answer =
        co_await register_order(s, work.context,
                                std::make_shared<const OrderRequest>(work.tenant, *std::move(order),
                                                                     std::nullopt, work.now));
    if (!answer) {
        co_await not_payable(s, work, core, std::move(row), refusal_of(answer.error()));
        co_return;
    }
    row.order = answer->order.id;
    row.reason_code.clear();
    row.reason.clear();
    const bool shown = row.shown;
    co_await end_as(s, work, std::move(row), store::booking_ordered);
    // The bank has a payment with this key, of a store that was forgotten: which one it is says the
    // bank, and nothing is sent.
    if (shown && answer->is_new)
        (void)co_await apply_news(s, work, core.bank, answer->order,
                                  {.fact = domain::OrderFact::duplicate, .source = "search"});
}

Step<> loan_read(Session& s, const UnitScope& work, const CoreBank& core, BookingRow row,
                 const domain::CallReply& reply) {
    const auto loan = mambu::read_loan(reply.body, core.settings.loan_fields);
    const auto booking = mambu::read_booking(row.detail, core.settings.transaction_fields);
    if (!loan || !booking) {
        co_await not_payable(s, work, core, std::move(row),
                             {"reply_unreadable", "its loan cannot be read", true});
        co_return;
    }
    if (needs_holder(core, *booking) && !loan->holder_key.empty()) {
        // The holder's reply lacks the loan, which is kept with the booking until then.
        wire::JsonWriter w;
        w.object().key("booking").raw(row.detail).key("loan").raw(reply.body).end();
        row.detail = std::move(w).text();
        co_await save(s, work, row);
        co_await ask(s, work, core, row, mambu::read_holder_request(*loan), work.now);
        co_return;
    }
    co_await pay(s, work, core, std::move(row), *loan, std::nullopt);
}

Step<> holder_read(Session& s, const UnitScope& work, const CoreBank& core, BookingRow row,
                   const domain::CallReply& reply) {
    const auto kept = wire::JsonDocument::parse(row.detail);
    const auto loan_text = kept ? kept->root().member("loan") : std::nullopt;
    const auto booking_text = kept ? kept->root().member("booking") : std::nullopt;
    auto holder = mambu::read_holder(reply.body);
    if (!loan_text || !booking_text)
        co_return; // it was read anew meanwhile
    const auto loan = mambu::read_loan(loan_text->raw(), core.settings.loan_fields);
    row.detail = std::string(booking_text->raw());
    if (!loan || !holder) {
        co_await not_payable(s, work, core, std::move(row),
                             {"reply_unreadable", "its loan's holder cannot be read", true});
        co_return;
    }
    co_await pay(s, work, core, std::move(row), *loan, *std::move(holder));
}

Step<> make_question(Session& s, const UnitScope& work, const CoreBank& core,
                     const BookingRow& booking, domain::CallRequest request, Instant due_at) {
    const std::size_t made = co_await calls_made(s, work, booking, CallPurpose::find_transactions);
    NewCall call;
    call.connector = core.bank.id;
    call.request = std::move(request);
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, core.bank.name, token(CallPurpose::find_transactions),
        {"booking", booking.asked_id, to_string(booking.id), std::to_string(made + 1)});
    call.subject = booking.id.value;
    call.due_at = due_at;
    (void)co_await make_call(s, work, call);
}

Step<> ask_bank_for(Session& s, const UnitScope& work, const CoreBank& core,
                    const BookingRow& booking, Instant booked_at) {
    co_await make_question(s, work, core, booking,
                           connectors::clearbank::find_transactions_request(
                               core.bank.settings.institution_account, booking.asked_id,
                               booked_at - std::chrono::microseconds(asked_around),
                               work.now + std::chrono::microseconds(asked_around), 1),
                           work.now);
}

// The bank has not answered whether it was paid before: again later, and in the end a person.
Step<> ask_bank_later(Session& s, const UnitScope& work, const CoreBank& core, BookingRow booking,
                      const store::CallRow& call) {
    const auto tries = static_cast<std::size_t>(booking.tries++);
    if (tries >= read_again_after.size()) {
        co_await not_payable(s, work, core, std::move(booking),
                             {std::string(bank_not_asked),
                              "the bank could not be asked whether it was paid before", true});
        co_return;
    }
    co_await save(s, work, booking);
    co_await make_question(s, work, core, booking, call.request,
                           work.now + std::chrono::microseconds(read_again_after[tries]));
}

// The bank was asked for the key of a booking that a search has found.
Step<> bank_asked(Session& s, const UnitScope& work, const CoreBank& core, BookingRow row,
                  const store::CallRow& call, const std::optional<domain::CallReply>& reply) {
    const auto page = reply ? connectors::clearbank::read_transactions(reply->body)
                            : Result<connectors::clearbank::TransactionPage>(
                                  fail(Code::reply_unreadable, "no reply"));
    if (!page) {
        co_await ask_bank_later(s, work, core, std::move(row), call);
        co_return;
    }
    row.tries = 0;
    row.shown = std::ranges::any_of(page->transactions, [&](const auto& transaction) {
        return !transaction.credit && transaction.end_to_end_id == row.asked_id;
    });
    co_await save(s, work, row);
    co_await ask_for_booking(s, work, core, row, work.now);
}

// A person wants it tried again: where the bank has not answered, the bank is asked first.
Step<> try_again(Session& s, const UnitScope& work, const CoreBank& core, BookingRow booking) {
    const bool asks_bank = booking.reason_code == bank_not_asked;
    booking.status = store::booking_reading;
    booking.tries = 0;
    co_await save(s, work, booking);
    const auto calls = co_await store::calls_of(s, work.tenant, booking.id.value);
    const auto question =
        std::ranges::find(calls, CallPurpose::find_transactions,
                          [](const store::CallRow& call) { return call.purpose; });
    if (asks_bank && question != calls.end())
        co_await make_question(s, work, core, booking, question->request, work.now);
    else
        co_await ask_for_booking(s, work, core, booking, work.now);
}

Step<> approve(Session& s, const UnitScope& work, const CoreBank& core, std::string loan) {
    const auto known = co_await store::find_link_of_loan(s, work.tenant, core.bank.id, loan);
    if (known)
        co_return; // it is linked, or a person decides why not
    const auto request = std::make_shared<const LinkRequest>(
        work.tenant, "", core.bank.name, core.name, std::move(loan), "", "", work.now);
    (void)co_await register_link(s, work.context, request);
}

// The same search from the next page on; nullopt: the target is none of a search.
std::optional<domain::CallRequest> next_page(domain::CallRequest request) {
    constexpr std::string_view name = "offset=";
    const std::size_t at = request.target.find(name);
    if (at == std::string::npos)
        return std::nullopt;
    const char* const digits = request.target.data() + at + name.size();
    std::size_t offset = 0;
    const auto [end, error] =
        std::from_chars(digits, request.target.data() + request.target.size(), offset);
    if (error != std::errc())
        return std::nullopt;
    request.target.replace(at + name.size(), static_cast<std::size_t>(end - digits),
                           std::to_string(offset + mambu::bookings_per_page));
    return request;
}

Step<> take_found(Session& s, const UnitScope& work, const CoreBank& core,
                  const mambu::Booking& found) {
    if (other_than_payment(core, found) || is_older_than_connector(core, found))
        co_return; // a search reports what is to be paid, and nothing else
    const auto known =
        co_await store::find_booking_of_key(s, work.tenant, core.id, found.encoded_key);
    const auto by_id = co_await store::find_booking_asked(s, work.tenant, core.id, found.id);
    if (known || by_id)
        co_return;
    BookingRow booking;
    booking.id = work.context.ids.next<BookingId>();
    booking.connector = core.id;
    booking.asked_id = found.encoded_key;
    booking.loan_account_id = found.loan_key;
    booking.found = true;
    booking.created_at = booking.updated_at = work.now;
    const bool is_new = co_await store::insert_booking(s, work.tenant, booking);
    if (is_new)
        co_await ask_bank_for(s, work, core, booking, *found.created_at);
}

} // namespace

Step<> catch_up_bookings(Session& s, UnitScope work, ConnectorId connector, Instant since) {
    const auto core = co_await find_core_bank(s, work.tenant, connector);
    if (!core)
        co_return;
    co_await s.lock({store::Lock::calls(work.tenant, core->bank.id)});
    const Hold hold = co_await hold_of(s, work.tenant);
    if (hold.held) {
        co_await look_up_open_postings(s, work, *core);
        since = std::min(since, hold.newest_at - std::chrono::microseconds(before_the_newest));
    }
    const auto& channels = core->settings.channels;
    for (const std::string& channel :
         {channels.mbu_disbursement_fps, channels.mbu_disbursement_chaps}) {
        if (channel.empty())
            continue;
        co_await make_core_call(s, work, *core,
                                mambu::find_bookings_request(channel,
                                                             std::max(since, core->created_at),
                                                             core->settings.time_zone, 0),
                                0, channel + " " + std::to_string(work.now.us), 1, work.now);
    }
}

Step<> read_found_bookings(Session& s, const UnitScope& work, const CoreBank& core,
                           const store::CallRow& call,
                           const std::optional<domain::CallReply>& reply) {
    const auto page = reply ? mambu::read_bookings(reply->body, core.settings.transaction_fields)
                            : Result<mambu::BookingPage>(fail(Code::reply_unreadable, "no reply"));
    if (!page) {
        co_await ask_again(s, work, core.name, call);
        co_return;
    }
    for (const mambu::Booking& found : page->bookings)
        co_await take_found(s, work, core, found);
    auto next = page->is_last ? std::nullopt : next_page(call.request);
    if (next)
        co_await make_core_call(s, work, core, *std::move(next), 0, call.request_id, 1, work.now);
}

Step<> accept_core_fact(Session& s, const UnitScope& work, ConnectorId connector, WebhookId webhook,
                        const domain::CoreBankFact& fact) {
    const auto core = co_await find_core_bank(s, work.tenant, connector);
    if (!core)
        co_return;
    co_await s.lock({store::Lock::calls(work.tenant, core->bank.id)});
    if (fact.event == domain::CoreBankFact::Event::loan_approved) {
        co_await approve(s, work, *core, fact.loan_account_id);
        co_return;
    }
    BookingRow booking;
    booking.id = work.context.ids.next<BookingId>();
    booking.connector = core->id;
    booking.asked_id = fact.transaction_id;
    booking.loan_account_id = fact.loan_account_id;
    booking.created_at = booking.updated_at = work.now;
    const bool is_new = co_await store::insert_booking(s, work.tenant, booking);
    if (!is_new)
        co_return; // another event or template reports the same transaction
    co_await store::add_subject_webhook(s, work.tenant, booking.id.value, webhook);
    co_await ask_for_booking(s, work, *core, booking, work.now);
}

Step<> read_booking_reply(Session& s, const UnitScope& work, const CoreBank& core,
                          const store::CallRow& call, BookingRow booking,
                          const domain::ReplyVerdict& verdict,
                          const std::optional<domain::CallReply>& reply) {
    if (call.status == store::call_queued || booking.status != store::booking_reading)
        co_return; // it is sent again, or it is decided
    if (call.purpose == CallPurpose::find_transactions)
        co_await bank_asked(s, work, core, std::move(booking), call,
                            verdict.reply == ReplyClass::taken ? reply : std::nullopt);
    else if (verdict.reply != ReplyClass::taken)
        co_await read_later(s, work, core, std::move(booking), verdict.reason);
    else if (call.purpose == CallPurpose::read_booking)
        co_await booking_read(s, work, core, std::move(booking), *reply);
    else if (call.purpose == CallPurpose::read_loan)
        co_await loan_read(s, work, core, std::move(booking), *reply);
    else if (call.purpose == CallPurpose::read_holder)
        co_await holder_read(s, work, core, std::move(booking), *reply);
}

Step<Result<>> rule_on_booking(Session& s, UnitScope work, BookingId id, BookingRuling ruling) {
    auto booking = co_await store::find_booking(s, work.tenant, id);
    if (!booking)
        co_return fail(Code::not_found, "there is no such booking");
    const auto core = co_await find_core_bank(s, work.tenant, booking->connector);
    if (!core)
        co_return fail(Code::connector_unknown, "its connector was removed");
    co_await s.lock({store::Lock::calls(work.tenant, core->bank.id)});
    booking = co_await store::find_booking(s, work.tenant, id);
    if (booking->status != store::booking_not_payable)
        co_return fail(Code::state_conflict, "the booking is " + booking->status);
    const auto postings = co_await store::postings_of(s, work.tenant, booking->id.value);
    const bool is_taken_back = std::ranges::any_of(postings, [](const store::PostingRow& posting) {
        return posting.kind == domain::PostingKind::adjustment &&
               posting.status != domain::PostingStatus::cancelled;
    });
    if (is_taken_back)
        co_return fail(Code::state_conflict, "the booking is being taken back");
    if (ruling == BookingRuling::adjust) {
        if (booking->transaction_key.empty())
            co_return fail(Code::state_conflict,
                           "the core banking system has not shown the booking: try again first");
        co_await take_booking_back(s, work, *core, *booking, "Not paid: " + booking->reason);
        co_return Result<>{};
    }
    co_await try_again(s, work, *core, *std::move(booking));
    co_return Result<>{};
}

} // namespace settled::units
