#include "server/key_metrics.h"

#include "custody/operations.h"
#include "observe/exposition.h"
#include "server/stale_secrets.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace settled::server {

namespace {

using custody::Kind;
using observe::Exposition;
using Name = std::pair<std::string, std::string>; // connector and use

constexpr std::string_view use_of_tls = "tls";
constexpr std::array kinds{Kind::file, Kind::env, Kind::hsm, Kind::secrets_manager, Kind::s3};

struct Counters {
    std::vector<observe::Counter> done;
    std::vector<observe::Counter> failed;
    std::vector<observe::Histogram> took;

    explicit Counters(observe::Metrics& metrics) {
        for (const Kind kind : kinds) {
            done.push_back(counter(metrics, kind, "done"));
            failed.push_back(counter(metrics, kind, "failed"));
            took.push_back(metrics.histogram("settled_key_operation_seconds",
                                             "What a signature or a read of a secret took",
                                             {{"custody", std::string(token(kind))}}));
        }
    }
    static observe::Counter counter(observe::Metrics& metrics, Kind kind, std::string result) {
        return metrics.counter(
            "settled_key_operations_total", "Signatures, and reads of secrets in their places",
            {{"custody", std::string(token(kind))}, {"result", std::move(result)}});
    }
    void note(const custody::Operation& operation) const {
        const auto at = static_cast<std::size_t>(operation.custody);
        (operation.is_done ? done : failed)[at].add(static_cast<double>(operation.count));
        took[at].observe(operation.took);
    }
};

std::int64_t seconds_until(Instant end, Instant now) {
    return std::chrono::duration_cast<std::chrono::seconds>(end - now).count();
}

void expose(Exposition& out, const std::map<Name, std::int64_t>& figures) {
    for (const auto& [name, figure] : figures)
        out.sample({{"connector", name.first}, {"use", name.second}}, figure);
}

} // namespace

std::string exposed_keys(const std::vector<intake::KeyStanding>& keys,
                         const std::optional<TlsKeeper::State>& tls,
                         const std::vector<KeyEnd>& other_ends, const Clock& clock) {
    const Instant now = clock.now();
    std::map<Name, std::int64_t> ends;
    std::map<Name, std::int64_t> available;
    const auto note = [&](const Name& name, const std::optional<Instant>& end,
                          const std::optional<bool>& is_available) {
        if (end) {
            const auto [at, is_new] = ends.try_emplace(name, seconds_until(*end, now));
            at->second = std::min(at->second, seconds_until(*end, now));
        }
        if (is_available) {
            const auto [at, is_new] = available.try_emplace(name, 1);
            at->second = std::min<std::int64_t>(at->second, *is_available ? 1 : 0);
        }
    };
    for (const intake::KeyStanding& key : keys)
        note({key.name, key.use}, key.expires_at, key.is_available);
    if (tls)
        note({"", std::string(use_of_tls)}, tls->expires_at, tls->is_usable);
    for (const KeyEnd& end : other_ends)
        note({"", end.use}, end.at, std::nullopt);
    Exposition out;
    out.gauge("settled_key_expires_seconds",
              "Seconds until the first key or secret of that use ends, where its end is known");
    expose(out, ends);
    out.gauge("settled_key_available",
              "1 while the keys and secrets of that use can be read and used");
    expose(out, available);
    const auto stale = stale_secrets(keys, tls, clock.steady());
    out.gauge("settled_secret_stale_seconds",
              "For how long a secret that is in use could not be read again; 0: all can be");
    out.sample({}, stale.empty() ? std::int64_t{0} : std::int64_t{stale.front().age.count()});
    return std::move(out).text();
}

void count_key_operations(observe::Metrics& metrics) {
    custody::listen_to_operations(
        [counters = std::make_shared<const Counters>(metrics)](
            const custody::Operation& operation) { counters->note(operation); });
}

void stop_counting_key_operations() {
    custody::listen_to_operations({});
}

} // namespace settled::server
