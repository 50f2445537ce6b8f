#include "store/queries/money/statements.h"

#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/statement_steps.h"
#include "api/handlers/statement_views.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "statements/text.h"
#include "units/statements/statement_reconciliation.h"

#include <charconv>

namespace settled::api {

namespace {

using store::Session;
using store::StatementRow;
using store::Step;
using Statements = std::vector<StatementRow>;
using Entries = std::vector<store::EntryRow>;
using Settlements = std::vector<domain::Settlement>;

std::string shown(const StatementRow& statement) {
    wire::JsonWriter w;
    write_statement(w, statement);
    return std::move(w).text();
}

Step<Result<Answer>> open(Session& s, TenantId tenant, std::shared_ptr<const StatementRow> row) {
    const auto opened = co_await begin_statement(s, tenant, row);
    if (!opened)
        co_return std::unexpected(opened.error());
    co_return Answer{opened->is_new ? 201 : 200, shown(opened->row)};
}

Step<Result<Answer>> add_entries(Session& s, TenantId tenant, StatementId id,
                                 std::shared_ptr<const Chunk> chunk) {
    const auto after = co_await append_entries(s, tenant, id, chunk);
    if (!after)
        co_return std::unexpected(after.error());
    co_return Answer{200, shown(*after)};
}

struct Detail {
    StatementRow statement;
    Result<units::StatementReconciliation> reconciliation;
};

Step<std::optional<Detail>> find(Session& s, TenantId tenant, StatementId id) {
    const auto statement = co_await store::find_statement(s, tenant, id);
    if (!statement)
        co_return std::nullopt;
    auto reconciliation = co_await units::read_reconciliation(s, tenant, *statement);
    co_return Detail{*statement, std::move(reconciliation)};
}

using Planned = Result<units::ReconciliationStep>;

Step<std::optional<Planned>> plan(Session& s, TenantId tenant, StatementId id, Instant now) {
    const auto statement = co_await store::find_statement(s, tenant, id);
    if (!statement)
        co_return std::nullopt;
    co_return co_await units::plan_reconciliation(s, tenant, *statement, now);
}

Step<Result<Answer>> end_step(Session& s, TenantId tenant,
                              std::shared_ptr<const units::ReconciliationStep> step,
                              std::optional<std::size_t> first) {
    const StatementRow now = co_await write_last(s, tenant, step, first);
    co_return Answer{200, shown(now)};
}

// Entries are identified by their number: they are listed in the order of the statement.
Result<std::int64_t> read_entry_cursor(const net::Request& request) {
    const auto after = request.parameter("after");
    std::int64_t number = 0;
    if (!after)
        return number;
    const char* const end = after->data() + after->size();
    const auto [stop, error] = std::from_chars(after->data(), end, number);
    if (error != std::errc() || stop != end || number < 0)
        return fail(Code::cursor_invalid, "after: give what `next` said");
    return number;
}

Step<std::optional<Entries>> list_some(Session& s, TenantId tenant, StatementId id,
                                       std::string verdict, std::int64_t after, std::size_t limit) {
    const auto statement = co_await store::find_statement(s, tenant, id);
    if (!statement)
        co_return std::nullopt;
    co_return co_await store::list_entries(s, tenant, id, statement->currency, std::move(verdict),
                                           after, limit);
}

Step<std::optional<Result<Settlements>>> list_missing(Session& s, TenantId tenant, StatementId id,
                                                      Page page) {
    const auto statement = co_await store::find_statement(s, tenant, id);
    if (!statement)
        co_return std::nullopt;
    const auto reconciliation = co_await units::read_reconciliation(s, tenant, *statement);
    if (!reconciliation)
        co_return std::unexpected(reconciliation.error());
    const statements::Place& place = reconciliation->place;
    if (!(place.asked_from < place.asked_before))
        co_return Settlements{};
    auto missing = co_await store::list_missing(s, tenant, *statement, place.asked_from,
                                                place.asked_before, page.before, page.wanted());
    co_return missing;
}

} // namespace

Task<Result<Answer>> open_statement(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(StatementRow row, read_statement(document.root()));
    row.id = core.context.ids.next<StatementId>();
    row.created_at = core.clock.now();
    const TenantId tenant = call.caller.tenant;
    const auto statement = std::make_shared<const StatementRow>(std::move(row));
    co_return co_await change(core, call, [=](Session& s) { return open(s, tenant, statement); });
}

Task<Result<Answer>> list_statements(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, StatementIdTag::prefix));
    CO_TRY(const std::string account, read_account_filter(call.request));
    const TenantId tenant = call.caller.tenant;
    const Result<Statements> found = co_await core.store.read<Statements>([=](Session& s) {
        return store::list_statements(s, tenant, account, page.before, page.wanted());
    });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_statement);
}

