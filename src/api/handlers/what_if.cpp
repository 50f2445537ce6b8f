#include "api/handlers/what_if.h"

#include "api/bounds.h"
#include "api/handlers/views.h"
#include "base/side_job.h"
#include "net/pause.h"
#include "payloads/rule_set_reader.h"
#include "store/sqlite/scratch_store.h"
#include "units/evidence/replay.h"
#include "units/evidence/replay_members.h"

#include <atomic>
#include <memory>
#include <utility>

namespace settled::api {

namespace {

using store::sqlite::ScratchStore;

constexpr auto look_interval = std::chrono::milliseconds(5);

// One at a time in a process: each costs a store with its threads.
std::atomic<bool> is_asked{false};

struct Turn {
    Turn() : is_ours(!is_asked.exchange(true)) {}
    ~Turn() {
        if (is_ours)
            is_asked = false;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    const bool is_ours;
};

// Making a store and removing it block, and wait for the disk.
Task<> run_aside(std::function<void()> work) {
    const SideJob job([&work](const std::stop_token&) { work(); });
    while (!job.is_done())
        co_await net::pause(look_interval);
}

units::ReplayOptions options_of(const Core& core, TenantId tenant, const WhatIf& asked) {
    units::ReplayOptions options;
    options.tenant = tenant;
    options.rules = std::make_shared<const match::RuleSet>(asked.rules);
    options.account_key = asked.account_key;
    options.other_rules = core.context.account_rules;
    options.unmatched_grace = core.context.unmatched_grace;
    options.watermark = core.context.watermark;
    options.until = core.clock.now();
    options.compared_from = options.until - asked.days;
    options.from = options.compared_from - bounds::what_if_lead;
    options.facts_max = bounds::what_if_facts_max;
    options.changes_max = bounds::what_if_changes_max;
    return options;
}

std::string shown(const units::ReplayReport& report, const units::ReplayOptions& options,
                  const WhatIf& asked) {
    wire::JsonWriter w;
    w.object().member("dry_run", true);
    w.member("account", asked.account_key);
    w.key("rules").raw(payloads::to_json(asked.rules));
    write_time(w, "from", options.compared_from);
    write_time(w, "to", options.until);
    units::write_replay_members(w, report);
    w.end();
    return std::move(w).text();
}

} // namespace

Task<Result<Answer>> answer_what_if(const Core& core, TenantId tenant, WhatIf asked) {
    const Turn turn;
    if (!turn.is_ours)
        co_return fail(Code::server_busy,
                       "another dry_run of rules is being answered; try again in a few seconds");
    Result<std::unique_ptr<ScratchStore>> made = fail(Code::internal, {});
    co_await run_aside([&made] { made = ScratchStore::make(); });
    CO_TRY(std::unique_ptr<ScratchStore> scratch, std::move(made));
    const units::ReplayOptions options = options_of(core, tenant, asked);
    const Result<units::ReplayReport> report =
        co_await units::replay(core.store, scratch->store(), options);
    co_await run_aside([&scratch] { scratch.reset(); });
    if (!report)
        co_return std::unexpected(report.error());
    co_return Answer{200, shown(*report, options, asked)};
}

} // namespace settled::api
