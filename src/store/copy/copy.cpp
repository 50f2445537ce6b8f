#include "store/copy/copy.h"

#include "store/copy/copy_state.h"
#include "store/copy/copy_tally.h"
#include "store/queries/installation.h"
#include "store/queries/nodes.h"
#include "store/queries/tasks.h"
#include "store/run_with.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace settled::store {

namespace {

using Page = std::shared_ptr<const Rows>;
using Note = std::shared_ptr<const Bytes>;

constexpr std::size_t freed_at_once = 1000;

const Statement move_note{"UPDATE installation SET value = $3 WHERE name = $1 AND value = $2"};
const Statement drop_note{"DELETE FROM installation WHERE name = $1"};
// What migrations put into a new store; the source has its own.
const Statement drop_tenants{"DELETE FROM tenant"};
const Statement drop_jobs{"DELETE FROM job"};
const Statement drop_books{"DELETE FROM book"};

Step<Page> read_page(Session& s, const CopiedTable& table, std::shared_ptr<const CopyKey> after) {
    std::vector<Value> values;
    for (const KeyCell& cell : *after)
        values.push_back(cell.value());
    values.emplace_back(static_cast<std::int64_t>(table.page_rows));
    Rows rows = co_await run_with(s, *table.page, std::move(values));
    co_return std::make_shared<const Rows>(std::move(rows));
}

// The note of a copy is none of what the store holds.
bool is_note(const CopiedTable& table, const Row& row) {
    return table.name == "installation" && row.text(0) == installation_copy_state;
}

std::vector<Value> values_of(const CopiedTable& table, const Row& row) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Value::Kind kind = row.is_null(i) ? Value::Kind::null : table.columns[i].kind;
        if (kind == Value::Kind::integer)
            values.emplace_back(row.integer(i));
        else if (kind == Value::Kind::text)
            values.emplace_back(row.text(i));
        else if (kind == Value::Kind::blob)
            values.emplace_back(row.blob(i));
        else
            values.emplace_back(std::nullopt);
    }
    return values;
}

Step<bool> move_on(Session& s, Note from, Note to) {
    const Rows moved =
        co_await s.run(move_note, installation_copy_state, BytesView(*from), BytesView(*to));
    co_return moved.changed() == 1;
}

// False: another process is copying into the same target, and nothing was written.
Step<bool> write_page(Session& s, const CopiedTable& table, Page page, Note from, Note to) {
    const bool is_ours = co_await move_on(s, from, to);
    if (!is_ours)
        co_return false;
    for (std::size_t i = 0; i < page->size(); ++i)
        if (!is_note(table, (*page)[i]))
            co_await send_with(s, *table.insert, values_of(table, (*page)[i]));
    co_return true;
}

Step<bool> begin_copy(Session& s, Note note) {
    const Bytes kept = co_await keep_installation_value(s, installation_copy_state, *note);
    if (kept != *note)
        co_return false;
    co_await s.send(drop_tenants);
    co_await s.send(drop_jobs);
    co_await s.send(drop_books);
    co_return true;
}

Step<> end_copy(Session& s) {
    co_await s.send(drop_note, installation_copy_state);
}

// Whether the row is one that migrations put there, unchanged.
bool is_of_migrations(const CopiedTable& table, const Row& row) {
    if (table.name == "tenant")
        return row.integer(0) == 1 && row.text(1) == "main";
    if (table.name == "job")
        return row.integer(1) == 0 && row.integer(2) == 0;
    return table.name == "book" && row.integer(1) == 0;
}

std::unexpected<Error> stopped() {
    return fail(Code::shutting_down, "the copy was stopped; run it again and it goes on");
}

std::unexpected<Error> other_process() {
    return fail(Code::copy_target_taken, "another process writes into the target");
}

class Copier {
  public:
    Copier(Store& from, Store& to, Instant now, CopyListener listener)
        : from_(from), to_(to), now_(now), listener_(std::move(listener)) {}

    Task<Result<CopyReport>> run();

  private:
    Task<Result<>> refuse_source_in_use();
    Task<Result<Page>> page_of(Store& store, const CopiedTable& table, CopyKey after);
    Task<Result<Tally>> tally_table(Store& store, const CopiedTable& table);
    Task<Result<std::vector<Tally>>> tally(Store& store, CopyPhase phase);
    Task<Result<>> read_place();
    Task<Result<>> confirm_place();
    Task<Result<>> refuse_target_in_use();
    Task<Result<>> begin();
    Task<Result<>> copy_tables();
    Task<Result<>> copy_table(const CopiedTable& table);
    Task<Result<>> move_note_to(CopyState next);
    Task<Result<>> verify();
    Task<Result<>> finish();
    CopyReport report() const;
    bool tell(const CopiedTable& table, std::size_t rows);
    void enter(CopyPhase phase);

