#include "units/links/link.h"

#include "base/iban.h"
#include "connectors/clearbank/accounts.h"
#include "domain/event.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/calls/derived_ids.h"
#include "units/links/bank_accounts.h"
#include "units/links/close_account.h"
#include "units/links/core_link.h"
#include "units/links/link_lookup.h"
#include "units/links/link_state.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::units {

namespace {

using domain::CallPurpose;
using domain::LinkStatus;
using domain::ReplyClass;
using store::LinkRow;
using store::Session;
using store::Step;

Step<Result<Bank>> linking_bank(Session& s, TenantId tenant, std::string_view name) {
    auto bank = co_await find_bank(s, tenant, name);
    if (!bank)
        co_return fail(Code::connector_unknown, "connector: there is none of that name");
    if (domain::makes_calls(bank->settings) && !is_bank(*bank))
        co_return fail(Code::connector_unknown,
                       "connector: it is no bank's; core_banking names the core banking system");
    if (!domain::makes_calls(bank->settings))
        co_return fail(Code::connector_receives_only,
                       "connector: it has no API configured and only sends webhooks");
    co_return *std::move(bank);
}

// It says what became of its own call, and an earlier one may have opened the account.
Step<bool> is_first_try(Session& s, const UnitScope& work, const LinkRow& link) {
    const MadeCalls opening = co_await calls_for(s, work, link, CallPurpose::open_account);
    co_return opening.made == 1;
}

Step<> refused(Session& s, const UnitScope& work, const Bank& bank, LinkRow link,
               std::vector<domain::AccountRefusedFact::Reason> reasons) {
    const bool is_first = co_await is_first_try(s, work, link);
    if (is_first) {
        co_await fail_link(s, work, bank, std::move(link), std::move(reasons));
        co_return;
    }
    std::string says = "the bank refused to open the account";
    for (const auto& reason : reasons)
        says += fmt::format(": {} {}", reason.code, reason.text);
    co_await review_unresolved(s, work, link, says);
    co_await look_again(s, work, bank, link);
}

Step<> read_open(Session& s, const UnitScope& work, const Bank& bank, const store::CallRow& call,
                 LinkRow link, const domain::ReplyVerdict& verdict) {
    if (link.status != LinkStatus::requested || call.status == store::call_queued)
        co_return; // its webhook came before the reply, or it is sent again
    if (verdict.reply == ReplyClass::refused && call.unread == 0)
        co_await refused(s, work, bank, std::move(link), {{"refused", verdict.reason}});
    else if (verdict.reply == ReplyClass::taken) // its webhook says more
        co_await look_again(s, work, bank, link);
    else // it may be open
        (void)co_await look_in_list(s, work, bank, link, 1,
                                    work.now + std::chrono::microseconds(std::chrono::seconds(30)));
}

bool is_same(const LinkRow& link, const LinkRequest& request) {
    return link.asked_iban == request.iban && link.core_banking == request.core_banking &&
           (request.client_id.empty() || link.client_id == request.client_id);
}

Step<std::optional<LinkRow>> link_of(Session& s, const UnitScope& work, ConnectorId connector,
                                     std::string external_id, std::string iban) {
    if (!external_id.empty()) {
        auto link =
            co_await store::find_link_by_external_id(s, work.tenant, connector, external_id);
        if (link)
            co_return link;
    }
    if (iban.empty())
        co_return std::nullopt;
    co_return co_await store::find_link_by_iban(s, work.tenant, iban);
}

} // namespace

Step<Result<LinkAnswer>> register_link(Session& s, const Context& context,
                                       std::shared_ptr<const LinkRequest> request) {
    const TenantId tenant = request->tenant;
    CO_TRY(Bank bank, co_await linking_bank(s, tenant, request->connector));
    std::optional<CoreBank> core;
    if (!request->core_banking.empty()) {
        CO_TRY(core, co_await linking_core_bank(s, tenant, bank, request->core_banking));
    }
    co_await s.lock({store::Lock::calls(tenant, bank.id)});
    const auto known =
        co_await store::find_link_of_loan(s, tenant, bank.id, request->loan_account_id);
    if (known && known->is_live()) {
        if (is_same(*known, *request))
            co_return LinkAnswer{*known, bank.name, false};
        co_return fail(Code::loan_linked, fmt::format("loan_account_id: link {} is {}",
                                                      to_string(known->id), token(known->status)));
    }
    if (!request->iban.empty()) {
        const auto holder = co_await store::find_link_by_iban(s, tenant, request->iban);
        if (holder)
            co_return fail(Code::iban_taken, "iban: link " + to_string(holder->id) + " has it");
    }
    LinkRow link;
    link.id = context.ids.next<LinkId>();
    link.client_id = request->client_id;
    link.connector = bank.id;
    link.core_banking = request->core_banking;
    link.loan_account_id = request->loan_account_id;
    link.owner_name = request->owner_name;
    link.asked_iban = link.iban = request->iban;
    link.generation = known ? known->generation + 1 : 1;
    link.external_id = context.derived_ids->end_to_end_id(
        tenant, bank.name, "link " + link.loan_account_id + " " + std::to_string(link.generation));
    link.status = LinkStatus::requested;
    link.created_at = link.updated_at = request->now;
    const bool is_new = co_await store::insert_link(s, tenant, link);
    if (!is_new)
        co_return fail(Code::loan_linked, "loan_account_id: it is linked already");
    const UnitScope work{context, tenant, request->now};
    if (core)
        co_await ask_for_loan(s, work, *core, link, request->now);
    else
        co_await open_account(s, work, bank, link);
    co_return LinkAnswer{std::move(link), bank.name, true};
}

