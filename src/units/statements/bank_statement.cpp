#include "units/statements/bank_statement.h"

#include "connectors/clearbank/statements.h"
#include "connectors/clearbank/transactions.h"
#include "domain/uk/london_time.h"
#include "statements/charges.h"
#include "statements/text.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/catch_up/learnt.h"
#include "units/statements/statement_reconciliation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace settled::units {

namespace {

using connectors::clearbank::BankTransaction;
using domain::ReplyClass;
using store::EntryRow;
using store::Session;
using store::StatementRequestRow;
using store::StatementRow;
using store::Step;

// The bank makes a day's statement in the early hours after it; a webhook may come 24 hours late.
constexpr std::chrono::hours announced_within{50};
// What is done in one step, for which webhooks wait: a few milliseconds.
constexpr std::int64_t reconciled_of_step = 200;
constexpr std::int64_t entries_of_step = 100;
constexpr int learnt_of_step = 10;
constexpr std::size_t reason_bytes_max = 512;

std::chrono::sys_days date_of(Instant day) {
    return std::chrono::sys_days(std::chrono::days(day.us / statements::day_us));
}

Step<> schedule(Session& s, const UnitScope& work, const StatementRequestRow& row, Instant due) {
    co_await store::insert_task(s, work.tenant, work.context.ids.next<TaskId>(),
                                store::task_statement, row.id.value, 0, due, work.now);
}

Step<> save(Session& s, const UnitScope& work, StatementRequestRow& row) {
    row.updated_at = work.now;
    co_await store::update_statement_request(s, work.tenant, row);
}

Step<> fail_request(Session& s, const UnitScope& work, StatementRequestRow& row,
                    std::string_view why) {
    row.status = store::request_failed;
    row.reason = why.substr(0, reason_bytes_max);
    co_await save(s, work, row);
}

Step<> make(Session& s, const UnitScope& work, const Bank& bank, const StatementRequestRow& row,
            domain::CallRequest request, std::int64_t number) {
    NewCall call;
    call.connector = bank.id;
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(request.purpose),
        {to_string(row.id), row.message_id, std::to_string(number)});
    call.request = std::move(request);
    call.subject = row.id.value;
    call.due_at = work.now;
    (void)co_await make_call(s, work, call);
}

Step<> download(Session& s, const UnitScope& work, const Bank& bank, const StatementRequestRow& row,
                std::int64_t page) {
    co_await make(s, work, bank, row,
                  connectors::clearbank::download_statement_request(row.message_id, page), page);
}

void hand_over(StatementRequestRow& from, StatementRequestRow& to) {
    to.message_id = std::exchange(from.message_id, {});
    to.pages = std::exchange(from.pages, 0);
    to.status = store::request_downloading;
    from.status = store::request_requested;
}

// The row of the statement's day, which may be another request's than it was taken for.
Step<StatementRequestRow> row_of_day(Session& s, const UnitScope& work, StatementRequestRow row,
                                     Instant day) {
    if (!row.day || *row.day == day) {
        row.day = day;
        co_return row;
    }
    auto other = co_await store::find_statement_request_of_day(s, work.tenant, row.connector, day);
    const bool is_open =
        other && (other->status == store::request_requested ||
                  (other->status == store::request_downloading && other->pages_here == 0));
    if (!is_open) {
        other = StatementRequestRow();
        other->id = work.context.ids.next<StatementRequestId>();
        other->connector = row.connector;
        other->day = day;
        other->status = store::request_requested;
        other->created_at = work.now;
        other->updated_at = work.now;
        co_await store::insert_statement_request(s, work.tenant, *other);
    }
    // The ids of messages are unique: first none has one, then each its own.
    StatementRequestRow crossed = *other;
    hand_over(row, *other);
    co_await save(s, work, row);
    if (!crossed.message_id.empty()) {
        StatementRequestRow empty = *other;
        empty.message_id.clear();
        co_await save(s, work, empty);
        row.message_id = crossed.message_id;
        row.pages = crossed.pages;
        row.status = store::request_downloading;
        co_await save(s, work, row);
    }
    co_await save(s, work, *other);
    co_return *std::move(other);
}

