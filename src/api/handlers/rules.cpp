// Rule sets: a new version each time; the last one holds.
#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/handlers/what_if.h"
#include "base/iban.h"
#include "base/limits.h"
#include "payloads/rule_set_reader.h"
#include "store/queries/nodes.h"
#include "store/queries/rule_sets.h"

namespace settled::api {

namespace {

using store::RuleSetRow;
using store::Session;
using store::Step;
using RuleSets = std::vector<RuleSetRow>;

void write_rules(wire::JsonWriter& w, const RuleSetRow& row) {
    w.object().member("account", row.account_key).member("version", row.version);
    w.key("rules").raw(row.body);
    write_time(w, "created_at", row.created_at);
    w.end();
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const RuleSetRow> given) {
    // What an operator sets up by hand is rare; connectors and rules share a lock.
    co_await s.lock({store::Lock::connectors(given->tenant)});
    RuleSetRow row = *given;
    const std::int64_t last = co_await store::last_rule_set_version(s, row.tenant, row.account_key);
    row.version = last + 1;
    co_await store::insert_rule_set(s, row);
    co_await store::bump_cache_version(s, store::book_rules);
    wire::JsonWriter w;
    write_rules(w, row);
    co_return Answer{201, std::move(w).text()};
}

} // namespace

Task<Result<Answer>> create_rules(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    const auto account = in.take("account", limits::text_bytes_max, parse_iban);
    const match::RuleSet rules = payloads::read_rule_set(in);
    const bool dry_run = in.optional_flag("dry_run");
    const auto days = in.optional_integer("days", 1, bounds::what_if_days_max);
    if (days && !dry_run)
        in.refuse(Code::value_invalid, "days", "only a dry_run looks back");
    CO_TRY_VOID(in.finish());
    if (dry_run)
        co_return co_await answer_what_if(
            core, call.caller.tenant,
            {rules, account ? account_key(*account) : std::string(),
             std::chrono::days(days.value_or(bounds::what_if_days_default))});
    const auto row = std::make_shared<const RuleSetRow>(
        call.caller.tenant, account ? account_key(*account) : std::string(), 0, rules.name,
        payloads::to_json(rules), core.clock.now());
    auto answer = co_await change(core, call, [row](Session& s) { return create(s, row); });
    if (answer && !answer->replayed)
        co_await core.rules_changed();
    co_return answer;
}

Task<Result<Answer>> list_rules(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const Result<RuleSets> found = co_await core.store.read<RuleSets>(
        [tenant](Session& s) { return store::list_rule_sets(s, tenant, bounds::rules_shown); });
    if (!found)
        co_return std::unexpected(found.error());
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const RuleSetRow& row : *found)
        write_rules(w, row);
    w.end().end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
