#include "units/bacs/bacs_news.h"

#include "connectors/clearbank/transactions.h"
#include "store/queries/money/bacs.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/deliveries/publish.h"
#include "units/links/bank_accounts.h"
#include "units/reviews.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::units {

namespace {

using domain::BacsFact;
using domain::BacsItem;
using domain::BacsStatus;
using domain::BacsStep;
using domain::BacsSubject;
using store::Session;
using store::Step;

// If the bank keeps what it holds, no webhook says so: it is asked, until the third day is over.
constexpr std::chrono::hours ask_after{12};
constexpr std::int64_t asked_max = 6;
constexpr std::chrono::hours before_hold{48};

std::string shown(const domain::Party& party) {
    if (!party.iban.empty())
        return party.iban;
    return party.bban.empty() ? domain::account_key_of(party) : party.bban;
}

// What a report says and the item does not have yet.
void complete(BacsItem& item, const BacsFact& fact) {
    const auto fill = [](std::string& into, const std::string& value) {
        if (into.empty())
            into = value;
    };
    if (item.amount.minor == 0)
        item.amount = fact.amount;
    fill(item.returned_by, fact.returned_by);
    fill(item.account, shown(fact.account));
    fill(item.account_key, domain::account_key_of(fact.account));
    fill(item.counterparty_name, fact.counterparty.name);
    fill(item.counterparty_account, shown(fact.counterparty));
    fill(item.reference, fact.reference);
    fill(item.service_user_number, fact.service_user_number);
    fill(item.transaction_code, fact.transaction_code);
    fill(item.day, fact.day);
    if (!fact.reason_code.empty())
        item.reason_code = fact.reason_code;
    if (!fact.detail.empty())
        item.detail = fact.detail;
}

Step<> publish_report(Session& s, const UnitScope& work, const std::optional<Bank>& bank,
                      const BacsItem& item, BacsStatus reported) {
    if (domain::event_type_of(item.subject, reported).empty())
        co_return;
    const auto event = domain::bacs_event(work.context.ids.next<EventId>(), item, reported,
                                          bank ? bank->name : "", work.now);
    co_await publish_event(s, work.context, work.tenant, event);
}

Step<> review(Session& s, const UnitScope& work, const BacsItem& item, std::string_view kind,
              std::string_view says) {
    wire::JsonWriter w;
    w.object().member("bacs_item_id", to_string(item.id)).member("bank_id", item.bank_id);
    w.member("subject", token(item.subject)).member("status", token(item.status));
    w.member("says", says).member("reference", item.reference);
    w.member("amount", decimal(item.amount)).member("account", item.account).end();
    co_await open_review_once(s, work, kind, item.id.value, std::move(w).text());
}

// Pages of one question differ by their number alone.
Step<> ask(Session& s, const UnitScope& work, const Bank& bank, const BacsItem& item,
           std::size_t page, Instant due_at) {
    NewCall call;
    call.connector = bank.id;
    call.request = connectors::clearbank::find_bacs_credit_request(
        bank.settings.institution_account, item.created_at - std::chrono::microseconds(before_hold),
        due_at, static_cast<std::int64_t>(page));
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(domain::CallPurpose::find_bacs_credit),
        {item.bank_id, std::to_string(item.asked), std::to_string(page)});
    call.subject = item.id.value;
    call.due_at = due_at;
    (void)co_await make_call(s, work, call);
}

bool can_ask(const std::optional<Bank>& bank) {
    return bank && domain::makes_calls(bank->settings);
}

Step<BacsItem> write_report(Session& s, const UnitScope& work, const std::optional<Bank>& bank,
                            std::optional<BacsItem> known, BacsItem item, BacsStatus reported) {
    const BacsStep step = domain::bacs_step(
        item.subject, known ? std::optional(known->status) : std::nullopt, reported);
    if (step == BacsStep::contradict)
        co_await review(s, work, item, store::review_bacs_contradiction, token(reported));
    if (step == BacsStep::move)
        item.status = reported;
    const bool told = step == BacsStep::move || step == BacsStep::tell;
    if (told && !domain::event_type_of(item.subject, reported).empty())
        ++item.version;
    item.updated_at = work.now;
    if (known)
        co_await store::update_bacs_item(s, work.tenant, item);
    else
        (void)co_await store::insert_bacs_item(s, work.tenant, item);
    if (told)
        co_await publish_report(s, work, bank, item, reported);
    if (step == BacsStep::move && reported == BacsStatus::held && can_ask(bank))
        co_await ask(s, work, *bank, item, 1, work.now + std::chrono::microseconds(ask_after));
    if (known && known->status == BacsStatus::needs_review && item.status != known->status)
        co_await close_open_review_of(s, work, store::review_bacs_held, item.id.value);
    co_return item;
}

BacsItem new_item(const UnitScope& work, ConnectorId connector, BacsSubject subject,
                  std::string bank_id) {
    BacsItem item;
    item.id = work.context.ids.next<BacsItemId>();
    item.connector = connector;
    item.subject = subject;
    item.bank_id = std::move(bank_id);
    item.created_at = work.now;
    return item;
}

BacsFact fact_of(const domain::SettlementFact& settled, BacsSubject subject, BacsStatus status) {
    BacsFact fact;
    fact.subject = subject;
    fact.status = status;
    fact.bank_id = settled.bacs_id;
    fact.amount = settled.amount;
    fact.account = settled.account;
    fact.counterparty = settled.counterparty;
    fact.reference = settled.reference;
    return fact;
}