    Store& from_;
    Store& to_;
    Instant now_;
    CopyListener listener_;
    CopyProgress progress_;
    std::vector<Tally> source_;
    CopyState state_;
    bool was_resumed_ = false;
    std::uint64_t written_ = 0; // rows of the table where it goes on that an earlier run wrote
};

bool Copier::tell(const CopiedTable& table, std::size_t rows) {
    progress_.table = table.name;
    progress_.done += rows;
    return listener_(progress_);
}

void Copier::enter(CopyPhase phase) {
    progress_.phase = phase;
    progress_.done = 0;
    progress_.total = 0;
    for (const Tally& tally : source_)
        progress_.total += tally.rows();
}

Task<Result<>> Copier::refuse_source_in_use() {
    if (!from_.is_shared())
        co_return Result<>{};
    CO_TRY(const auto node, co_await from_.read<std::optional<NodeRow>>(
                                [this](Session& s) { return find_live_node(s, now_); }));
    if (node)
        co_return fail(Code::store_locked,
                       "a server uses the source: " + node->instance + "; stop all, then copy");
    co_return Result<>{};
}

Task<Result<Page>> Copier::page_of(Store& store, const CopiedTable& table, CopyKey after) {
    const auto key = std::make_shared<const CopyKey>(std::move(after));
    co_return co_await store.read<Page>(
        [&table, key](Session& s) { return read_page(s, table, key); });
}

Task<Result<Tally>> Copier::tally_table(Store& store, const CopiedTable& table) {
    Tally tally(table);
    const bool is_place = progress_.phase == CopyPhase::reading && table.name == state_.table;
    CopyKey after = key_before_all(table);
    while (true) {
        CO_TRY(const Page page, co_await page_of(store, table, after));
        for (std::size_t i = 0; i < page->size(); ++i) {
            if (!is_note(table, (*page)[i]))
                tally.add((*page)[i]);
            if (is_place && key_of(table, (*page)[i]) == state_.after)
                written_ = tally.rows();
        }
        if (!tell(table, page->size()))
            co_return stopped();
        if (page->size() < table.page_rows)
            co_return tally;
        after = key_of(table, (*page)[page->size() - 1]);
    }
}

Task<Result<std::vector<Tally>>> Copier::tally(Store& store, CopyPhase phase) {
    enter(phase);
    std::vector<Tally> tallies;
    for (const CopiedTable& table : copied_tables()) {
        CO_TRY(Tally one, co_await tally_table(store, table));
        tallies.push_back(std::move(one));
    }
    co_return tallies;
}

// Where an earlier run has come to, if there was one.
Task<Result<>> Copier::read_place() {
    CO_TRY(const auto note, co_await to_.read<std::optional<Bytes>>([](Session& s) {
        return find_installation_value(s, installation_copy_state);
    }));
    if (!note)
        co_return Result<>{};
    CO_TRY(state_, decode_copy_state(*note));
    was_resumed_ = true;
    co_return Result<>{};
}

// That it is one of this source; or the beginning.
Task<Result<>> Copier::confirm_place() {
    if (!was_resumed_) {
        CO_TRY_VOID(co_await refuse_target_in_use());
        co_return co_await begin();
    }
    if (state_.source != digest_of(source_))
        co_return fail(Code::copy_differs,
                       "the target has a part of another source, or the source has changed since; "
                       "empty the target and copy again");
    co_return Result<>{};
}

Task<Result<>> Copier::refuse_target_in_use() {
    for (const CopiedTable& table : copied_tables()) {
        CO_TRY(const Page page, co_await page_of(to_, table, key_before_all(table)));
        for (std::size_t i = 0; i < page->size(); ++i)
            if (!is_of_migrations(table, (*page)[i]))
                co_return fail(Code::copy_target_taken,
                               "its table " + table.name + " is not empty; nothing was changed");
    }
    co_return Result<>{};
}

Task<Result<>> Copier::begin() {
    const CopiedTable& first = copied_tables().front();
    state_ = {digest_of(source_), first.name, key_before_all(first)};
    const auto note = std::make_shared<const Bytes>(encode(state_));
    CO_TRY(const bool is_ours,
           co_await to_.write<bool>([note](Session& s) { return begin_copy(s, note); }));
    if (!is_ours)
        co_return other_process();
    co_return Result<>{};
}

