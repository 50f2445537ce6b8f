// POST /v1/statements/files: the bank's file as it is. All of it is read before anything is stored, so that a
// file with one wrong entry changes nothing; all of its statements are stored before any is reconciled,
// as `settled import` does it.
//
// No Idempotency-Key is needed: a statement is known by its digest, and the same file again only
// reconciles it again.
#include "api/bounds.h"
#include "api/console/change_log.h"
#include "api/core.h"
#include "api/handlers/console_handlers.h"
#include "api/handlers/statement_reading.h"
#include "api/handlers/statement_steps.h"
#include "api/handlers/statement_views.h"
#include "base/iban.h"
#include "statements/bounds.h"
#include "statements/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace settled::api {

namespace {

using statements::Summary;
using store::Session;
using store::StatementRow;
using store::Step;

constexpr std::string_view utf_16_le_mark = "\xFF\xFE";
constexpr std::string_view utf_16_be_mark = "\xFE\xFF";

enum class Outcome : std::uint8_t { imported, already_imported, account_unknown, refused };

std::string_view token(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> tokens{"imported", "already_imported",
                                                            "account_unknown", "refused"};
    return tokens.at(static_cast<std::size_t>(outcome));
}

// One statement of the file, and what became of it.
struct Imported {
    std::string account;
    Outcome outcome = Outcome::refused;
    std::optional<StatementRow> row; // as it is stored
    std::optional<Error> error;
};

struct Detail {
    StatementRow row;
    Result<units::StatementReconciliation> reconciliation;
};

void refuse(Imported& one, Error error) {
    one.outcome = error.code == Code::account_unknown ? Outcome::account_unknown : Outcome::refused;
    one.error = std::move(error);
}

Result<FileToRead> file_of(const net::Request& request) {
    FileToRead file;
    file.bytes = request.body;
    file.name = request.parameter("name").value_or("the file");
    if (file.name.empty() || file.name.size() > bounds::file_name_bytes_max)
        return fail(Code::parameter_invalid, "name: give 1 to 255 bytes");
    file.name = statements::clean_text(file.name, bounds::file_name_bytes_max);
    file.options.account = request.parameter("account").value_or("");
    if (request.parameter("account") && account_key(file.options.account).empty())
        return fail(Code::parameter_invalid, "account: give an IBAN or an account number");
    file.options.csv.account = file.options.account;
    file.options.statements_max = bounds::statements_per_file_max;
    const bool is_utf_16 =
        file.bytes.starts_with(utf_16_le_mark) || file.bytes.starts_with(utf_16_be_mark);
    if (is_utf_16 && file.bytes.size() > bounds::utf_16_file_bytes_max)
        return fail(Code::statement_unsupported,
                    file.name + " is too large a file in UTF-16; write it in UTF-8");
    return file;
}

// What the store is to hold of a statement.
Result<StatementRow> row_of(const Summary& summary, StatementId id, Instant now) {
    const auto& [head, tail, credits, debits, digest] = summary;
    StatementRow row;
    row.id = id;
    row.kind = token(head.kind);
    row.format = head.format;
    row.account = head.account;
    row.account_key = account_key(head.account);
    if (row.account_key.empty())
        return fail(Code::account_unknown,
                    "account: the file names no account; name it with the parameter `account`");
    if (tail.to < tail.from ||
        tail.to.us - tail.from.us > statements::bounds::period_days_max * statements::day_us)
        return fail(
            Code::value_invalid,
            fmt::format("to: the statement ends before it begins, or covers more than {} days",
                        statements::bounds::period_days_max));
    row.currency = tail.currency;
    row.number = head.number;
    row.sequence = head.sequence;
    row.message_id = head.message_id;
    row.page = head.page;
    row.continues = head.continues;
    row.goes_on = tail.goes_on;
    row.from = tail.from;
    row.to = tail.to;
    if (head.opening)
        row.opening_minor = head.opening->minor;
    if (tail.closing)
        row.closing_minor = tail.closing->minor;
    row.credits = credits;
    row.debits = debits;
    row.digest.assign(digest.begin(), digest.end());
    row.status = store::statement_loading;
    row.created_at = now;
    return row;
}

// The statement, and with it who brought it and in which file.
Step<Result<BegunStatement>> begin_noted(Session& s, IdMint& ids, TenantId tenant,
                                         std::shared_ptr<const StatementRow> row, ChangeNote note) {
    auto begun = co_await begin_statement(s, tenant, row);
    if (begun && begun->is_new) {
        note.row.subject = to_string(begun->row.id);
        co_await write_note(s, ids, tenant, std::move(note), {});
    }
    co_return begun;
}

Task<> begin(const Core& core, TenantId tenant, const Summary& summary, ChangeNote note,
             Imported& one) {
    one.account = summary.head.account;
    Result<StatementRow> made =
        row_of(summary, core.context.ids.next<StatementId>(), core.clock.now());
    if (!made) {
        refuse(one, std::move(made).error());
        co_return;
    }
    const auto row = std::make_shared<const StatementRow>(*std::move(made));
    Result<Result<BegunStatement>> begun =
        co_await core.store.write<Result<BegunStatement>>([=, &ids = core.context.ids](Session& s) {
            return begin_noted(s, ids, tenant, row, note);
        });
    if (!begun || !*begun) {
        refuse(one, begun ? begun->error() : begun.error());
        co_return;
    }
    const bool is_whole = (*begun)->row.loaded == (*begun)->row.entries();
    one.outcome = (*begun)->is_new || !is_whole ? Outcome::imported : Outcome::already_imported;
    one.row = (*begun)->row;
}

// The entries of a piece that are not there yet.
Task<> append(const Core& core, TenantId tenant, FilePiece piece, Imported& one) {
    const std::int64_t there = std::max<std::int64_t>(0, one.row->loaded + 1 - piece.first);
    if (there >= static_cast<std::int64_t>(piece.entries.size()))
        co_return;
    piece.entries.erase(piece.entries.begin(), piece.entries.begin() + there);
    const auto chunk = std::make_shared<const Chunk>(piece.first + there, std::move(piece.entries));
    const StatementId id = one.row->id;
    Result<Result<StatementRow>> after = co_await core.store.write<Result<StatementRow>>(
        [=](Session& s) { return append_entries(s, tenant, id, chunk); },
        store::Priority::background);
    if (!after || !*after)
        refuse(one, after ? after->error() : after.error());
    else
        one.row = **std::move(after);
}

// Stores what the file has; what cannot be taken is passed over, and the rest goes on.
Task<Result<std::vector<Imported>>> store_all(const Core& core, const Call& call,
                                              const FileToRead& file,
                                              const statements::FileSummary& summary) {
    const TenantId tenant = call.caller.tenant;
    std::optional<ChangeNote> note = note_of(call, core.clock.now());
    SETTLED_ASSERT(note.has_value(), "files of statements are written to the changes");
    note->row.reason = file.name;
    std::vector<Imported> all;
    FileReading reading(file, summary.wanted);
    for (;;) {
        CO_TRY(std::optional<FilePiece> piece, co_await reading.next());
        if (!piece)
            break;
        while (all.size() <= piece->statement) {
            Imported& next = all.emplace_back();
            co_await begin(core, tenant, summary.statements.at(all.size() - 1), *note, next);
        }
        if (!all.back().error)
            co_await append(core, tenant, *std::move(piece), all.back());
    }
    co_return all;
}

using Planned = Result<units::ReconciliationStep>;

Step<Planned> plan(Session& s, TenantId tenant, StatementId id, Instant now) {
    const auto row = co_await store::find_statement(s, tenant, id);
    if (!row)
        co_return fail(Code::not_found, "there is no such statement");
    co_return co_await units::plan_reconciliation(s, tenant, *row, now);
}

Task<> reconcile(const Core& core, TenantId tenant, Imported& one) {
    const StatementId id = one.row->id;
    for (int steps = 0; steps < bounds::reconciliation_steps_max; ++steps) {
        const Instant now = core.clock.now();
        Result<Planned> planned =
            co_await core.store.read<Planned>([=](Session& s) { return plan(s, tenant, id, now); });
        if (!planned || !*planned)
            co_return refuse(one, planned ? planned->error() : planned.error());
        const auto step = std::make_shared<const units::ReconciliationStep>(**std::move(planned));
        const auto next = co_await write_until_last(core, tenant, step);
        if (!next)
            co_return refuse(one, next.error());
        const auto first = *next;
        Result<StatementRow> written = co_await core.store.write<StatementRow>(
            [=](Session& s) { return write_last(s, tenant, step, first); },
            store::Priority::background);
        if (!written)
            co_return refuse(one, written.error());
        one.row = *std::move(written);
        if (one.row->status == store::statement_reconciled)
            co_return;
    }
}

Step<Detail> look(Session& s, TenantId tenant, StatementRow row) {
    auto reconciliation = co_await units::read_reconciliation(s, tenant, row);
    co_return Detail{row, std::move(reconciliation)};
}

void write_imported(wire::JsonWriter& w, const Imported& one,
                    const std::optional<units::StatementReconciliation>& result) {
    w.object().member("account", one.account).member("outcome", token(one.outcome));
    w.key("statement");
    if (one.row) {
        w.object();
        write_statement_members(w, *one.row);
        w.key("reconciliation");
        if (result)
            write_reconciliation(w, *one.row, *result);
        else
            w.null();
        w.end();
    } else {
        w.null();
    }
    w.key("problem");
    if (one.error)
        w.object()
            .member("code", info(one.error->code).token)
            .member("detail",
                    one.error->detail.empty() ? info(one.error->code).title : one.error->detail)
            .end();
    else
        w.null();
    w.end();
}

// Each statement as it is now; the sums of a reconciliation are asked of the store.
Task<Result<Answer>> answer(const Core& core, TenantId tenant, std::vector<Imported>& all) {
    wire::JsonWriter w;
    w.object().key("data").array();
    std::array<std::int64_t, 4> counts{};
    for (Imported& one : all) {
        std::optional<units::StatementReconciliation> result;
        if (one.row && !one.error) {
            const Result<Detail> detail = co_await core.store.read<Detail>(
                [tenant, row = *one.row](Session& s) { return look(s, tenant, row); });
            if (detail && detail->reconciliation)
                result = *detail->reconciliation;
            else
                refuse(one, detail ? detail->reconciliation.error() : detail.error());
        }
        ++counts.at(static_cast<std::size_t>(one.outcome));
        write_imported(w, one, result);
    }
    w.end();
    for (std::size_t i = 0; i < counts.size(); ++i)
        w.member(token(static_cast<Outcome>(i)), counts.at(i));
    w.end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace

Task<Result<Answer>> import_statement_file(const Core& core, const Call& call) {
    CO_TRY(const FileToRead file, file_of(call.request));
    const TenantId tenant = call.caller.tenant;
    CO_TRY(const statements::FileSummary summary, co_await summarize(file));
    CO_TRY(std::vector<Imported> all, co_await store_all(core, call, file, summary));
    const bool is_known = std::ranges::any_of(
        all, [](const Imported& one) { return one.outcome != Outcome::account_unknown; });
    if (!is_known)
        co_return fail(Code::account_unknown,
                       fmt::format("{}: the account {} is none of yours; register it first, or say "
                                   "which one is meant",
                                   file.name, all.front().account));
    for (Imported& one : all)
        if (one.row && !one.error)
            co_await reconcile(core, tenant, one);
    co_return co_await answer(core, tenant, all);
}

} // namespace settled::api
