#include "units/postings/collect.h"

#include "connectors/mambu/loans.h"
#include "store/queries/directory.h"
#include "store/queries/inbox.h"
#include "store/queries/money/links.h"
#include "store/queries/money/settlements.h"
#include "units/calls/derived_ids.h"
#include "units/calls/hold.h"
#include "units/matching/settle.h"
#include "units/postings/post.h"
#include "units/postings/posting_state.h"
#include "units/returns/send_back.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using domain::PostingFact;
using domain::PostingKind;
using domain::PostingStatus;
using domain::ReplyClass;
using domain::ReturnReason;
using mambu::RefusalReason;
using store::PostingRow;
using store::Session;
using store::Step;

PostingRow repayment_from(const domain::Settlement& settlement, std::string loan_account_id) {
    PostingRow posting;
    posting.kind = PostingKind::repayment;
    posting.external_id = domain::external_id_of(settlement.transaction_id, domain::Leg::credit);
    posting.cause = posting.external_id;
    posting.loan_account_id = std::move(loan_account_id);
    posting.subject = domain::PostingSubject::settlement;
    posting.subject_id = settlement.id.value;
    posting.amount = settlement.amount;
    posting.scheme = domain::posting_scheme(settlement.scheme, "");
    posting.value_at = settlement.settled_at;
    PostingDetail detail;
    detail.payment.creditor.iban = settlement.account;
    detail.payment.debtor.name = settlement.counterparty_name;
    detail.payment.debtor.iban = settlement.counterparty_account;
    detail.payment.reference = settlement.reference;
    detail.payment.end_to_end_id = settlement.end_to_end_id;
    detail.payment.bank_transaction_id = settlement.transaction_id;
    posting.detail = to_json(detail);
    return posting;
}

ReturnReason return_reason_of(RefusalReason reason) {
    switch (reason) {
    case RefusalReason::closed:
        return ReturnReason::account_closed;
    case RefusalReason::locked:
        return ReturnReason::account_stopped;
    case RefusalReason::unknown:
        return ReturnReason::account_unknown;
    case RefusalReason::overpaid:
        break;
    }
    return ReturnReason::not_expected;
}

std::string_view words_of(RefusalReason reason) {
    switch (reason) {
    case RefusalReason::closed:
        return "the loan is closed";
    case RefusalReason::locked:
        return "the loan is locked";
    case RefusalReason::unknown:
        return "the account that was credited belongs to no loan";
    case RefusalReason::overpaid:
        break;
    }
    return "it is more than is owed on the loan";
}

Step<> suspend(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting,
               std::string_view code, std::string reason) {
    (void)co_await apply_posting(
        s, work, core, std::move(posting),
        {.fact = PostingFact::suspended, .reason_code = std::string(code), .reason = reason});
}

// By setting. What cannot be sent back is kept.
Step<> keep_or_send_back(Session& s, const UnitScope& work, const CoreBank& core,
                         PostingRow posting, RefusalReason reason) {
    std::string words(words_of(reason));
    if (core.settings.when_refused(reason) == mambu::RefusedMoney::suspense) {
        co_await suspend(s, work, core, std::move(posting), token(reason), std::move(words));
        co_return;
    }
    ReturnRequest request{work.tenant, "", SettlementId{posting.subject_id},
                          return_reason_of(reason), work.now};
    request.is_refused_repayment = true;
    const auto returned = co_await register_return(
        s, work.context, std::make_shared<const ReturnRequest>(std::move(request)));
    if (!returned) {
        co_await suspend(
            s, work, core, std::move(posting), token(reason),
            fmt::format("{}, and it cannot be sent back: {}", words, returned.error().detail));
        co_return;
    }
    (void)co_await apply_posting(s, work, core, std::move(posting),
                                 {.fact = PostingFact::sent_back,
                                  .reason_code = std::string(token(reason)),
                                  .reason = std::move(words)});
}

