#include "demo/money_out.h"

#include "wire/json_writer.h"

#include <algorithm>

namespace settled::demo {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 20ms;
constexpr auto order_wait_max = 20s;
constexpr std::string_view payee_sort_code = "601613";
constexpr std::string_view payee_account = "31926819";

} // namespace

std::string shown_pounds(std::int64_t pence) {
    return "GBP " + decimal(pounds(pence));
}

Task<Answer> post_order(World& world, PayOut order) {
    wire::JsonWriter w;
    w.object().member("client_id", order.client_id).member("connector", "clearbank");
    w.member("scheme", "fps").key("amount").object();
    w.member("value", decimal(pounds(order.pence))).member("currency", "GBP").end();
    w.key("debtor").object().member("iban", world.loan_iban).end();
    w.key("creditor").object().member("name", order.payee).member("sort_code", payee_sort_code);
    w.member("account_number", payee_account).end();
    w.member("reference", order.reference).member("loan_account_id", loan_account).end();
    co_return co_await world.ask("POST", "/v1/orders", std::move(w).text());
}

Task<Answer> order_when(World& world, std::string id, std::string_view status) {
    const auto last = std::chrono::steady_clock::now() + order_wait_max;
    for (;;) {
        Answer order = co_await world.ask("GET", "/v1/orders/" + id);
        if (order.text("status") == status || std::chrono::steady_clock::now() > last)
            co_return order;
        co_await world.pause(look_every);
    }
}

std::vector<const sandbox::Booking*> booked(World& world, const std::string& end_to_end_id) {
    std::vector<const sandbox::Booking*> found;
    if (!end_to_end_id.empty())
        world.sandbox().ledger().each(end_to_end_id, [&](const sandbox::Booking& booking) {
            found.push_back(&booking);
            return true;
        });
    std::ranges::reverse(found);
    return found;
}

void check_paid_once(Stage& stage, const std::string& end_to_end_id, std::int64_t pence) {
    const auto bookings = booked(stage.world, end_to_end_id);
    const bool is_once = bookings.size() == 1 && bookings[0]->side == sandbox::Side::debit &&
                         bookings[0]->state == sandbox::BookingState::settled &&
                         bookings[0]->amount == pounds(pence);
    stage.check("the bank's own ledger: exactly one payment", is_once, shown_pounds(pence),
                fmt::format("{} bookings", bookings.size()));
}

} // namespace settled::demo
