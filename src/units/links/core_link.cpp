#include "units/links/core_link.h"

#include "connectors/mambu/loans.h"
#include "payloads/uk_account.h"
#include "store/queries/directory.h"
#include "units/links/link_state.h"
#include "units/postings/post.h"
#include "units/postings/posting_calls.h"
#include "wire/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using domain::CallPurpose;
using domain::LinkStatus;
using domain::ReplyClass;
using store::LinkRow;
using store::Session;
using store::Step;

constexpr std::chrono::seconds ask_again_after{60};

Step<> ask(Session& s, const UnitScope& work, const CoreBank& core, const LinkRow& link,
           domain::CallRequest request, Instant due_at) {
    const auto calls = co_await store::calls_of(s, work.tenant, link.id.value);
    const auto made = std::ranges::count(calls, request.purpose,
                                         [](const store::CallRow& call) { return call.purpose; });
    co_await make_core_call(s, work, core, std::move(request), link.id.value, link.external_id,
                            static_cast<std::size_t>(made) + 1, due_at);
}

Step<> fail_as(Session& s, const UnitScope& work, const CoreBank& core, LinkRow link,
               std::string_view code, std::string text) {
    co_await fail_link(s, work, core.bank, std::move(link), {{std::string(code), std::move(text)}});
}

// The loan's fields hold an account already.
Step<> adopt(Session& s, const UnitScope& work, const CoreBank& core, LinkRow link,
             const mambu::Loan& loan) {
    const auto account =
        co_await store::find_account_by_bank_id(s, work.tenant, loan.virtual_account_id);
    const bool is_ours = account && account->iban == loan.iban &&
                         (link.asked_iban.empty() || link.asked_iban == loan.iban);
    if (is_ours)
        co_await activate(s, work, core.bank, std::move(link), loan.iban, loan.virtual_account_id);
    else
        co_await fail_as(s, work, core, std::move(link), "loan_linked",
                         "the loan's fields hold another account: " + loan.virtual_account_id);
}

Step<> open_for(Session& s, const UnitScope& work, const CoreBank& core, LinkRow link) {
    link.updated_at = work.now;
    const bool stored = co_await store::update_link(s, work.tenant, link);
    if (stored)
        co_await open_account(s, work, core.bank, link);
    else
        co_await fail_as(s, work, core, std::move(link), "iban_taken",
                         "another link has the IBAN of the loan's fields");
}

Step<> loan_read(Session& s, const UnitScope& work, const CoreBank& core, LinkRow link,
                 const mambu::Loan& loan) {
    link.loan_key = loan.encoded_key;
    if (!loan.virtual_account_id.empty()) {
        co_await adopt(s, work, core, std::move(link), loan);
        co_return;
    }
    if (loan.is_closed()) {
        co_await fail_as(s, work, core, std::move(link), "loan_closed",
                         "the loan is " + loan.state);
        co_return;
    }
    if (!loan.iban.empty()) {
        if (!link.asked_iban.empty() && link.asked_iban != loan.iban) {
            co_await fail_as(s, work, core, std::move(link), "loan_linked",
                             "the loan's fields hold another IBAN: " + loan.iban);
            co_return;
        }
        link.asked_iban = link.iban = loan.iban;
    }
    if (!link.owner_name.empty()) {
        co_await open_for(s, work, core, std::move(link));
        co_return;
    }
    link.updated_at = work.now;
    const bool stored = co_await store::update_link(s, work.tenant, link);
    if (stored)
        co_await ask(s, work, core, link, mambu::read_holder_request(loan), work.now);
    else
        co_await fail_as(s, work, core, std::move(link), "iban_taken",
                         "another link has the IBAN of the loan's fields");
}

Step<> holder_read(Session& s, const UnitScope& work, const CoreBank& core, LinkRow link,
                   const domain::CallReply& reply) {
    const auto holder = mambu::read_holder(reply.body);
    auto name = holder ? payloads::parse_owner_name(holder->name)
                       : Result<std::string>(std::unexpected(holder.error()));
    if (!name) {
        co_await fail_as(s, work, core, std::move(link), "owner_name",
                         "the holder's name cannot be used: " + name.error().detail);
        co_return;
    }
    link.owner_name = *std::move(name);
    co_await open_for(s, work, core, std::move(link));
}

