// The webhook connectors in memory, ready for use: keys parsed, signer open.
//
// The store is the truth; the cache is read from it at start, after each change, and again while a
// key is missing (ConnectorKeeper). Whatever happens to the file of a key:
//   - a key that is open stays in use, also when its connector or another one is changed, until no
//     connector names it or the process ends;
//   - a connector of which a key was never opened is in the cache without a dialect: its webhooks
//     are answered 503 and repeated by the bank, and unavailable() names it.
//
// Thread-safe. load() waits for the disk: it is called by a KeyDesk, and at start.
#pragma once

#include "base/id.h"
#include "connectors/key_uses.h"
#include "connectors/oauth2.h"
#include "custody/custody.h"
#include "custody/key_facts.h"
#include "intake/dialect.h"
#include "net/address_block.h"
#include "store/queries/directory.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace settled::intake {

// What calls to a connector's API need.
struct CallAccess {
    std::string api_url; // without a slash at its end
    Secret token;
    std::shared_ptr<crypto::Signer> signer; // clearbank
    std::string kind;
    std::string username; // mambu, with HTTP basic authentication
    // clearmatch, of the content's tokens; nullptr: there are none
    std::shared_ptr<const connectors::TokenSource> token_source = {};
};

struct Connector {
    TenantId tenant;
    ConnectorId id;
    std::string name;
    std::string kind;
    std::shared_ptr<const Dialect> dialect; // nullptr: a key cannot be opened
    std::chrono::days retention{0};
    // nullptr: it only sends webhooks, or its token or key cannot be opened.
    std::shared_ptr<const CallAccess> access = nullptr;
    std::vector<net::AddressBlock> sources = {}; // of its webhooks; none: any
    // Each key and secret that it uses; nullopt: it was not asked for, since another one came first.
    struct Key {
        connectors::KeyUse use;
        std::optional<bool> is_good = {};
        std::optional<Clock::Steady> kept_since = {};
    };
    std::vector<Key> keys = {};
    std::string signer_fingerprint = {}; // empty: it does not sign, or its key is not open
};

// A key of a connector as it stands now.
struct KeyStanding {
    TenantId tenant;
    ConnectorId connector;
    std::string name; // of the connector
    std::string use;  // connectors/key_uses.h
    std::string fingerprint;
    std::optional<Instant> expires_at;
    std::optional<bool> is_available; // nullopt: not known
    std::string uri = {};             // empty: a public key
    // Since when it is in use as it was read earlier, since it cannot be read again; nullopt: it is not.
    std::optional<Clock::Steady> kept_since = {};
};

struct ConnectorList {
    std::vector<store::ConnectorRow> rows;
    std::map<TenantId, std::string> directories; // of the tenants' secrets
    Clock::Steady at{};                          // when it is loaded
};

class ConnectorCache {
  public:
    // nullptr when there is none of that name.
    std::shared_ptr<const Connector> find(std::string_view name) const;
    std::shared_ptr<const Connector> find(TenantId tenant, ConnectorId id) const;
    std::vector<std::shared_ptr<const Connector>> all() const;
    // False: what there is has not been read from the store yet.
    bool is_loaded() const;
    // nullptr: it does not sign, or its key was never opened.
    std::shared_ptr<crypto::Signer> signer(TenantId tenant, ConnectorId id) const;
    // Of a connector that signs; nullopt: its key was never opened.
    std::optional<custody::KeyFacts> signing_key(TenantId tenant, ConnectorId id) const;
    // Of all connectors. A public key is always available; several secrets of one use (those of a mapped
    // signature) are each in it.
    std::vector<KeyStanding> keys() const;
    // Names of those without a dialect, or whose key is in a device that does not sign now.
    std::vector<std::string> unavailable() const;
    // Names of the others of which a key or secret is in use as it was read earlier.
    std::vector<std::string> on_kept_keys() const;
    // A key is missing, or is in use as it was read earlier: load() is worth a try.
    bool has_trouble() const;

    // A system did not take what we showed it (401, 403): its secrets are read again soon.
    void doubt(ConnectorId id);

    // Asked for before the list is read, so that of two lists the later one wins.
    std::uint64_t next_edition();
    // Replaces the whole book, unless a later edition has done so.
    void load(const ConnectorList& list, std::uint64_t edition);

  private:
    using Map = std::map<std::string, std::shared_ptr<const Connector>, std::less<>>;
    // What is known of a connector from one load to the next.
    struct State {
        custody::KeyMemory memory;
        std::optional<Error> trouble;
        int tries = 0; // with that trouble
    };
    static Connector open(const store::ConnectorRow& row, const ConnectorList& list, State& state,
                          bool is_doubted);
    static void note_trouble(State& state, const Connector& connector,
                             std::optional<Error> trouble);

    std::mutex load_mutex_; // held while keys are read; never with mutex_
    std::map<ConnectorId, State> states_;
    std::uint64_t loaded_edition_ = 0;

    mutable std::shared_mutex mutex_;
    std::uint64_t edition_ = 0;
    Map connectors_;
    bool is_loaded_ = false;
    bool has_trouble_ = false;
    std::set<ConnectorId> doubted_;
};

} // namespace settled::intake
