#include "units/links/try_again.h"

#include "store/queries/calls.h"
#include "store/queries/money/reviews.h"
#include "units/links/close_account.h"
#include "units/links/link_lookup.h"
#include "units/links/link_state.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::units {

namespace {

using domain::CallPurpose;
using domain::LinkStatus;
using store::LinkRow;
using store::ReviewRow;
using store::Session;
using store::Step;

constexpr std::string_view ruling = "try_again";

std::string text_at(const wire::Json& object, std::string_view member) {
    const auto value = object.member(member);
    return std::string(value ? value->string().value_or("") : "");
}

// The review's detail with what a person wants.
std::string detail_with(const LinkRow& link, const WantedAgain& wanted) {
    wire::JsonWriter w;
    w.object().member("link_id", to_string(link.id));
    w.member("loan_account_id", link.loan_account_id).member("external_id", link.external_id);
    w.key(ruling).object().member("reason", wanted.reason).member("actor", wanted.actor);
    w.member("call_id", to_string(wanted.list)).end().end();
    return std::move(w).text();
}

// The bank's list is asked for anew: what waits to be asked since before the decision is cancelled.
Step<Result<>> read_list_first(Session& s, const UnitScope& work, const Bank& bank,
                               const LinkRow& link, const ReviewRow& review,
                               LinkDecision decision) {
    const MadeCalls opening = co_await calls_for(s, work, link, CallPurpose::open_account);
    if (opening.made == 0 || opening.one_waits)
        co_return fail(Code::state_conflict,
                       "its call is still being repeated: decide when the call is over");
    co_await stop_looking(s, work, link);
    const auto list = co_await look_in_list(s, work, bank, link, 1, work.now);
    if (!list)
        co_return fail(Code::state_conflict, "the bank's list is being asked for already");
    co_await store::update_review_detail(
        s, work.tenant, review.id,
        detail_with(link,
                    {review.id, *list, std::move(decision.reason), std::move(decision.actor)}));
    co_return Result<>{};
}

Step<Result<>> close_now(Session& s, const UnitScope& work, const Bank& bank, const LinkRow& link,
                         const ReviewRow& review, LinkDecision decision) {
    const MadeCalls asked = co_await calls_for(s, work, link, CallPurpose::disable_account);
    if (asked.made == 0)
        co_return fail(Code::state_conflict,
                       "nobody has asked for its account to be closed: close the review");
    co_await ask_to_disable(s, work, bank, link, std::chrono::microseconds(0));
    const MadeCalls closing = co_await calls_for(s, work, link, CallPurpose::disable_account);
    co_await store::hurry_call(s, work.tenant, closing.last->id, work.now);
    (void)co_await store::decide_review(
        s, work.tenant, review.id, {ruling, std::move(decision.reason), std::move(decision.actor)},
        work.now);
    co_return Result<>{};
}

} // namespace

Step<Result<>> try_link_again(Session& s, const Context& context, LinkDecision decision) {
    const UnitScope work{context, decision.tenant, decision.now};
    auto link = co_await store::find_link(s, work.tenant, decision.link);
    if (!link)
        co_return fail(Code::not_found, "there is no such link");
    const auto bank = co_await find_bank(s, work.tenant, link->connector);
    if (!bank)
        co_return fail(Code::connector_unknown, "its connector was removed");
    co_await s.lock({store::Lock::calls(work.tenant, bank->id)});
    link = co_await store::find_link(s, work.tenant, decision.link);
    const auto review = co_await store::find_open_review(
        s, work.tenant, store::review_link_unresolved, decision.link.value);
    if (!review)
        co_return fail(Code::state_conflict, "the review is closed");
    if (link->status == LinkStatus::requested)
        co_return co_await read_list_first(s, work, *bank, *link, *review, std::move(decision));
    if (link->status == LinkStatus::active)
        co_return co_await close_now(s, work, *bank, *link, *review, std::move(decision));
    co_return fail(Code::state_conflict,
                   fmt::format("the link is {}: close the review", token(link->status)));
}

Step<std::optional<WantedAgain>> wanted_again(Session& s, const UnitScope& work,
                                              const LinkRow& link) {
    const auto review = co_await store::find_open_review(
        s, work.tenant, store::review_link_unresolved, link.id.value);
    const auto detail = review ? wire::JsonDocument::parse(review->detail)
                               : Result<wire::JsonDocument>(fail(Code::not_found));
    const auto kept = detail ? detail->root().member(ruling) : std::nullopt;
    if (!kept)
        co_return std::nullopt;
    const auto list = parse_id<CallIdTag>(text_at(*kept, "call_id"));
    co_return WantedAgain{review->id, list ? *list : CallId{}, text_at(*kept, "reason"),
                          text_at(*kept, "actor")};
}

Step<> open_once_more(Session& s, const UnitScope& work, const Bank& bank, const LinkRow& link,
                      WantedAgain wanted) {
    const MadeCalls opening = co_await calls_for(s, work, link, CallPurpose::open_account);
    co_await open_account(s, work, bank, link, opening.made + 1);
    (void)co_await store::decide_review(s, work.tenant, wanted.review,
                                        {ruling, std::move(wanted.reason), std::move(wanted.actor)},
                                        work.now);
}

} // namespace settled::units