// Nothing but a direct debit comes back by Bacs, since the bank sends no Bacs credits. The webhook
// that names the original publishes its return, and may still be on its way.
Step<std::optional<BacsItem>> returned_debit(Session& s, const UnitScope& work,
                                             ConnectorId connector, WebhookId webhook,
                                             const domain::SettlementFact& fact,
                                             SettlementId movement) {
    auto item = co_await store::find_bacs_item_returned_by(s, work.tenant, connector, fact.bacs_id);
    if (!item) {
        item = new_item(work, connector, BacsSubject::direct_debit, fact.bacs_id);
        complete(*item, fact_of(fact, BacsSubject::direct_debit, BacsStatus::returned));
        item->returned_by = fact.bacs_id;
        item->status = BacsStatus::returned;
        item->settlement = movement;
        item->updated_at = work.now;
        (void)co_await store::insert_bacs_item(s, work.tenant, *item);
    }
    co_await store::add_subject_webhook(s, work.tenant, item->id.value, webhook);
    co_return item;
}

bool is_the_held_one(const BacsItem& item,
                     const connectors::clearbank::BankTransaction& transaction) {
    const std::string account = domain::account_key_of(transaction.account);
    return transaction.credit && transaction.amount == item.amount &&
           (account.empty() || account == item.account_key) &&
           transaction.reference == item.reference;
}

} // namespace

Step<BacsItem> accept_bacs(Session& s, const UnitScope& work, ConnectorId connector,
                           WebhookId webhook, const BacsFact& fact) {
    const auto bank = co_await find_bank(s, work.tenant, connector);
    const auto known =
        co_await store::find_bacs_item_of(s, work.tenant, connector, fact.subject, fact.bank_id);
    BacsItem item = known ? *known : new_item(work, connector, fact.subject, fact.bank_id);
    complete(item, fact);
    co_await store::add_subject_webhook(s, work.tenant, item.id.value, webhook);
    item = co_await write_report(s, work, bank, known, std::move(item), fact.status);
    co_return item;
}

Step<std::optional<BacsItem>> bacs_credit_settled(Session& s, const UnitScope& work,
                                                  ConnectorId connector, WebhookId webhook,
                                                  const domain::SettlementFact& fact,
                                                  SettlementId settlement) {
    if (fact.bacs_id.empty())
        co_return std::nullopt;
    const auto bank = co_await find_bank(s, work.tenant, connector);
    const auto known = co_await store::find_bacs_item_of(s, work.tenant, connector,
                                                         BacsSubject::credit, fact.bacs_id);
    BacsItem item = known ? *known : new_item(work, connector, BacsSubject::credit, fact.bacs_id);
    complete(item, fact_of(fact, BacsSubject::credit, BacsStatus::settled));
    if (item.settlement.value == 0)
        item.settlement = settlement;
    co_await store::add_subject_webhook(s, work.tenant, item.id.value, webhook);
    item = co_await write_report(s, work, bank, known, std::move(item), BacsStatus::settled);
    co_return item.status == BacsStatus::returned ? std::optional(item) : std::nullopt;
}

Step<std::optional<BacsItem>> direct_debit_moved(Session& s, const UnitScope& work,
                                                 ConnectorId connector, WebhookId webhook,
                                                 const domain::SettlementFact& fact,
                                                 SettlementId movement) {
    if (fact.bacs_id.empty())
        co_return std::nullopt;
    if (fact.is_return) {
        co_return co_await returned_debit(s, work, connector, webhook, fact, movement);
    }
    const auto known = co_await store::find_bacs_item_of(s, work.tenant, connector,
                                                         BacsSubject::direct_debit, fact.bacs_id);
    if (!known && !fact.is_direct_debit)
        co_return std::nullopt;
    const auto bank = co_await find_bank(s, work.tenant, connector);
    BacsItem item =
        known ? *known : new_item(work, connector, BacsSubject::direct_debit, fact.bacs_id);
    complete(item, fact_of(fact, BacsSubject::direct_debit, BacsStatus::settled));
    if (item.settlement.value == 0)
        item.settlement = movement;
    co_await store::add_subject_webhook(s, work.tenant, item.id.value, webhook);
    item = co_await write_report(s, work, bank, known, std::move(item), BacsStatus::settled);
    co_return item;
}

Step<> read_bacs_query(Session& s, const UnitScope& work, const Bank& bank,
                       const store::CallRow& call, const std::optional<domain::CallReply>& reply) {
    auto item = co_await store::find_bacs_item(s, work.tenant, BacsItemId{call.subject_id});
    if (!item || item->status != BacsStatus::held)
        co_return;
    const auto page =
        reply ? connectors::clearbank::read_transactions(reply->body)
              : Result<connectors::clearbank::TransactionPage>(fail(Code::reply_unreadable));
    // The list does not name the notice: that such a credit is there ends nothing, its webhook does.
    const bool is_there = page && std::ranges::any_of(page->transactions, [&](const auto& shown) {
                              return shown.is_settled() && is_the_held_one(*item, shown);
                          });
    if (page && !is_there && !page->is_last) {
        co_await ask(s, work, bank, *item, page_of(call) + 1, work.now);
        co_return;
    }
    const BacsItem known = *item;
    ++item->asked;
    if (item->asked < asked_max) {
        item->updated_at = work.now;
        co_await store::update_bacs_item(s, work.tenant, *item);
        co_await ask(s, work, bank, *item, 1, work.now + std::chrono::microseconds(ask_after));
        co_return;
    }
    const BacsItem after =
        co_await write_report(s, work, bank, known, *std::move(item), BacsStatus::needs_review);
    co_await review(s, work, after, store::review_bacs_held,
                    is_there ? "the bank shows such a credit, and has sent no webhook about it"
                             : "the bank holds it and does not show that it was applied");
}

} // namespace settled::units