Step<> not_read(Session& s, const UnitScope& work, const CoreBank& core, const store::CallRow& call,
                LinkRow link, const domain::ReplyVerdict& verdict) {
    const bool is_over = verdict.reply == ReplyClass::refused ||
                         work.now - link.created_at >= work.context.call_times.review_after;
    if (is_over)
        co_await fail_as(s, work, core, std::move(link),
                         verdict.reply == ReplyClass::refused ? "loan_unknown" : "loan_unreadable",
                         verdict.reason);
    else
        co_await ask(s, work, core, link, call.request,
                     work.now + std::chrono::microseconds(ask_again_after));
}

Step<> post_fields(Session& s, const UnitScope& work, const CoreBank& core, const LinkRow& link,
                   domain::PostingKind kind) {
    store::PostingRow posting;
    posting.kind = kind;
    posting.cause = fmt::format("{} {}", token(kind), link.external_id);
    posting.loan_account_id = link.loan_account_id;
    posting.subject = domain::PostingSubject::link;
    posting.subject_id = link.id.value;
    posting.amount = {0, Currency::parse("GBP").value()};
    posting.value_at = work.now;
    PostingDetail detail;
    detail.iban = link.iban;
    detail.virtual_account_id = link.virtual_account_id;
    posting.detail = to_json(detail);
    (void)co_await post(s, work, core, std::move(posting));
}

// For the people who look at the loan.
Step<> note_failure(Session& s, const UnitScope& work, const CoreBank& core, const LinkRow& link) {
    if (link.loan_key.empty())
        co_return;
    std::string text = "No virtual account was linked.";
    const auto errors = wire::JsonDocument::parse(link.errors);
    for (std::size_t i = 0; errors && i < errors->root().size(); ++i) {
        const auto part = [&](std::string_view name) {
            const auto member = errors->root().at(i).member(name);
            return std::string(member ? member->string().value_or("") : "");
        };
        text += fmt::format(" {}: {}.", part("code"), part("text"));
    }
    co_await ask(s, work, core, link, mambu::note_on_loan_request(link.loan_key, text), work.now);
}

} // namespace

Step<Result<CoreBank>> linking_core_bank(Session& s, TenantId tenant, const Bank& bank,
                                         std::string_view name) {
    auto core = co_await find_core_bank(s, tenant, name);
    if (!core)
        co_return fail(Code::connector_unknown,
                       "core_banking: there is no core banking system of that name, or the bank "
                       "that its settings name does not exist");
    if (core->bank.id != bank.id)
        co_return fail(Code::connector_unknown,
                       "core_banking: its settings name another bank: " + core->bank.name);
    co_return *std::move(core);
}

Step<> ask_for_loan(Session& s, const UnitScope& work, const CoreBank& core, const LinkRow& link,
                    Instant due_at) {
    co_await ask(s, work, core, link, mambu::read_loan_request(link.loan_account_id), due_at);
}

Step<> read_core_link_reply(Session& s, const UnitScope& work, const CoreBank& core,
                            const store::CallRow& call, LinkRow link,
                            const domain::ReplyVerdict& verdict,
                            const std::optional<domain::CallReply>& reply) {
    const bool is_about_opening =
        call.purpose == CallPurpose::read_loan || call.purpose == CallPurpose::read_holder;
    if (call.status == store::call_queued || !is_about_opening ||
        link.status != LinkStatus::requested)
        co_return;
    if (verdict.reply != ReplyClass::taken) {
        co_await not_read(s, work, core, call, std::move(link), verdict);
        co_return;
    }
    if (call.purpose == CallPurpose::read_holder) {
        co_await holder_read(s, work, core, std::move(link), *reply);
        co_return;
    }
    const auto loan = mambu::read_loan(reply->body, core.settings.loan_fields);
    if (loan)
        co_await loan_read(s, work, core, std::move(link), *loan);
    else
        co_await fail_as(s, work, core, std::move(link), "loan_unreadable", loan.error().detail);
}

Step<> link_changed(Session& s, const UnitScope& work, const LinkRow& link) {
    if (link.core_banking.empty())
        co_return;
    const auto core = co_await find_core_bank(s, work.tenant, link.core_banking);
    if (!core)
        co_return;
    if (link.status == LinkStatus::active)
        co_await post_fields(s, work, *core, link, domain::PostingKind::link_fields);
    else if (link.status == LinkStatus::disabled)
        co_await post_fields(s, work, *core, link, domain::PostingKind::link_clear);
    else if (link.status == LinkStatus::failed)
        co_await note_failure(s, work, *core, link);
}

} // namespace settled::units
