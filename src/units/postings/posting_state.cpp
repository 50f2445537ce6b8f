#include "units/postings/posting_state.h"

#include "domain/posting_event.h"
#include "store/queries/money/reviews.h"
#include "units/deliveries/publish.h"
#include "units/postings/follow.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

namespace settled::units {

namespace {

using domain::PostingFact;
using domain::PostingStatus;
using domain::PostingStep;
using store::PostingRow;
using store::Session;
using store::Step;

void take_over(PostingRow& posting, PostingNews& news) {
    if (news.fact == PostingFact::taken || news.fact == PostingFact::again) {
        posting.reason_code.clear(); // what was in doubt is not any more
        posting.reason.clear();
    } else if (!news.reason_code.empty() || !news.reason.empty()) {
        posting.reason_code = std::move(news.reason_code);
        posting.reason = std::move(news.reason);
    }
    if (domain::has_external_id(posting.kind) && !news.transaction_key.empty())
        posting.transaction_key = std::move(news.transaction_key);
}

std::string detail_of(const PostingRow& posting, std::string_view says) {
    wire::JsonWriter w;
    w.object().member("posting_id", to_string(posting.id)).member("kind", token(posting.kind));
    w.member("loan_account_id", posting.loan_account_id);
    w.member("cause_id", domain::id_text(posting.subject, posting.subject_id));
    w.member("reason_code", posting.reason_code).member("reason", posting.reason);
    if (!says.empty())
        w.member("status", token(posting.status)).member("says", says);
    w.end();
    return std::move(w).text();
}

Step<> publish_change(Session& s, const UnitScope& work, const CoreBank& core,
                      const PostingRow& posting, std::string_view type) {
    const auto event = domain::posting_event(
        work.context.ids.next<EventId>(), type,
        {posting.id, posting.kind, posting.status, core.name, posting.loan_account_id,
         domain::id_text(posting.subject, posting.subject_id), posting.external_id,
         posting.transaction_key, posting.amount, posting.scheme, posting.reason_code,
         posting.reason},
        posting.version, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

} // namespace

Step<PostingRow> apply_posting(Session& s, const UnitScope& work, const CoreBank& core,
                               PostingRow posting, PostingNews news) {
    const auto move = domain::next(posting.status, news.fact);
    if (move.step == PostingStep::contradict) {
        co_await open_review_once(s, work, store::review_posting_contradiction, posting.id.value,
                                  detail_of(posting, token(news.fact)));
        co_return posting;
    }
    if (move.step == PostingStep::stay)
        co_return posting;
    const bool was_failed = posting.status == PostingStatus::needs_review;
    take_over(posting, news);
    posting.status = move.status;
    posting.updated_at = work.now;
    const std::string_view type = domain::event_type_of(posting.kind, posting.status);
    if (!type.empty())
        ++posting.version;
    co_await store::update_posting(s, work.tenant, posting);
    if (was_failed)
        co_await close_open_review_of(s, work, store::review_posting_failed, posting.id.value);
    if (posting.status == PostingStatus::needs_review)
        co_await open_review_once(s, work, store::review_posting_failed, posting.id.value,
                                  detail_of(posting, ""));
    if (!type.empty())
        co_await publish_change(s, work, core, posting, type);
    co_await follow(s, work, core, posting);
    co_return posting;
}

} // namespace settled::units
