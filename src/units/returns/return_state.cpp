#include "units/returns/return_state.h"

#include "domain/money_out_event.h"
#include "store/queries/money/reviews.h"
#include "units/deliveries/publish.h"
#include "units/returns/return_questions.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

namespace settled::units {

namespace {

using domain::OrderStatus;
using domain::OrderStep;
using store::ReturnRow;
using store::Session;
using store::Step;

Step<> tell(Session& s, const UnitScope& work, const ReturnRow& row) {
    const std::string_view type = domain::return_event_type_of(row.status);
    if (type.empty())
        co_return;
    const auto event = domain::return_event(work.context.ids.next<EventId>(), type,
                                            {row.id, row.client_id, row.settlement, row.reason,
                                             row.status, row.reason_code, row.detail},
                                            row.version, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

} // namespace

Step<> review_return(Session& s, const UnitScope& work, const ReturnRow& row, std::string_view kind,
                     std::string_view says) {
    wire::JsonWriter w;
    w.object().member("return_id", to_string(row.id));
    w.member("settlement_id", to_string(row.settlement)).member("reason", row.reason);
    w.member("reason_code", row.reason_code).member("detail", row.detail);
    if (!says.empty())
        w.member("says", says);
    w.end();
    co_await open_review_once(s, work, kind, row.id.value, std::move(w).text());
}

Step<> apply_return_news(Session& s, const UnitScope& work, ReturnRow row, ReturnNews news) {
    const auto move = domain::next(row.status, news.fact);
    if (move.step == OrderStep::contradict)
        co_await review_return(s, work, row, store::review_return_unresolved);
    if (move.step != OrderStep::move)
        co_return;
    row.status = move.status;
    row.reason_code = std::move(news.code);
    row.detail = std::move(news.detail);
    row.updated_at = work.now;
    ++row.version;
    co_await store::update_return(s, work.tenant, row);
    if (row.status == OrderStatus::rejected)
        co_await review_return(s, work, row, store::review_return_refused);
    if (row.status == OrderStatus::needs_review)
        co_await review_return(s, work, row, store::review_return_unresolved);
    co_await watch_return(s, work, row);
    co_await tell(s, work, row);
}

} // namespace settled::units
