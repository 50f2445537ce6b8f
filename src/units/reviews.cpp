#include "units/reviews.h"

#include "store/queries/money/reviews.h"

#include <utility>

namespace settled::units {

store::Step<> open_review_once(store::Session& s, const UnitScope& work, std::string_view kind,
                               std::int64_t subject, std::string detail) {
    const auto open = co_await store::find_open_review(s, work.tenant, kind, subject);
    if (open)
        co_return;
    co_await store::insert_review(s, work.tenant,
                                  {work.context.ids.next<ReviewId>(), std::string(kind), subject,
                                   "open", std::move(detail), work.now, std::nullopt});
}

store::Step<> close_open_review_of(store::Session& s, const UnitScope& work, std::string_view kind,
                                   std::int64_t subject) {
    const auto open = co_await store::find_open_review(s, work.tenant, kind, subject);
    if (open)
        co_await store::close_review(s, work.tenant, open->id, work.now);
}

} // namespace settled::units
