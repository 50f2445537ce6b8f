#include "intake/source_cache.h"

#include "domain/source.h"
#include "intake/bounds.h"
#include "observe/log.h"

#include <algorithm>
#include <set>

namespace settled::intake {

namespace {

Result<custody::Custody> custody_of(const store::SourceRow& row,
                                    const domain::SourceSettings& settings,
                                    const SourceList& list) {
    if (!settings.files_are_tenants)
        return custody::Custody::of_operator();
    const auto directory = list.directories.find(row.tenant);
    if (directory == list.directories.end())
        return fail(Code::key_unreadable, "its tenant has no directory of secrets");
    return custody::Custody::of_tenant(directory->second);
}

Result<std::unique_ptr<const Dialect>> open_with(const store::SourceRow& row,
                                                 const domain::SourceSettings& settings,
                                                 const SourceList& list,
                                                 custody::KeyMemory& memory) {
    TRY(const custody::Custody custody, custody_of(row, settings, list));
    memory.begin();
    TRY(auto dialect, open_dialect(row.kind, settings, custody.with(memory)));
    memory.end();
    return dialect;
}

} // namespace

Source SourceCache::open(const store::SourceRow& row, const SourceList& list, State& state) {
    Source source{row.tenant, row.id,  row.name,
                  row.kind,   nullptr, std::chrono::days(limits::retention_days_max)};
    const auto settings = domain::parse_source_settings(row.settings);
    if (!settings) {
        note_trouble(state, source, settings.error());
        return source;
    }
    source.retention = std::chrono::days(settings->retention_days);
    auto dialect = open_with(row, *settings, list, state.memory);
    if (dialect)
        source.dialect = *std::move(dialect);
    note_trouble(state, source,
                 dialect ? state.memory.trouble() : std::optional(std::move(dialect).error()));
    return source;
}

void SourceCache::note_trouble(State& state, const Source& source, std::optional<Error> trouble) {
    const bool is_new = trouble && (!state.trouble || state.trouble->code != trouble->code ||
                                    state.trouble->detail != trouble->detail);
    if (!trouble && state.trouble)
        log::info("source.usable", {{"source", source.name}});
    state.tries = is_new ? 0 : state.tries + 1;
    state.trouble = std::move(trouble);
    if (!state.trouble || state.tries % bounds::tries_per_log_line != 0)
        return;
    // With a dialect it goes on with what was read earlier.
    log::failure(source.dialect ? "source.key_kept" : "source.unusable", *state.trouble,
                 {{"source", source.name}, {"tries", state.tries + 1}});
}

std::shared_ptr<const Source> SourceCache::find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = sources_.find(name);
    return found == sources_.end() ? nullptr : found->second;
}

std::shared_ptr<const Source> SourceCache::find(TenantId tenant, SourceId id) const {
    const std::shared_lock lock(mutex_);
    const auto found = std::ranges::find_if(sources_, [&](const auto& item) {
        return item.second->tenant == tenant && item.second->id == id;
    });
    return found == sources_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Source>> SourceCache::all() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::shared_ptr<const Source>> all;
    for (const auto& [name, source] : sources_)
        all.push_back(source);
    return all;
}

bool SourceCache::is_loaded() const {
    const std::shared_lock lock(mutex_);
    return is_loaded_;
}

std::vector<std::string> SourceCache::unavailable() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, source] : sources_)
        if (!source->dialect)
            names.push_back(name);
    return names;
}

bool SourceCache::has_trouble() const {
    const std::shared_lock lock(mutex_);
    return has_trouble_;
}

std::uint64_t SourceCache::next_edition() {
    const std::unique_lock lock(mutex_);
    return ++edition_;
}

void SourceCache::load(const SourceList& list, std::uint64_t edition) {
    const std::lock_guard loading(load_mutex_);
    if (edition < loaded_edition_)
        return;
    loaded_edition_ = edition;
    Map sources;
    std::set<SourceId> ids;
    bool has_trouble = false;
    for (const store::SourceRow& row : list.rows) {
        State& state = states_[row.id];
        ids.insert(row.id);
        sources.emplace(row.name, std::make_shared<const Source>(open(row, list, state)));
        has_trouble = has_trouble || state.trouble.has_value();
    }
    std::erase_if(states_, [&](const auto& item) { return !ids.contains(item.first); });
    const std::unique_lock lock(mutex_);
    sources_ = std::move(sources);
    is_loaded_ = true;
    has_trouble_ = has_trouble;
}

} // namespace settled::intake