Task<Result<>> Copier::copy_tables() {
    enter(CopyPhase::copying);
    bool is_behind = state_.table != copy_verified;
    for (std::size_t i = 0; is_behind && i < copied_tables().size(); ++i) {
        const CopiedTable& table = copied_tables()[i];
        if (table.name != state_.table) { // written by an earlier run
            progress_.done += source_[i].rows();
            continue;
        }
        progress_.done += std::exchange(written_, 0);
        CO_TRY_VOID(co_await copy_table(table));
        is_behind = i + 1 < copied_tables().size();
        if (is_behind) {
            const CopiedTable& next = copied_tables()[i + 1];
            CO_TRY_VOID(co_await move_note_to({state_.source, next.name, key_before_all(next)}));
        }
    }
    (void)listener_(
        progress_); // also when an earlier run had written all; verifying can be stopped
    co_return Result<>{};
}

Task<Result<>> Copier::copy_table(const CopiedTable& table) {
    while (true) {
        CO_TRY(const Page page, co_await page_of(from_, table, state_.after));
        if (page->empty())
            co_return Result<>{};
        CopyState next = state_;
        next.after = key_of(table, (*page)[page->size() - 1]);
        const auto from = std::make_shared<const Bytes>(encode(state_));
        const auto to = std::make_shared<const Bytes>(encode(next));
        CO_TRY(const bool is_ours, co_await to_.write<bool>([&table, page, from, to](Session& s) {
            return write_page(s, table, page, from, to);
        }));
        if (!is_ours)
            co_return other_process();
        state_ = std::move(next);
        if (!tell(table, page->size()))
            co_return stopped();
    }
}

Task<Result<>> Copier::move_note_to(CopyState next) {
    const auto from = std::make_shared<const Bytes>(encode(state_));
    const auto to = std::make_shared<const Bytes>(encode(next));
    CO_TRY(const bool is_ours,
           co_await to_.write<bool>([from, to](Session& s) { return move_on(s, from, to); }));
    if (!is_ours)
        co_return other_process();
    state_ = std::move(next);
    co_return Result<>{};
}

Task<Result<>> Copier::verify() {
    CO_TRY(const auto copied, co_await tally(to_, CopyPhase::verifying));
    for (std::size_t i = 0; i < copied.size(); ++i)
        if (copied[i] != source_[i])
            co_return fail(Code::copy_differs,
                           difference(source_[i], copied[i]) + "; empty the target and copy again");
    if (from_.is_shared()) { // another process may have come
        CO_TRY_VOID(co_await refuse_source_in_use());
        CO_TRY(const auto again, co_await tally(from_, CopyPhase::verifying));
        if (again != source_)
            co_return fail(Code::copy_differs, "the source changed while it was copied; empty the "
                                               "target and copy again");
    }
    co_return co_await move_note_to({state_.source, std::string(copy_verified), {}});
}

// Frees what the last process of the copied store still held: that process has ended.
Task<Result<>> Copier::finish() {
    std::int64_t freed = 0;
    do {
        CO_TRY(freed, co_await to_.write<std::int64_t>(
                          [](Session& s) { return free_orphans(s, 0, freed_at_once); }));
    } while (freed > 0);
    co_return co_await to_.write<void>([](Session& s) { return end_copy(s); });
}

CopyReport Copier::report() const {
    CopyReport report;
    report.was_resumed = was_resumed_;
    for (const Tally& tally : source_) {
        const auto& columns = tally.table().columns;
        const auto amount = std::ranges::find(columns, "amount_minor", &CopiedColumn::name);
        const auto column = static_cast<std::size_t>(amount - columns.begin());
        if (tally.table().name == "payment")
            report.payments_minor = tally.sum(column);
        if (tally.table().name == "settlement")
            report.settlements_minor = tally.sum(column);
        report.tables.push_back({tally.table().name, tally.rows()});
    }
    return report;
}

Task<Result<CopyReport>> Copier::run() {
    CO_TRY_VOID(co_await refuse_unfinished_copy(from_));
    CO_TRY_VOID(co_await refuse_source_in_use());
    CO_TRY_VOID(co_await read_place());
    CO_TRY(source_, co_await tally(from_, CopyPhase::reading));
    CO_TRY_VOID(co_await confirm_place());
    if (state_.table != copy_verified) {
        CO_TRY_VOID(co_await copy_tables());
        CO_TRY_VOID(co_await verify());
    }
    CO_TRY_VOID(co_await finish());
    co_return report();
}

} // namespace

Task<Result<CopyReport>> copy_store(Store& from, Store& to, Instant now, CopyListener listener) {
    Copier copier(from, to, now, std::move(listener));
    co_return co_await copier.run();
}

Task<Result<>> refuse_unfinished_copy(Store& store) {
    CO_TRY(const auto note, co_await store.read<std::optional<Bytes>>([](Session& s) {
        return find_installation_value(s, installation_copy_state);
    }));
    if (note)
        co_return fail(Code::copy_unfinished,
                       "run settled store copy again with the same source, and it goes on");
    co_return Result<>{};
}

} // namespace settled::store
