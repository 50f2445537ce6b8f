// Statements that the bank is asked for.
#include "store/queries/money/statement_requests.h"

#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "base/limits.h"
#include "payloads/reader.h"
#include "statements/text.h"
#include "units/statements/bank_statement.h"
#include "wire/time.h"

namespace settled::api {

namespace {

using store::Session;
using store::StatementRequestRow;
using store::Step;

struct Named {
    StatementRequestRow row;
    std::string connector;
};

void write_request(wire::JsonWriter& w, const StatementRequestRow& row,
                   const std::string& connector) {
    w.object().member("id", to_string(row.id)).member("connector", connector);
    w.member("date",
             row.day ? std::optional(wire::to_rfc3339(*row.day).substr(0, 10)) : std::nullopt);
    w.member("status", row.status).member("message_id", row.message_id);
    w.member("pages", row.pages).member("pages_here", row.pages_here);
    w.member("statements", row.statements).member("passed_over", row.passed_over);
    w.key("found").object().member("settlements", row.settlements);
    w.member("movements", row.movements).member("orders", row.orders);
    w.member("waiting", row.waiting).member("without_id", row.without_id).end();
    w.member("reason", row.reason);
    write_time(w, "created_at", row.created_at);
    write_time(w, "updated_at", row.updated_at);
    w.end();
}

std::string shown(const Named& named) {
    wire::JsonWriter w;
    write_request(w, named.row, named.connector);
    return std::move(w).text();
}

Result<Instant> parse_date(std::string_view text) {
    const auto day = text.size() == 10 ? statements::parse_day(text) : std::nullopt;
    if (!day)
        return fail(Code::timestamp_invalid, "give a date, such as 2026-11-22");
    return *day;
}

Step<Result<Answer>> create(Session& s, const units::Context& context,
                            std::shared_ptr<const units::StatementQuestion> question) {
    auto row = co_await units::request_statement(s, context, question);
    if (!row)
        co_return std::unexpected(row.error());
    const bool is_new = row->created_at == question->now;
    co_return Answer{is_new ? 202 : 200, shown({*std::move(row), question->connector})};
}

struct Listed {
    std::vector<StatementRequestRow> rows;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, Page page) {
    Listed listed;
    listed.rows = co_await store::list_statement_requests(s, tenant, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

Step<std::optional<Named>> find(Session& s, TenantId tenant, StatementRequestId id) {
    auto row = co_await store::find_statement_request(s, tenant, id);
    if (!row)
        co_return std::nullopt;
    const ConnectorNames names = co_await connector_names(s, tenant);
    std::string connector = name_of(names, row->connector);
    co_return Named{*std::move(row), std::move(connector)};
}

} // namespace

Task<Result<Answer>> create_statement_request(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    auto question = std::make_shared<units::StatementQuestion>();
    question->tenant = call.caller.tenant;
    question->connector = in.text("connector", limits::text_bytes_max);
    const auto day = in.take("date", 10, parse_date);
    if (!day)
        in.missing("date");
    CO_TRY_VOID(in.finish());
    question->day = *day;
    question->made_by = call.caller.name;
    question->now = core.clock.now();
    const std::shared_ptr<const units::StatementQuestion> asked = std::move(question);
    const units::Context& context = core.context;
    co_return co_await change(core, call,
                              [asked, &context](Session& s) { return create(s, context, asked); });
}

Task<Result<Answer>> list_statement_requests(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, StatementRequestIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found =
        co_await core.store.read<Listed>([=](Session& s) { return list(s, tenant, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->rows,
                          [&](wire::JsonWriter& w, const StatementRequestRow& row) {
                              write_request(w, row, name_of(found->connectors, row.connector));
                          });
}

Task<Result<Answer>> get_statement_request(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<StatementRequestIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<Named> found = co_await find_or_404<Named>(
        core, [=](Session& s) { return find(s, tenant, id); }, "statement request");
    if (!found)
        co_return std::unexpected(found.error());
    co_return Answer{200, shown(*found)};
}

} // namespace settled::api