Step<Result<LinkAnswer>> disable_link(Session& s, const Context& context, TenantId tenant,
                                      LinkId id, Instant now) {
    auto link = co_await store::find_link(s, tenant, id);
    if (!link)
        co_return fail(Code::not_found, "there is no such link");
    auto bank = co_await find_bank(s, tenant, link->connector);
    if (!bank)
        co_return fail(Code::connector_unknown, "its connector was removed");
    co_await s.lock({store::Lock::calls(tenant, bank->id)});
    link = co_await store::find_link(s, tenant, id);
    if (link->status == LinkStatus::disabled)
        co_return LinkAnswer{*std::move(link), bank->name, false};
    if (link->status != LinkStatus::active)
        co_return fail(
            Code::state_conflict,
            fmt::format("the link is {}; only an active one is disabled", token(link->status)));
    co_await ask_to_disable(s, {context, tenant, now}, *bank, *link, std::chrono::microseconds(0));
    co_return LinkAnswer{*std::move(link), bank->name, false};
}

Step<> read_link_reply(Session& s, const UnitScope& work, const Bank& bank,
                       const store::CallRow& call, const domain::ReplyVerdict& verdict,
                       const std::optional<domain::CallReply>& reply) {
    if (call.subject_id == 0) {
        if (call.status != store::call_queued)
            co_await read_bank_accounts(s, work, bank, call,
                                        verdict.reply == ReplyClass::taken ? reply : std::nullopt);
        co_return;
    }
    auto link = co_await store::find_link(s, work.tenant, LinkId{call.subject_id});
    if (!link)
        co_return;
    if (call.purpose == CallPurpose::open_account)
        co_await read_open(s, work, bank, call, *std::move(link), verdict);
    else if (call.purpose == CallPurpose::disable_account)
        co_await read_disable(s, work, bank, call, *std::move(link), verdict);
    else if (call.purpose == CallPurpose::list_accounts)
        co_await read_list(s, work, bank, call, *std::move(link),
                           verdict.reply == ReplyClass::taken ? reply : std::nullopt);
}

Step<bool> link_opened(Session& s, const UnitScope& work, ConnectorId connector, WebhookId webhook,
                       const domain::AccountOpenedFact& fact) {
    auto link = co_await link_of(s, work, connector, fact.external_id, fact.account.iban);
    const auto bank = co_await find_bank(s, work.tenant, connector);
    if (!link || !bank)
        co_return false;
    co_await store::add_subject_webhook(s, work.tenant, link->id.value, webhook);
    co_await activate(s, work, *bank, *std::move(link), fact.account.iban, fact.bank_account_id);
    co_return true;
}

Step<bool> link_refused(Session& s, const UnitScope& work, ConnectorId connector, WebhookId webhook,
                        const domain::AccountRefusedFact& fact) {
    auto link = co_await link_of(s, work, connector, fact.external_id, fact.iban);
    const auto bank = co_await find_bank(s, work.tenant, connector);
    if (!link || !bank)
        co_return false;
    co_await store::add_subject_webhook(s, work.tenant, link->id.value, webhook);
    if (link->status != LinkStatus::requested)
        co_return true;
    // An account with this external id is there: ours, of an earlier try.
    const bool exists = std::ranges::any_of(fact.reasons, [](const auto& reason) {
        return reason.code == "ExternalVirtualAccountIdNotUnique";
    });
    if (exists)
        (void)co_await look_in_list(s, work, *bank, *link, 1, work.now);
    else
        co_await refused(s, work, *bank, *std::move(link), fact.reasons);
    co_return true;
}

} // namespace settled::units
