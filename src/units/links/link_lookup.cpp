#include "units/links/link_lookup.h"

#include "connectors/clearbank/accounts.h"
#include "store/queries/money/reviews.h"
#include "units/links/bank_accounts.h"
#include "units/links/close_account.h"
#include "units/links/link_state.h"
#include "units/links/try_again.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::CallPurpose;
using store::LinkRow;
using store::Session;
using store::Step;

const connectors::clearbank::BankAccount*
account_of(const LinkRow& link, const connectors::clearbank::AccountPage& page) {
    for (const auto& account : page.accounts) {
        if (!account.is_enabled)
            continue;
        const bool by_id = !account.external_id.empty() && account.external_id == link.external_id;
        const bool by_iban = !link.asked_iban.empty() && account.iban == link.asked_iban;
        if (by_id || by_iban)
            return &account;
    }
    return nullptr;
}

} // namespace

Step<MadeCalls> calls_for(Session& s, const UnitScope& work, const LinkRow& link,
                          CallPurpose purpose) {
    MadeCalls all;
    auto calls = co_await store::calls_of(s, work.tenant, link.id.value);
    for (store::CallRow& call : calls) {
        if (call.purpose != purpose)
            continue;
        ++all.made;
        all.one_waits = all.one_waits || call.status == store::call_queued;
        all.last = std::move(call);
    }
    co_return all;
}

std::chrono::microseconds wait_after(const UnitScope& work, std::size_t made) {
    const auto& waits = work.context.call_times.query_after;
    if (waits.empty())
        return std::chrono::seconds(60);
    return waits[std::min(std::max<std::size_t>(made, 1), waits.size()) - 1];
}

Step<std::optional<CallId>> look_in_list(Session& s, const UnitScope& work, const Bank& bank,
                                         const LinkRow& link, std::size_t page, Instant due_at) {
    const MadeCalls earlier = co_await calls_for(s, work, link, CallPurpose::list_accounts);
    co_return co_await make_link_call(
        s, work, bank, link,
        connectors::clearbank::list_accounts_request(
            bank.settings.institution_account, static_cast<std::int64_t>(page), accounts_per_page),
        earlier.made + 1, due_at);
}

Step<> look_again_soon(Session& s, const UnitScope& work, const Bank& bank, const LinkRow& link) {
    const MadeCalls lists = co_await calls_for(s, work, link, CallPurpose::list_accounts);
    if (!lists.one_waits)
        (void)co_await look_in_list(s, work, bank, link, 1,
                                    work.now + wait_after(work, lists.made));
}

Step<> look_again(Session& s, const UnitScope& work, const Bank& bank, const LinkRow& link) {
    const MadeCalls earlier = co_await calls_for(s, work, link, CallPurpose::list_accounts);
    if (earlier.one_waits)
        co_return;
    const std::chrono::microseconds soonest = work.context.call_times.ask_submitted_after;
    const std::chrono::microseconds age(work.now.us - link.created_at.us);
    (void)co_await look_in_list(s, work, bank, link, 1, work.now + std::max(soonest, age));
}

Step<> review_unresolved(Session& s, const UnitScope& work, const LinkRow& link,
                         std::string_view says) {
    wire::JsonWriter w;
    w.object().member("link_id", to_string(link.id));
    w.member("loan_account_id", link.loan_account_id).member("external_id", link.external_id);
    if (!says.empty())
        w.member("says", says);
    w.end();
    co_await open_review_once(s, work, store::review_link_unresolved, link.id.value,
                              std::move(w).text());
}

Step<> read_list(Session& s, const UnitScope& work, const Bank& bank, const store::CallRow& call,
                 LinkRow link, const std::optional<domain::CallReply>& reply) {
    if (call.status == store::call_queued)
        co_return;
    if (link.status == domain::LinkStatus::active) {
        co_await read_list_about_closing(s, work, bank, call, std::move(link), reply);
        co_return;
    }
    if (link.status != domain::LinkStatus::requested)
        co_return;
    const auto wanted = co_await wanted_again(s, work, link);
    if (wanted && call.id < wanted->list)
        co_return; // it was asked for before a person decided: another question is on its way
    const auto page =
        reply
            ? connectors::clearbank::read_accounts(reply->body)
            : Result<connectors::clearbank::AccountPage>(fail(Code::reply_unreadable, "no reply"));
    if (!page) {
        if (wanted) // a person is not made to wait for hours
            co_await look_again_soon(s, work, bank, link);
        else
            co_await look_again(s, work, bank, link);
        co_return;
    }
    if (const auto* const account = account_of(link, *page)) {
        co_await keep_account(s, work, *account);
        co_await activate(s, work, bank, std::move(link), account->iban, account->id);
    } else if (page->size() >= static_cast<std::size_t>(accounts_per_page)) {
        (void)co_await look_in_list(s, work, bank, link, page_of(call) + 1, work.now);
    } else if (wanted) {
        co_await open_once_more(s, work, bank, link, *wanted);
    } else {
        co_await review_unresolved(s, work, link, "");
        co_await look_again(s, work, bank, link);
    }
}

} // namespace settled::units
