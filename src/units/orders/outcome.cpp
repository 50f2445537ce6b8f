#include "units/orders/outcome.h"

#include "connectors/clearbank/reject_codes.h"
#include "store/queries/money/orders.h"
#include "units/calls/bank.h"
#include "units/orders/order_state.h"
#include "units/returns/send_back.h"

namespace settled::units {

namespace {

using Outcome = domain::PaymentOutcomeFact::Outcome;

domain::OrderFact fact_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::held:
        return domain::OrderFact::held;
    case Outcome::duplicate:
        return domain::OrderFact::duplicate;
    case Outcome::rejected:
        break;
    }
    return domain::OrderFact::rejected;
}

OrderNews news_of(const domain::PaymentOutcomeFact::Item& item, bool credit_side,
                  WebhookId webhook) {
    const auto meaning = connectors::clearbank::meaning_of(item.reason_code);
    OrderNews news;
    news.fact = fact_of(item.outcome);
    news.reason_code = item.reason_code;
    news.reason = item.reason.empty() ? std::string(meaning.words) : item.reason;
    if (news.fact == domain::OrderFact::rejected)
        news.advice = meaning.advice;
    // The other side of an internal transfer says what became of its own booking: of the debit the
    // bank is asked.
    if (credit_side && news.fact == domain::OrderFact::rejected)
        news.fact = domain::OrderFact::duplicate;
    news.source = "webhook " + to_string(webhook);
    return news;
}

} // namespace

store::Step<bool> accept_outcome(store::Session& s, const UnitScope& work, ConnectorId connector,
                                 WebhookId webhook, const domain::PaymentOutcomeFact& fact) {
    const auto bank = co_await find_bank(s, work.tenant, connector);
    bool known = false;
    for (const auto& item : fact.items) {
        if (fact.is_return) {
            const bool ours = co_await return_outcome(s, work, connector, webhook, item, true);
            known = known || ours;
            continue;
        }
        auto order = co_await store::find_order_by_end_to_end_id(s, work.tenant, connector,
                                                                 item.end_to_end_id);
        if (!order) { // of CHAPS, a refused message does not say that it is a return's
            const bool ours = co_await return_outcome(s, work, connector, webhook, item, false);
            known = known || ours;
        }
        if (!order || !bank)
            continue;
        known = true;
        co_await store::add_subject_webhook(s, work.tenant, order->id.value, webhook);
        (void)co_await apply_news(s, work, *bank, *std::move(order),
                                  news_of(item, fact.credit_side, webhook));
    }
    co_return known;
}

} // namespace settled::units
