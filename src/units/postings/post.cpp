#include "units/postings/post.h"

#include "units/postings/posting_calls.h"
#include "units/postings/posting_state.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::PostingFact;
using domain::PostingKind;
using domain::PostingStatus;
using store::PostingRow;
using store::Session;
using store::Step;

bool awaits_reply(PostingStatus status) {
    return status == PostingStatus::queued || status == PostingStatus::in_doubt;
}

// Another status of the same booking is on its way: this one waits, or a late repeat of the other
// would overwrite it.
Step<bool> waits_for_another(Session& s, const UnitScope& work, const PostingRow& posting) {
    if (posting.kind != PostingKind::status)
        co_return false;
    const auto others = co_await store::postings_of(s, work.tenant, posting.subject_id);
    co_return std::ranges::any_of(others, [&](const PostingRow& other) {
        return other.kind == PostingKind::status && other.id != posting.id &&
               awaits_reply(other.status);
    });
}

} // namespace

Step<std::optional<PostingRow>> insert_new_posting(Session& s, const UnitScope& work,
                                                   const CoreBank& core, PostingRow posting) {
    posting.id = work.context.ids.next<PostingId>();
    posting.connector = core.id;
    posting.status = PostingStatus::queued;
    posting.created_at = posting.updated_at = work.now;
    const bool is_new = co_await store::insert_posting(s, work.tenant, posting);
    co_return is_new ? std::optional(std::move(posting)) : std::nullopt;
}

Step<std::optional<PostingRow>> post(Session& s, const UnitScope& work, const CoreBank& core,
                                     PostingRow posting) {
    auto made = co_await insert_new_posting(s, work, core, std::move(posting));
    if (!made)
        co_return std::nullopt;
    const bool waits = co_await waits_for_another(s, work, *made);
    if (!waits)
        co_await start_posting(s, work, core, *made);
    co_return made;
}

Step<> start_posting(Session& s, const UnitScope& work, const CoreBank& core,
                     const PostingRow& posting) {
    if (domain::looks_first(posting.kind))
        co_await look_up(s, work, core, posting, work.now);
    else
        co_await make_write(s, work, core, posting);
}

Step<> look_up(Session& s, const UnitScope& work, const CoreBank& core, const PostingRow& posting,
               Instant due_at) {
    domain::CallRequest request = looking_request(posting);
    const PostingCalls calls = co_await calls_of_posting(s, work, posting);
    const bool one_waits = std::ranges::any_of(calls.all, [&](const store::CallRow& call) {
        return call.purpose == request.purpose && call.status == store::call_queued;
    });
    if (one_waits)
        co_return;
    const std::size_t number = calls.count(request.purpose) + 1;
    co_await make_core_call(s, work, core, std::move(request), posting.id.value, posting.cause,
                            number, due_at);
}

Step<> take_back(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting,
                 std::string why) {
    switch (posting.status) {
    case PostingStatus::posted:
        co_await adjust(s, work, core,
                        {posting.transaction_key, posting.loan_account_id,
                         domain::PostingSubject::posting, posting.id.value, posting.amount,
                         std::move(why)});
        co_return;
    case PostingStatus::queued:
    case PostingStatus::in_doubt:
    case PostingStatus::needs_review: {
        const PostingCalls calls = co_await calls_of_posting(s, work, posting);
        if (posting.status != PostingStatus::in_doubt && calls.is_unsent()) {
            co_await cancel_writes(s, work, posting);
            (void)co_await apply_posting(
                s, work, core, std::move(posting),
                {.fact = PostingFact::dropped, .reason_code = "not_wanted", .reason = why});
            co_return;
        }
        posting.undo = true;
        posting.updated_at = work.now;
        co_await store::update_posting(s, work.tenant, posting);
        co_return;
    }
    case PostingStatus::suspended:
        (void)co_await apply_posting(s, work, core, std::move(posting),
                                     {.fact = PostingFact::sent_back, .reason = std::move(why)});
        co_return;
    case PostingStatus::returned:
    case PostingStatus::adjusted:
    case PostingStatus::cancelled:
        co_return;
    }
}