Step<> repay(Session& s, const UnitScope& work, const CoreBank& core, PostingRow repayment) {
    const std::string scheme = repayment.scheme;
    auto posting = co_await insert_new_posting(s, work, core, std::move(repayment));
    if (!posting)
        co_return;
    if (mambu::repayment_channel(core.settings.channels, scheme).empty())
        co_await suspend(s, work, core, *std::move(posting), "no_channel",
                         "the settings name no channel for repayments by " +
                             (scheme.empty() ? "this scheme" : scheme));
    else
        co_await start_posting(s, work, core, *posting);
}

// The account was opened for a link that this store does not have, or may have forgotten since it was put
// back to an older state.
Step<bool> may_be_of_forgotten_link(Session& s, const UnitScope& work, ConnectorId connector,
                                    const store::AccountRow& account) {
    const bool is_whole = co_await may_move_money(s, work.tenant);
    if (!is_whole)
        co_return true;
    if (!DerivedIds::is_end_to_end_id(account.external_id))
        co_return false;
    const auto link =
        co_await store::find_link_by_external_id(s, work.tenant, connector, account.external_id);
    co_return !link;
}

// A payment may be registered later than its money comes. The settlement is evaluated first.
Instant sent_back_from(const UnitScope& work, const domain::Settlement& settlement) {
    return settlement.received_at + std::max(work.context.watermark, work.context.unmatched_grace) +
           std::chrono::milliseconds(1);
}

// Money that only the bank's query has shown is not sent back, so nothing is to be waited for.
bool can_go_back(const domain::Settlement& settlement) {
    return settlement.webhook_id.value != 0;
}

// Of a virtual account at the bank that no link has.
Step<> collect_unlinked(Session& s, const UnitScope& work, ConnectorId connector,
                        const domain::Settlement& settlement) {
    const auto account =
        co_await store::find_account_by_key(s, work.tenant, settlement.identity.account);
    if (!account || account->bank_account_id.empty() || account->single_use)
        co_return;
    const auto bank = co_await find_bank(s, work.tenant, connector);
    if (!bank || account->bank_account_id == bank->settings.institution_account)
        co_return;
    const auto core = co_await core_bank_of(s, work.tenant, *bank);
    // What a payment waited for, or may have, is that payment's money.
    if (!core || settlement.status != domain::SettlementStatus::unmatched)
        co_return;
    const bool is_forgotten = co_await may_be_of_forgotten_link(s, work, connector, *account);
    const bool is_sent_back =
        !is_forgotten && core->settings.when_refused(RefusalReason::unknown) ==
                             mambu::RefusedMoney::return_to_sender;
    const Instant from = sent_back_from(work, settlement);
    if (is_sent_back && can_go_back(settlement) && work.now < from) {
        co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                    store::task_collect, settlement.id.value, 0, from, work.now);
        co_return;
    }
    co_await s.lock({store::Lock::calls(work.tenant, bank->id)});
    auto posting = co_await insert_new_posting(s, work, *core, repayment_from(settlement, ""));
    if (!posting)
        co_return;
    if (is_forgotten)
        co_await suspend(s, work, *core, *std::move(posting), token(RefusalReason::unknown),
                         "the account that was credited may belong to a loan whose link is not "
                         "known here any more");
    else
        co_await keep_or_send_back(s, work, *core, *std::move(posting), RefusalReason::unknown);
}

} // namespace

Step<> collect(Session& s, const UnitScope& work, ConnectorId connector, SettlementId id) {
    const auto settlement = co_await store::find_settlement(s, work.tenant, id);
    if (!settlement || settlement->status == domain::SettlementStatus::reversed ||
        settlement->transaction_id.empty())
        co_return;
    auto link = co_await store::find_link_by_iban(s, work.tenant, settlement->account);
    if (!link) {
        co_await collect_unlinked(s, work, connector, *settlement);
        co_return;
    }
    if (link->core_banking.empty() || link->connector != connector)
        co_return;
    const auto core = co_await find_core_bank(s, work.tenant, link->core_banking);
    if (!core)
        co_return;
    co_await s.lock({store::Lock::calls(work.tenant, core->bank.id)});
    co_await repay(s, work, *core, repayment_from(*settlement, link->loan_account_id));
}