Step<> store_read_page(Session& s, const UnitScope& work, const Bank& bank, StatementRequestRow row,
                       ReadPage page) {
    if (row.pages_here == 0)
        row = co_await row_of_day(s, work, std::move(row), page.last_day);
    const StoredPage stored = co_await store_page(s, work, std::move(page));
    for (const StatementId statement : stored.statements)
        co_await store::add_request_statement(s, work.tenant, row.id, statement);
    row.statements += static_cast<std::int64_t>(stored.statements.size());
    row.passed_over += stored.passed_over;
    ++row.pages_here;
    if (row.pages_here < row.pages) {
        co_await download(s, work, bank, row, row.pages_here + 1);
    } else {
        row.status = store::request_reconciling;
        row.cursor_statement = 0;
        co_await schedule(s, work, row, work.now);
    }
    co_await save(s, work, row);
}

// The request that this page is the next one of; by the message: it may belong to another by now.
Step<std::optional<StatementRequestRow>> awaiting_page(Session& s, const UnitScope& work,
                                                       ConnectorId connector,
                                                       const domain::CallRequest& download) {
    auto row = co_await store::find_statement_request_by_message(
        s, work.tenant, connector, connectors::clearbank::message_of_download(download.target));
    const std::int64_t number = connectors::clearbank::page_of_download(download.target);
    if (!row || row->status != store::request_downloading || number != row->pages_here + 1)
        co_return std::nullopt;
    co_return row;
}

// Compares the next part of a statement with what is known. True: all were.
Step<Result<bool>> reconcile_some(Session& s, const UnitScope& work, StatementRequestRow& row) {
    const auto id =
        co_await store::next_request_statement(s, work.tenant, row.id, row.cursor_statement);
    if (!id)
        co_return true;
    auto statement = co_await store::find_statement(s, work.tenant, *id);
    SETTLED_ASSERT(statement.has_value(), "a statement of the request is there");
    auto step = co_await plan_reconciliation(s, work.tenant, *std::move(statement), work.now,
                                             reconciled_of_step);
    if (!step)
        co_return std::unexpected(step.error());
    const auto planned = std::make_shared<const ReconciliationStep>(*std::move(step));
    const StatementRow now = co_await write_reconciliation(s, work.tenant, planned);
    if (now.status == store::statement_reconciled)
        row.cursor_statement = id->value;
    co_return false;
}

// The bank's transaction behind an entry; nullopt: the bank does not say its id. An entry has a day:
// the end of it stands for the time, so that no payment of the day counts as made after it.
std::optional<BankTransaction> transaction_of(const StatementRow& statement, const EntryRow& row,
                                              Instant now) {
    const statements::Entry& entry = row.entry;
    BankTransaction t;
    t.transaction_id = entry.bank_reference.empty() ? entry.transaction_id : entry.bank_reference;
    if (t.transaction_id.empty())
        return std::nullopt;
    t.end_to_end_id = entry.end_to_end_id;
    t.credit = entry.credit;
    t.status = "ACSC";
    t.amount = entry.amount;
    t.reference = statements::without_charges(entry.remittance);
    t.account.iban = statement.account;
    t.counterparty.name = entry.counterparty_name;
    t.counterparty.iban = entry.counterparty_account;
    t.time = std::min(Instant{entry.booked.us + statements::day_us - 1'000'000}, now);
    t.settled_at = t.time;
    return t;
}

void count(StatementRequestRow& row, ShownAs learnt) {
    row.settlements += learnt == ShownAs::settlement ? 1 : 0;
    row.movements += learnt == ShownAs::movement ? 1 : 0;
    row.orders += learnt == ShownAs::order ? 1 : 0;
    row.waiting += learnt == ShownAs::waiting ? 1 : 0;
}

// Whether what the entry shows may be unknown here: not what was linked, nor what resembles
// something that is known.
bool may_be_unknown(const EntryRow& entry) {
    return entry.verdict == token(statements::Verdict::missing_webhook) ||
           entry.verdict == store::verdict_not_followed;
}