Step<> adjust(Session& s, const UnitScope& work, const CoreBank& core, Adjusting adjusting) {
    PostingRow posting;
    posting.kind = PostingKind::adjustment;
    posting.cause = "adjust " + adjusting.transaction_key;
    posting.loan_account_id = std::move(adjusting.loan_account_id);
    posting.subject = adjusting.subject;
    posting.subject_id = adjusting.subject_id;
    posting.amount = adjusting.amount;
    posting.value_at = work.now;
    posting.transaction_key = std::move(adjusting.transaction_key);
    PostingDetail detail;
    detail.note = std::move(adjusting.why);
    posting.detail = to_json(detail);
    const std::string cause = posting.cause;
    const auto made = co_await post(s, work, core, std::move(posting));
    if (made)
        co_return;
    auto known = co_await store::find_posting_of_cause(s, work.tenant, core.id, cause);
    if (known->status == PostingStatus::cancelled) // a person has ruled it out: a person decides
        (void)co_await apply_posting(s, work, core, *std::move(known), {PostingFact::again});
}

Step<> start_next_status(Session& s, const UnitScope& work, const CoreBank& core,
                         const PostingRow& ended) {
    auto postings = co_await store::postings_of(s, work.tenant, ended.subject_id);
    std::erase_if(postings, [](const PostingRow& posting) {
        return posting.kind != PostingKind::status || posting.status != PostingStatus::queued;
    });
    if (postings.empty())
        co_return;
    PostingRow next = std::move(postings.back());
    postings.pop_back();
    for (PostingRow& outdated : postings) {
        outdated.status = PostingStatus::cancelled;
        outdated.reason_code = "outdated";
        outdated.updated_at = work.now;
        co_await store::update_posting(s, work.tenant, outdated);
    }
    co_await start_posting(s, work, core, next);
}

Step<> look_up_open_postings(Session& s, const UnitScope& work, const CoreBank& core) {
    constexpr std::size_t page = 100;
    std::int64_t after = 0;
    for (;;) {
        auto open = co_await store::open_postings(s, work.tenant, core.id, after, page);
        if (open.empty())
            co_return;
        after = open.back().id.value;
        for (PostingRow& posting : open) {
            if (!awaits_reply(posting.status))
                continue;
            posting =
                co_await apply_posting(s, work, core, std::move(posting),
                                       {.fact = PostingFact::unclear,
                                        .reason = "the store was put back to an older state"});
            co_await look_up(s, work, core, posting, work.now);
        }
    }
}

Step<Result<>> rule_on_posting(Session& s, UnitScope work, PostingId id, PostingRuling ruling) {
    auto posting = co_await store::find_posting(s, work.tenant, id);
    if (!posting)
        co_return fail(Code::not_found, "there is no such posting");
    const auto core = co_await find_core_bank(s, work.tenant, posting->connector);
    if (!core)
        co_return fail(Code::connector_unknown, "its connector was removed");
    co_await s.lock({store::Lock::calls(work.tenant, core->bank.id)});
    posting = co_await store::find_posting(s, work.tenant, id);
    if (posting->status != PostingStatus::needs_review)
        co_return fail(Code::state_conflict,
                       "the posting is " + std::string(token(posting->status)));
    if (ruling == PostingRuling::drop) {
        const PostingCalls calls = co_await calls_of_posting(s, work, *posting);
        if (calls.is_being_written())
            co_return fail(Code::state_conflict,
                           "it is being written into the core banking system now: decide when that "
                           "is over");
        co_await cancel_writes(s, work, *posting); // after a restore one may still wait
        (void)co_await apply_posting(s, work, *core, *std::move(posting), {PostingFact::dropped});
        co_return Result<>{};
    }
    if (ruling == PostingRuling::post_again)
        posting = co_await apply_posting(s, work, *core, *std::move(posting), {PostingFact::again});
    co_await look_up(s, work, *core, *posting, work.now);
    co_return Result<>{};
}

} // namespace settled::units
