// Watches the keys in use: takes to the store when a bank's key last proved a webhook and when an API key was
// last used, and publishes keys that end (key.expiring, key.expired), that cannot be used for a minute
// (key.unavailable), and that can be used again (key.recovered). The installation's own keys are published to
// each tenant.
//
// Ends are published by one node (store::job_timers). A key that cannot be used is published by the node that
// cannot use it; the store keeps that it was published, so that several nodes publish it once, and it has
// recovered when none of them has reported it for a while.
//
// Threads: one io_context; one KeyWatch in the process.
#pragma once

#include "base/clock.h"
#include "base/repeating_task.h"
#include "base/task.h"
#include "domain/key_event.h"
#include "intake/connector_cache.h"
#include "intake/key_log.h"
#include "node/membership.h"
#include "store/queries/directory.h"
#include "store/queries/keys.h"
#include "store/store.h"
#include "units/context.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace settled::worker {

// Of the installation: the server's, or that by which Kafka knows us.
struct OwnCertificate {
    std::string use; // tls, kafka
    std::string fingerprint;
    std::optional<Instant> expires_at;
    bool is_usable = true; // false: what is in its place now is not, and an earlier one is in use
};

struct KeyWatchDeps {
    store::Store& store;
    const units::Context& context;
    const Clock& clock;
    const node::Membership& node;
    const intake::ConnectorCache& connectors;
    intake::KeyLog& log;
    // When API keys were used since the last time.
    std::function<std::vector<store::ApiKeyUse>()> take_key_uses;
    // Looks at the installation's certificates and their keys again.
    std::function<Task<std::vector<OwnCertificate>>()> look_at_certificates;
};

class KeyWatch {
  public:
    KeyWatch(boost::asio::io_context& io, KeyWatchDeps deps);

    void start() { task_.start(); }
    void stop() { task_.stop(); }
    // A round.
    Task<> run_once();

  private:
    using Name = std::tuple<TenantId, ConnectorId, std::string>; // and use
    struct End {
        TenantId tenant;
        domain::KeySubject key;
        Instant expires_at;
    };

    Task<> keep_uses();
    Task<std::vector<intake::KeyStanding>> standing_of(const std::vector<OwnCertificate>& own);
    Task<> look_at_outages(const std::vector<intake::KeyStanding>& keys);
    Task<> publish_away(const std::map<Name, intake::KeyStanding>& keys);
    Task<> publish_back(const std::map<Name, intake::KeyStanding>& keys);
    Task<> publish_ends(const std::vector<intake::KeyStanding>& keys,
                        const std::vector<OwnCertificate>& own);
    Task<> publish_end(const End& end);
    Task<std::vector<End>> other_ends(const std::vector<OwnCertificate>& own);

    KeyWatchDeps deps_;
    RepeatingTask task_;
    std::map<Name, std::pair<Clock::Steady, Instant>> away_since_; // as this node sees it
    std::set<std::tuple<std::int64_t, std::string, std::string, std::int64_t, int>> published_;
    Clock::Steady next_others_{};
};

} // namespace settled::worker
