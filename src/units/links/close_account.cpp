#include "units/links/close_account.h"

#include "base/ascii.h"
#include "connectors/clearbank/accounts.h"
#include "domain/event.h"
#include "units/links/bank_accounts.h"
#include "units/links/link_lookup.h"
#include "units/links/link_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::units {

namespace {

using domain::CallPurpose;
using domain::LinkStatus;
using domain::ReplyClass;
using store::CallRow;
using store::LinkRow;
using store::Session;
using store::Step;

Step<> closed(Session& s, const UnitScope& work, const Bank& bank, LinkRow link) {
    co_await set_status(s, work, bank, std::move(link), LinkStatus::disabled,
                        domain::link_disabled);
}

// The first call of those that were not answered since the link was asked to be closed.
Step<Instant> asked_since(Session& s, const UnitScope& work, const LinkRow& link) {
    Instant since = work.now;
    const auto calls = co_await store::calls_of(s, work.tenant, link.id.value);
    for (const CallRow& call : calls) {
        if (call.purpose != CallPurpose::disable_account)
            continue;
        if (call.status == store::call_refused)
            since = work.now; // that one was answered
        else
            since = std::min(since, call.created_at);
    }
    co_return since;
}

// It may be closed: another call hears what became of it.
Step<> ask_until_answered(Session& s, const UnitScope& work, const Bank& bank,
                          const LinkRow& link) {
    const MadeCalls earlier = co_await calls_for(s, work, link, CallPurpose::disable_account);
    co_await ask_to_disable(s, work, bank, link, wait_after(work, earlier.made));
    const Instant since = co_await asked_since(s, work, link);
    if (work.now - since >= work.context.call_times.review_after)
        co_await review_unresolved(s, work, link,
                                   "the bank has not said whether the account is closed");
}

} // namespace

Step<> ask_to_disable(Session& s, const UnitScope& work, const Bank& bank, const LinkRow& link,
                      std::chrono::microseconds wait) {
    const MadeCalls earlier = co_await calls_for(s, work, link, CallPurpose::disable_account);
    if (earlier.one_waits)
        co_return;
    (void)co_await make_link_call(s, work, bank, link,
                                  connectors::clearbank::disable_account_request(
                                      bank.settings.institution_account, link.virtual_account_id),
                                  earlier.made + 1, work.now + wait);
}

Step<> read_disable(Session& s, const UnitScope& work, const Bank& bank, const CallRow& call,
                    LinkRow link, const domain::ReplyVerdict& verdict) {
    if (call.status == store::call_queued || link.status != LinkStatus::active)
        co_return;
    // 404, 410: the bank has no such account, which is what was asked for.
    const bool is_gone = call.http_status == 404 || call.http_status == 410;
    if (verdict.reply == ReplyClass::taken || is_gone)
        co_await closed(s, work, bank, std::move(link));
    else if (verdict.reply == ReplyClass::refused)
        (void)co_await look_in_list(s, work, bank, link, 1, work.now);
    else
        co_await ask_until_answered(s, work, bank, link);
}

Step<> read_list_about_closing(Session& s, const UnitScope& work, const Bank& bank,
                               const CallRow& call, LinkRow link,
                               const std::optional<domain::CallReply>& reply) {
    const MadeCalls closing = co_await calls_for(s, work, link, CallPurpose::disable_account);
    const bool is_about_it =
        closing.last && closing.last->status == store::call_refused && call.id > closing.last->id;
    if (!is_about_it)
        co_return; // it was asked for before the account was open
    const auto page =
        reply
            ? connectors::clearbank::read_accounts(reply->body)
            : Result<connectors::clearbank::AccountPage>(fail(Code::reply_unreadable, "no reply"));
    if (!page) {
        co_await look_again_soon(s, work, bank, link);
        co_return;
    }
    const auto account = std::ranges::find_if(page->accounts, [&](const auto& shown) {
        return equal_any_case(shown.id, link.virtual_account_id);
    });
    if (account != page->accounts.end() && !account->is_enabled)
        co_await closed(s, work, bank, std::move(link));
    else if (account == page->accounts.end() &&
             page->size() >= static_cast<std::size_t>(accounts_per_page))
        (void)co_await look_in_list(s, work, bank, link, page_of(call) + 1, work.now);
    else
        co_await review_unresolved(
            s, work, link,
            fmt::format("the bank refused to close the account: {}", closing.last->reason));
}

} // namespace settled::units