Task<Result<Answer>> get_statement(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<StatementIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find(s, tenant, id); }, "statement");
    if (!detail)
        co_return std::unexpected(detail.error());
    if (!detail->reconciliation)
        co_return std::unexpected(detail->reconciliation.error());
    wire::JsonWriter w;
    w.object();
    write_statement_members(w, detail->statement);
    w.key("reconciliation");
    write_reconciliation(w, detail->statement, *detail->reconciliation);
    w.end();
    co_return Answer{200, std::move(w).text()};
}

Task<Result<Answer>> add_statement_entries(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<StatementIdTag>(call.id));
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(Chunk given, read_chunk(document.root()));
    const TenantId tenant = call.caller.tenant;
    const auto chunk = std::make_shared<const Chunk>(std::move(given));
    co_return co_await change(
        core, call, [=](Session& s) { return add_entries(s, tenant, id, chunk); }, {},
        store::Priority::background);
}

Task<Result<Answer>> list_statement_entries(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<StatementIdTag>(call.id));
    CO_TRY(const std::int64_t after, read_entry_cursor(call.request));
    CO_TRY(const std::string verdict,
           read_choice(call.request, "verdict",
                       {"pending", "not_followed", "linked", "amount_differs", "ambiguous",
                        "missing_webhook"}));
    CO_TRY(const std::size_t limit, read_limit(call.request));
    const TenantId tenant = call.caller.tenant;
    const Result<Entries> found = co_await find_or_404<Entries>(
        core, [=](Session& s) { return list_some(s, tenant, id, verdict, after, limit + 1); },
        "statement");
    if (!found)
        co_return std::unexpected(found.error());
    wire::JsonWriter w;
    w.object().key("data").array();
    const std::size_t count = std::min(found->size(), limit);
    for (std::size_t i = 0; i < count; ++i)
        write_entry(w, (*found)[i]);
    w.end();
    const bool more = found->size() > limit;
    w.member("next",
             more ? std::optional(std::to_string((*found)[count - 1].number)) : std::nullopt);
    w.end();
    co_return Answer{200, std::move(w).text()};
}

Task<Result<Answer>> list_missing_settlements(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<StatementIdTag>(call.id));
    CO_TRY(const Page page, read_page(call.request, SettlementIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Result<Settlements>> found = co_await find_or_404<Result<Settlements>>(
        core, [=](Session& s) { return list_missing(s, tenant, id, page); }, "statement");
    if (!found)
        co_return std::unexpected(found.error());
    if (!*found)
        co_return std::unexpected(found->error());
    co_return page_answer(page, **found, write_settlement);
}

Task<Result<Answer>> prove_statement(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<StatementIdTag>(call.id));
    CO_TRY_VOID(no_body(call.request));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    Result<Planned> planned = co_await find_or_404<Planned>(
        core, [=](Session& s) { return plan(s, tenant, id, now); }, "statement");
    if (!planned)
        co_return std::unexpected(planned.error());
    if (!*planned)
        co_return std::unexpected(planned->error());
    const auto step = std::make_shared<const units::ReconciliationStep>(**std::move(planned));
    // With the same Idempotency-Key again, what is written here is what the next call would write.
    CO_TRY(const auto next, co_await write_until_last(core, tenant, step));
    co_return co_await change(
        core, call, [=](Session& s) { return end_step(s, tenant, step, next); }, {},
        store::Priority::background);
}

} // namespace settled::api