Step<> collect_later(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const UnitScope work{context, task.tenant, now};
    const SettlementId id{task.subject_id};
    const auto settlement = co_await store::find_settlement(s, work.tenant, id);
    if (settlement) {
        store::Locks locks;
        add_settling_locks(locks, context, work.tenant, settlement->identity);
        locks.add(store::Lock::link_of_shared(work.tenant, settlement->identity.account));
        co_await s.lock(locks);
    }
    const bool is_mine = co_await store::update_task(
        s, work.tenant, task.id, domain::TaskStatus::done, task.attempts + 1, task.due_at, now);
    const auto webhook = settlement && is_mine
                             ? co_await store::find_webhook(s, work.tenant, settlement->webhook_id)
                             : std::nullopt;
    if (webhook)
        co_await collect(s, work, webhook->connector, id);
}

Step<std::optional<PostingRow>> repayment_of(Session& s, const UnitScope& work,
                                             SettlementId settlement) {
    auto postings = co_await store::postings_of(s, work.tenant, settlement.value);
    for (PostingRow& posting : postings | std::views::reverse)
        if (posting.kind == PostingKind::repayment)
            co_return std::move(posting);
    co_return std::nullopt;
}

Step<> read_refusal(Session& s, const UnitScope& work, const CoreBank& core, PostingRow posting,
                    const domain::ReplyVerdict& verdict,
                    const std::optional<domain::CallReply>& reply) {
    if (posting.status != PostingStatus::in_doubt)
        co_return;
    std::optional<RefusalReason> reason;
    if (verdict.reply == ReplyClass::taken) {
        const auto loan = mambu::read_loan(reply->body, core.settings.loan_fields);
        if (loan)
            reason = mambu::refusal_reason(*loan, posting.amount);
    }
    if (reason)
        co_await keep_or_send_back(s, work, core, std::move(posting), *reason);
    else
        (void)co_await apply_posting(s, work, core, std::move(posting),
                                     {.fact = PostingFact::refused});
}

Step<> settlement_went_back(Session& s, const UnitScope& work, SettlementId settlement) {
    auto posting = co_await repayment_of(s, work, settlement);
    if (!posting)
        co_return;
    const auto core = co_await find_core_bank(s, work.tenant, posting->connector);
    if (!core)
        co_return;
    co_await s.lock({store::Lock::calls(work.tenant, core->bank.id)});
    posting = co_await repayment_of(s, work, settlement);
    if (posting->status == PostingStatus::adjusted) // it was taken back for this
        (void)co_await apply_posting(
            s, work, *core, *std::move(posting),
            {.fact = PostingFact::sent_back, .reason = "the money went back"});
    else
        co_await take_back(s, work, *core, *std::move(posting), "the money went back");
}

Step<bool> collect_again(Session& s, UnitScope work, SettlementId settlement) {
    auto posting = co_await repayment_of(s, work, settlement);
    const auto core = posting ? co_await find_core_bank(s, work.tenant, posting->connector)
                              : std::optional<CoreBank>();
    if (!core)
        co_return false;
    co_await s.lock({store::Lock::calls(work.tenant, core->bank.id)});
    posting = co_await repayment_of(s, work, settlement);
    const bool was_taken_back =
        posting->status == PostingStatus::adjusted || posting->status == PostingStatus::returned;
    if (!was_taken_back || posting->loan_account_id.empty())
        co_return false;
    const auto settled = co_await store::find_settlement(s, work.tenant, settlement);
    if (!settled || settled->status == domain::SettlementStatus::reversed)
        co_return false;
    const auto postings = co_await store::postings_of(s, work.tenant, settlement.value);
    const auto number = std::ranges::count(postings, PostingKind::repayment,
                                           [](const PostingRow& row) { return row.kind; }) +
                        1;
    PostingRow again = repayment_from(*settled, posting->loan_account_id);
    again.external_id =
        domain::external_id_of(settled->transaction_id, domain::Leg::credit, number);
    again.cause = again.external_id;
    co_await repay(s, work, *core, std::move(again));
    co_return true;
}

} // namespace settled::units
