#include "units/links/link_state.h"

#include "base/ascii.h"
#include "base/iban.h"
#include "connectors/clearbank/accounts.h"
#include "domain/money_out_event.h"
#include "store/queries/calls.h"
#include "store/queries/money/reviews.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/deliveries/publish.h"
#include "units/links/core_link.h"
#include "units/links/link_lookup.h"
#include "units/postings/collect_earlier.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

namespace settled::units {

namespace {

using store::LinkRow;
using store::Session;
using store::Step;

Step<> tell(Session& s, const UnitScope& work, const Bank& bank, const LinkRow& link,
            std::string_view type) {
    const auto event = domain::link_event(work.context.ids.next<EventId>(), type,
                                          {link.id, link.client_id, bank.name, link.core_banking,
                                           link.loan_account_id, std::string(token(link.status)),
                                           link.iban, link.virtual_account_id, link.errors},
                                          link.version, work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

std::string errors_json(const std::vector<domain::AccountRefusedFact::Reason>& reasons) {
    wire::JsonWriter w;
    w.array();
    for (const auto& reason : reasons) {
        const auto words = connectors::clearbank::account_refusal_words(reason.code);
        w.object().member("code", reason.code).member("text", reason.text);
        if (!words.empty())
            w.member("words", words);
        w.end();
    }
    w.end();
    return std::move(w).text();
}

// Its loan has another link, which is live.
Step<bool> is_replaced(Session& s, const UnitScope& work, const LinkRow& link) {
    const auto live =
        co_await store::find_link_of_loan(s, work.tenant, link.connector, link.loan_account_id);
    co_return live && live->is_live() && live->id != link.id;
}

} // namespace

Step<> stop_looking(Session& s, const UnitScope& work, const LinkRow& link) {
    auto calls = co_await store::calls_of(s, work.tenant, link.id.value);
    for (store::CallRow& call : calls) {
        const bool waits = call.purpose == domain::CallPurpose::list_accounts &&
                           call.status == store::call_queued && call.lease_owner == 0;
        if (!waits)
            continue;
        call.status = store::call_cancelled;
        call.updated_at = work.now;
        co_await store::update_call(s, call);
    }
}

Step<std::optional<CallId>> make_link_call(Session& s, const UnitScope& work, const Bank& bank,
                                           const LinkRow& link, domain::CallRequest request,
                                           std::size_t number, Instant due_at) {
    NewCall call;
    call.connector = bank.id;
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(request.purpose), {link.external_id, std::to_string(number)});
    call.request = std::move(request);
    call.subject = link.id.value;
    call.due_at = due_at;
    co_return co_await make_call(s, work, call);
}

Step<> open_account(Session& s, const UnitScope& work, const Bank& bank, const LinkRow& link,
                    std::size_t number) {
    (void)co_await make_link_call(
        s, work, bank, link,
        connectors::clearbank::open_account_request(
            bank.settings.institution_account, link.owner_name, link.asked_iban, link.external_id),
        number, work.now);
}

Step<> set_status(Session& s, const UnitScope& work, const Bank& bank, LinkRow link,
                  domain::LinkStatus status, std::string_view type) {
    link.status = status;
    link.updated_at = work.now;
    ++link.version;
    const bool stored = co_await store::update_link(s, work.tenant, link);
    if (!stored)
        co_return;
    co_await close_open_review_of(s, work, store::review_link_unresolved, link.id.value);
    // What the link has become says more than the bank's list.
    co_await stop_looking(s, work, link);
    co_await tell(s, work, bank, link, type);
    co_await link_changed(s, work, link);
}

Step<> fail_link(Session& s, const UnitScope& work, const Bank& bank, LinkRow link,
                 std::vector<domain::AccountRefusedFact::Reason> reasons) {
    link.errors = errors_json(reasons);
    co_await set_status(s, work, bank, std::move(link), domain::LinkStatus::failed,
                        domain::link_failed);
}

Step<> activate(Session& s, const UnitScope& work, const Bank& bank, LinkRow link, std::string iban,
                std::string virtual_account_id) {
    if (link.status == domain::LinkStatus::active || link.status == domain::LinkStatus::disabled) {
        const bool is_same = link.virtual_account_id.empty() ||
                             equal_any_case(link.virtual_account_id, virtual_account_id);
        if (!is_same)
            co_await review_unresolved(
                s, work, link,
                "the bank opened a second account for it: " + virtual_account_id + ", " + iban);
        co_return;
    }
    const bool replaced = co_await is_replaced(s, work, link);
    if (replaced) {
        co_await review_unresolved(s, work, link,
                                   "the bank opened account " + virtual_account_id + ", " + iban +
                                       ", for it after it had failed, and its loan has another "
                                       "link since");
        co_return;
    }
    // Money that comes meanwhile is looked for below, or finds the link.
    co_await s.lock({store::Lock::link_of(work.tenant, account_key(iban))});
    const auto holder = co_await store::find_link_by_iban(s, work.tenant, iban);
    if (holder && holder->id != link.id) {
        co_await fail_link(s, work, bank, std::move(link),
                           {{"iban_taken", "link " + to_string(holder->id) + " has this IBAN"}});
        co_return;
    }
    link.iban = std::move(iban);
    link.virtual_account_id = std::move(virtual_account_id);
    link.errors = "[]";
    const LinkRow active = link;
    co_await set_status(s, work, bank, std::move(link), domain::LinkStatus::active,
                        domain::link_created);
    co_await collect_earlier(s, work, active);
}

} // namespace settled::units