// Makes known what the next entries show. True: there are no more.
Step<bool> learn_some(Session& s, const UnitScope& work, const Bank& bank,
                      StatementRequestRow& row) {
    const auto id =
        co_await store::next_request_statement(s, work.tenant, row.id, row.cursor_statement);
    if (!id)
        co_return true;
    const auto statement = co_await store::find_statement(s, work.tenant, *id);
    SETTLED_ASSERT(statement.has_value(), "a statement of the request is there");
    const auto entries =
        co_await store::list_entries(s, work.tenant, *id, statement->currency, "", row.cursor_entry,
                                     static_cast<std::size_t>(entries_of_step));
    int learnt = 0;
    for (const EntryRow& entry : entries) {
        if (learnt == learnt_of_step)
            co_return false; // the next step goes on with this entry
        row.cursor_entry = entry.number;
        if (!may_be_unknown(entry))
            continue;
        ++learnt;
        const auto transaction = transaction_of(*statement, entry, work.now);
        if (transaction)
            count(row, co_await learn_transaction(s, work, bank, *transaction, false));
        else if (entry.verdict != store::verdict_not_followed)
            ++row.without_id;
    }
    if (std::cmp_less(entries.size(), entries_of_step)) {
        row.cursor_statement = id->value;
        row.cursor_entry = 0;
    }
    co_return false;
}

Step<> take_step(Session& s, const UnitScope& work, const Bank& bank, StatementRequestRow row) {
    bool is_over = false;
    if (row.status == store::request_learning) {
        is_over = co_await learn_some(s, work, bank, row);
    } else {
        const auto all = co_await reconcile_some(s, work, row);
        if (!all) {
            co_await fail_request(s, work, row, all.error().detail);
            co_return;
        }
        is_over = *all;
    }
    if (is_over) {
        row.cursor_statement = 0;
        row.cursor_entry = 0;
        row.status = row.status == store::request_reconciling ? store::request_learning
                     : row.status == store::request_learning  ? store::request_linking
                                                              : store::request_done;
    }
    co_await save(s, work, row);
    if (row.status != store::request_done)
        co_await schedule(s, work, row, work.now);
}

} // namespace

Step<StatementRequestRow> ask_for_statement(Session& s, const UnitScope& work, const Bank& bank,
                                            Instant day, std::string made_by) {
    auto there = co_await store::find_statement_request_of_day(s, work.tenant, bank.id, day);
    if (there)
        co_return *std::move(there);
    StatementRequestRow row;
    row.id = work.context.ids.next<StatementRequestId>();
    row.connector = bank.id;
    row.day = day;
    row.status = store::request_requested;
    row.made_by = std::move(made_by);
    row.created_at = work.now;
    row.updated_at = work.now;
    co_await store::insert_statement_request(s, work.tenant, row);
    const std::chrono::sys_days date = date_of(day);
    co_await make(s, work, bank, row,
                  connectors::clearbank::request_statement_request(
                      domain::london_moment(date, std::chrono::minutes(0)),
                      domain::london_moment(date + std::chrono::days(1), std::chrono::minutes(0))),
                  0);
    co_await schedule(s, work, row, work.now + announced_within);
    co_return row;
}

Step<Result<StatementRequestRow>>
request_statement(Session& s, const Context& context,
                  std::shared_ptr<const StatementQuestion> question) {
    const UnitScope work{context, question->tenant, question->now};
    const auto bank = co_await find_bank(s, question->tenant, question->connector);
    if (!bank)
        co_return fail(Code::connector_unknown, "connector: there is no such connector");
    if (!domain::makes_calls(bank->settings))
        co_return fail(Code::connector_receives_only, "connector: it has no API");
    if (!is_bank(*bank))
        co_return fail(Code::connector_unknown, "connector: it is no bank's");
    co_await s.lock({store::Lock::calls(question->tenant, bank->id)});
    co_return co_await ask_for_statement(s, work, *bank, question->day, question->made_by);
}

