#include "server/backup_desk.h"

#include "observe/log.h"
#include "store/online_backup.h"
#include "store/queries/last_backup.h"
#include "wire/json_writer.h"

#include <filesystem>

namespace settled::server {

std::string backup_file(const Config& config) {
    return config.data + "/backup.db.part";
}

Task<net::Response> BackupDesk::handle(net::Request request) {
    if (request.method == "POST")
        co_return begin();
    if (request.method == "PUT")
        co_return co_await verified();
    co_return show();
}

net::Response BackupDesk::begin() {
    auto* const copied = dynamic_cast<store::OnlineBackup*>(&installation_.store());
    if (copied == nullptr)
        return installation_.api().refuse(
            {Code::state_conflict, "the store is a database: back it up with pg_basebackup"},
            "backup");
    const std::shared_ptr<State> state = state_;
    {
        const std::lock_guard lock(state->mutex);
        if (state->status == "running")
            return installation_.api().refuse({Code::backup_running, "one is being made"},
                                              "backup");
        state->status = "running";
        state->reason.clear();
    }
    std::error_code ignored;
    std::filesystem::remove(backup_file(installation_.config()), ignored); // of one that was cut
    copied->copy_to(backup_file(installation_.config()), [state](const Result<>& outcome) {
        const std::lock_guard lock(state->mutex);
        state->status = outcome ? "done" : "failed";
        state->reason = outcome ? "" : outcome.error().detail;
    });
    return show();
}

net::Response BackupDesk::show() const {
    wire::JsonWriter w;
    {
        const std::lock_guard lock(state_->mutex);
        w.object().member("status", state_->status).member("reason", state_->reason).end();
    }
    net::Response response;
    response.body = std::move(w).text();
    return response;
}

Task<net::Response> BackupDesk::verified() {
    const Instant now = installation_.clock.now();
    const auto kept = co_await installation_.store().write<void>(
        [now](store::Session& s) { return store::set_last_backup(s, now); });
    if (!kept)
        co_return installation_.api().refuse(kept.error(), "backup");
    co_return show();
}

} // namespace settled::server
