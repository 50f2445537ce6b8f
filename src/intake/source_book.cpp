#include "intake/source_book.h"

#include "flow/source.h"
#include "observe/log.h"

#include <mutex>

namespace settled::intake {

Result<Source> open_source(const store::SourceRow& row) {
    TRY(const flow::SourceSettings settings, flow::parse_source_settings(row.settings));
    TRY(auto dialect, open_dialect(row.kind, settings));
    return Source{row.tenant,         row.id,
                  row.name,           row.kind,
                  std::move(dialect), std::chrono::days(settings.retention_days)};
}

std::shared_ptr<const Source> SourceBook::find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = sources_.find(name);
    return found == sources_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Source>> SourceBook::all() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::shared_ptr<const Source>> all;
    for (const auto& [name, source] : sources_)
        all.push_back(source);
    return all;
}

void SourceBook::load(const std::vector<store::SourceRow>& rows) {
    Map sources;
    for (const store::SourceRow& row : rows) {
        auto source = open_source(row);
        if (source)
            sources.emplace(row.name, std::make_shared<const Source>(std::move(*source)));
        else
            log::failure("source.unusable", source.error(), {{"source", row.name}});
    }
    const std::unique_lock lock(mutex_);
    sources_ = std::move(sources);
}

} // namespace settled::intake
