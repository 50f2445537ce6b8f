#include "units/statements/statement_page.h"

#include "base/iban.h"
#include "statements/camt.h"
#include "statements/summary.h"
#include "store/queries/directory.h"
#include "store/queries/money/statements.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace settled::units {

using statements::Entry;
using store::Session;
using store::StatementRow;
using store::Step;

struct ReadStatement {
    statements::Summary summary;
    std::vector<Entry> entries;
};

namespace {

constexpr std::size_t entries_of_unit = 100;

// Keeps the entries of a page, which the bank bounds at some thousand, and sums them up.
class PageReader final : public statements::Sink {
  public:
    std::vector<std::vector<Entry>> entries;
    statements::Summarizer summarizer;

    Result<> begin(const statements::Head& head) override {
        entries.emplace_back();
        return summarizer.begin(head);
    }
    Result<> entry(const Entry& entry) override {
        entries.back().push_back(entry);
        return summarizer.entry(entry);
    }
    Result<> end(const statements::Tail& tail) override { return summarizer.end(tail); }
};

StatementRow row_of(const statements::Summary& summary, StatementId id, Instant now) {
    StatementRow row;
    row.id = id;
    row.kind = token(summary.head.kind);
    row.format = summary.head.format;
    row.account = summary.head.account;
    row.account_key = account_key(summary.head.account);
    row.currency = summary.tail.currency;
    row.number = summary.head.number;
    row.sequence = summary.head.sequence;
    row.from = summary.tail.from;
    row.to = summary.tail.to;
    if (summary.head.opening)
        row.opening_minor = summary.head.opening->minor;
    if (summary.tail.closing)
        row.closing_minor = summary.tail.closing->minor;
    row.credits = summary.credits;
    row.debits = summary.debits;
    row.digest.assign(summary.digest.begin(), summary.digest.end());
    row.status = store::statement_loading;
    row.created_at = now;
    row.message_id = summary.head.message_id;
    row.page = summary.head.page;
    row.continues = summary.head.continues;
    row.goes_on = summary.tail.goes_on;
    return row;
}

// Entries that are not here, so many at most: after those that came in earlier units, or with an
// import that was broken off.
Step<> add_entries(Session& s, const UnitScope& work, const StatementRow& row,
                   const std::vector<Entry>& entries, std::size_t most) {
    StatementRow after = row;
    const auto first = static_cast<std::size_t>(row.loaded);
    const std::size_t end =
        first + std::min(most, entries.size() - std::min(first, entries.size()));
    for (std::size_t i = first; i < end; ++i) {
        store::EntryRow entry;
        entry.number = static_cast<std::int64_t>(i) + 1;
        entry.entry = entries[i];
        entry.verdict = entries[i].credit && !entries[i].reversal ? store::verdict_pending
                                                                  : store::verdict_not_followed;
        co_await store::insert_entry(s, work.tenant, row.id, entry);
        after.loaded_credits += entries[i].credit ? 1 : 0;
        (entries[i].credit ? after.loaded_credits_minor : after.loaded_debits_minor) +=
            entries[i].amount.minor;
    }
    after.loaded = static_cast<std::int64_t>(end);
    if (first < end)
        (void)co_await store::count_entries(s, work.tenant, row, after);
}

// As it is stored, now or before; nullopt: its account is not registered.
Step<std::optional<StatementRow>> stored_row(Session& s, const UnitScope& work,
                                             const statements::Summary& summary) {
    StatementRow row = row_of(summary, work.context.ids.next<StatementId>(), work.now);
    const auto account = co_await store::find_account_by_key(s, work.tenant, row.account_key);
    if (!account)
        co_return std::nullopt;
    const bool is_new = co_await store::insert_statement(s, work.tenant, row);
    if (is_new)
        co_return row;
    auto there = co_await store::find_statement_by_digest(s, work.tenant, BytesView(row.digest));
    SETTLED_ASSERT(there.has_value(), "what could not be added is there");
    co_return there;
}

} // namespace

Result<ReadPage> read_page(std::string_view xml, std::string_view name) {
    std::istringstream in{std::string(xml)};
    PageReader reader;
    TRY_VOID(statements::read_camt(in, std::string(name), reader));
    const std::vector<statements::Summary>& summaries = reader.summarizer.statements();
    if (summaries.empty())
        return fail(Code::statement_unsupported, std::string(name) + " has no statement in it");
    ReadPage page;
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        page.last_day = std::max(page.last_day, summaries[i].tail.to);
        page.statements.push_back(std::make_shared<const ReadStatement>(
            ReadStatement{summaries[i], std::move(reader.entries[i])}));
    }
    return page;
}

Step<bool> store_some(Session& s, const UnitScope& work, ReadPage page) {
    for (const auto& read : page.statements) {
        const auto row = co_await stored_row(s, work, read->summary);
        if (!row || std::cmp_greater_equal(row->loaded, read->entries.size()))
            continue;
        co_await add_entries(s, work, *row, read->entries, entries_of_unit);
        co_return true;
    }
    co_return false;
}

Step<StoredPage> store_page(Session& s, const UnitScope& work, ReadPage page) {
    StoredPage stored;
    for (const auto& read : page.statements) {
        const auto row = co_await stored_row(s, work, read->summary);
        if (!row) {
            ++stored.passed_over;
            continue;
        }
        co_await add_entries(s, work, *row, read->entries, read->entries.size());
        stored.statements.push_back(row->id);
    }
    co_return stored;
}

} // namespace settled::units
