// Faster Payments, as a request and as the reply to it.
//
// A call carries up to 10 instructions of up to 10 transfers, all from one account. The bank takes
// or refuses each transfer by itself. Source: ClearBank page "Faster Payments", OpenAPI file "FPS
// initiate payment v3". An assumption: a creditor that is known by sort code and account number is
// written in the form that the bank's own account schemas show for such accounts.
#pragma once

#include "domain/call.h"
#include "domain/order.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::clearbank {

// How many of these orders, from the first on, one call can carry: at most 100, of one debtor
// account; each change of the debtor's address begins a new instruction. At least 1 unless there are
// none.
std::size_t fps_orders_that_fit(std::span<const domain::Order> orders);

// All of them must fit (asserted). The same orders in the same sequence give the same bytes. With
// `enforce_send_to_scheme` the bank makes no internal transfer of a payment to another account that
// it holds.
domain::CallRequest fps_payment_request(std::span<const domain::Order> orders,
                                        bool enforce_send_to_scheme);

// The instruction's id of an order, as the bank and the receiver's bank see it.
std::string instruction_id(OrderId order);

struct PaymentItem {
    enum class Result : std::uint8_t {
        taken,
        refused, // with the bank's word
        absent,  // the reply says nothing, or nothing clear, about it: it may have been taken
    };
    std::string end_to_end_id;
    Result result = Result::absent;
    std::string code;  // of a refusal: the bank's word
    std::string words; // for people
    domain::Advice advice = domain::Advice::none;
};

// Whether the reply has a result for each payment: the 202, and the 400 that is no problem document.
// Any other 400 and a 422 refuse the call as a whole.
bool has_payment_items(const domain::CallReply& reply);

// One item for each id, in their sequence, whatever the reply holds. Absent are also: a word that is
// not published, a payment with two different words, and one "Accepted" in a 400.
std::vector<PaymentItem> read_payment_reply(const domain::CallReply& reply,
                                            std::span<const std::string> end_to_end_ids);

} // namespace settled::connectors::clearbank
