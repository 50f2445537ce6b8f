// What the bank reports of Bacs: credits on their way in, direct debits and mandates.
#include "api/handlers/handlers.h"
#include "api/handlers/money_out/money_out_views.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "store/queries/money/bacs.h"

namespace settled::api {

namespace {

using domain::BacsItem;
using store::Session;
using store::Step;

struct Listed {
    std::vector<BacsItem> items;
    ConnectorNames connectors;
};

struct Detail {
    BacsItem item;
    ConnectorNames connectors;
};

Step<Listed> list(Session& s, TenantId tenant, std::optional<domain::BacsSubject> subject,
                  Page page) {
    Listed listed;
    listed.items = co_await store::list_bacs_items(s, tenant, subject, page.before, page.wanted());
    listed.connectors = co_await connector_names(s, tenant);
    co_return listed;
}

Step<std::optional<Detail>> find(Session& s, TenantId tenant, BacsItemId id) {
    auto item = co_await store::find_bacs_item(s, tenant, id);
    if (!item)
        co_return std::nullopt;
    co_return Detail{*std::move(item), co_await connector_names(s, tenant)};
}

void write_item(wire::JsonWriter& w, const BacsItem& item, const ConnectorNames& connectors) {
    w.object().member("subject", token(item.subject));
    domain::write_members(w, item, name_of(connectors, item.connector));
    write_time(w, "created_at", item.created_at);
    write_time(w, "updated_at", item.updated_at);
    w.end();
}

} // namespace

Task<Result<Answer>> list_bacs_items(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, BacsItemIdTag::prefix));
    CO_TRY(const std::string wanted,
           read_choice(call.request, "subject", {"credit", "direct_debit", "mandate"}));
    const auto subject = domain::bacs_subject_named(wanted);
    const TenantId tenant = call.caller.tenant;
    const Result<Listed> found = co_await core.store.read<Listed>(
        [=](Session& s) { return list(s, tenant, subject, page); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, found->items, [&](wire::JsonWriter& w, const BacsItem& item) {
        write_item(w, item, found->connectors);
    });
}

Task<Result<Answer>> get_bacs_item(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<BacsItemIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<Detail> detail = co_await find_or_404<Detail>(
        core, [=](Session& s) { return find(s, tenant, id); }, "Bacs item");
    if (!detail)
        co_return std::unexpected(detail.error());
    wire::JsonWriter w;
    write_item(w, detail->item, detail->connectors);
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