Step<> statement_ready(Session& s, const UnitScope& work, ConnectorId connector,
                       const domain::StatementReadyFact& fact) {
    const auto bank = co_await find_bank(s, work.tenant, connector);
    if (!bank || !domain::makes_calls(bank->settings))
        co_return;
    const auto known = co_await store::find_statement_request_by_message(s, work.tenant, connector,
                                                                         fact.message_id);
    if (known)
        co_return;
    auto row = co_await store::oldest_open_request(s, work.tenant, connector);
    const bool is_new = !row;
    if (is_new) {
        row = StatementRequestRow();
        row->id = work.context.ids.next<StatementRequestId>();
        row->connector = connector;
        row->created_at = work.now;
    }
    row->status = store::request_downloading;
    row->message_id = fact.message_id;
    row->pages = fact.pages;
    row->updated_at = work.now;
    if (is_new)
        co_await store::insert_statement_request(s, work.tenant, *row);
    else
        co_await store::update_statement_request(s, work.tenant, *row);
    co_await download(s, work, *bank, *row, 1);
}

Step<> read_statement_request(Session& s, const UnitScope& work, const Bank& bank,
                              const store::CallRow& call, const domain::ReplyVerdict& verdict) {
    auto row =
        co_await store::find_statement_request(s, work.tenant, StatementRequestId{call.subject_id});
    // A call that got no readable reply may have been taken: the webhook says so.
    if (row && row->connector == bank.id && row->status == store::request_requested &&
        verdict.reply == ReplyClass::refused)
        co_await fail_request(s, work, *row, verdict.reason);
}

Step<> read_statement_page(Session& s, const UnitScope& work, const Bank& bank,
                           const store::CallRow& call, const domain::ReplyVerdict& verdict,
                           const std::optional<domain::CallReply>& reply,
                           std::shared_ptr<const DownloadedPage> downloaded) {
    if (call.status == store::call_queued)
        co_return; // it is tried again
    auto row = co_await awaiting_page(s, work, bank.id, call.request);
    if (!row)
        co_return;
    if (verdict.reply != ReplyClass::taken || !reply) {
        co_await fail_request(s, work, *row, "a page could not be downloaded: " + verdict.reason);
        co_return;
    }
    if (!downloaded)
        downloaded = read_downloaded(call.request, *reply);
    if (!downloaded->page) {
        co_await fail_request(s, work, *row, downloaded->page.error().detail);
        co_return;
    }
    co_await store_read_page(s, work, bank, *std::move(row), *downloaded->page);
}

std::shared_ptr<const DownloadedPage> read_downloaded(const domain::CallRequest& request,
                                                      const domain::CallReply& reply) {
    using namespace connectors::clearbank;
    const std::string name = fmt::format("{} page {}", message_of_download(request.target),
                                         page_of_download(request.target));
    return std::make_shared<const DownloadedPage>(read_page(reply.body, name));
}

Step<bool> store_ahead(Session& s, const UnitScope& work, CallToSend call,
                       std::shared_ptr<const DownloadedPage> downloaded) {
    co_await s.lock({store::Lock::calls(work.tenant, call.connector)});
    const auto held = co_await store::find_call(s, work.tenant, call.id);
    if (!held || held->lease_owner != call.claim.holder || held->fence != call.claim.fence)
        co_return false;
    const auto row = co_await awaiting_page(s, work, call.connector, call.request);
    if (!row || !downloaded->page)
        co_return false;
    co_return co_await store_some(s, work, *downloaded->page);
}

Step<> advance_statement(Session& s, const Context& context, store::TaskRow task, Instant now) {
    const UnitScope work{context, task.tenant, now};
    const StatementRequestId id{task.subject_id};
    const auto seen = co_await store::find_statement_request(s, task.tenant, id);
    if (seen)
        co_await s.lock({store::Lock::calls(task.tenant, seen->connector)});
    const bool open = co_await store::update_task(s, task.tenant, task.id, domain::TaskStatus::done,
                                                  task.attempts + 1, task.due_at, now);
    auto row = co_await store::find_statement_request(s, task.tenant, id);
    if (!open || !row)
        co_return;
    if (row->status == store::request_requested) {
        if (row->created_at + announced_within <= now)
            co_await fail_request(s, work, *row, "the bank has not announced it for two days");
        co_return;
    }
    const auto bank = co_await find_bank(s, task.tenant, row->connector);
    const bool is_here = row->status == store::request_reconciling ||
                         row->status == store::request_learning ||
                         row->status == store::request_linking;
    if (bank && is_here)
        co_await take_step(s, work, *bank, *std::move(row));
}

} // namespace settled::units
