#include "intake/connector_cache.h"

#include "base/assert.h"
#include "connectors/clearmatch/settings.h"
#include "connectors/source_blocks.h"
#include "domain/connector.h"
#include "intake/bounds.h"
#include "observe/log.h"

#include <algorithm>
#include <set>

namespace settled::intake {

namespace {

constexpr std::string_view signing_key_use = "signing_key";

Result<custody::Custody> custody_of(const store::ConnectorRow& row,
                                    const domain::ConnectorSettings& settings,
                                    const ConnectorList& list) {
    if (!settings.files_are_tenants)
        return custody::Custody::of_operator();
    const auto directory = list.directories.find(row.tenant);
    if (directory == list.directories.end())
        return fail(Code::key_unreadable, "its tenant has no directory of secrets");
    return custody::Custody::of_tenant(directory->second);
}

struct Opened {
    std::unique_ptr<const Dialect> dialect;
    std::shared_ptr<const CallAccess> access;
};

// nullptr: the platform's content is shown without a token.
Result<std::shared_ptr<const connectors::TokenSource>>
open_token_source(const domain::ConnectorSettings& settings, const custody::Custody& custody) {
    TRY(const auto platform, connectors::clearmatch::parse_platform_settings(settings.platform));
    if (!platform.has_token())
        return nullptr;
    auto source = std::make_shared<connectors::TokenSource>();
    source->token_url = platform.token_url;
    source->client_id = platform.client_id;
    source->scope = platform.scope;
    TRY(source->client_secret, custody.read_secret(platform.client_secret));
    return source;
}

Result<std::shared_ptr<const CallAccess>> open_access(std::string_view kind,
                                                      const domain::ConnectorSettings& settings,
                                                      const custody::Custody& custody) {
    if (!domain::makes_calls(settings))
        return nullptr;
    auto access = std::make_shared<CallAccess>();
    access->api_url = settings.api_url;
    while (access->api_url.ends_with('/'))
        access->api_url.pop_back();
    if (kind == domain::connector_clearmatch) {
        TRY(access->token_source, open_token_source(settings, custody));
        access->kind = kind;
        return access;
    }
    TRY(access->token, custody.read_secret(settings.api_token));
    access->kind = kind;
    access->username = settings.api_username;
    if (kind == domain::connector_clearbank) {
        TRY(access->signer, custody.open_signer(settings.signing_key));
    }
    return access;
}

std::vector<net::AddressBlock> sources_of(const domain::ConnectorSettings& settings) {
    std::vector<net::AddressBlock> blocks;
    const auto add = [&blocks](std::string_view text) {
        const auto block = net::AddressBlock::parse(text);
        SETTLED_ASSERT(block.has_value(), "blocks are read before they are stored");
        blocks.push_back(*block);
    };
    for (const std::string& word : settings.allow_ips) {
        const auto known = connectors::source_blocks(word);
        std::ranges::for_each(known, add);
        if (known.empty())
            add(word);
    }
    return blocks;
}

// Its key is in a device that does not sign now.
bool cannot_sign(const Connector& connector) {
    const auto signer = connector.dialect ? connector.dialect->signer() : nullptr;
    return signer && signer->trouble();
}

Result<Opened> open_with(const store::ConnectorRow& row, const domain::ConnectorSettings& settings,
                         const ConnectorList& list, custody::KeyMemory& memory, bool is_doubted) {
    TRY(const custody::Custody own, custody_of(row, settings, list));
    const custody::Custody custody = is_doubted ? own.with(memory).in_doubt() : own.with(memory);
    memory.begin(list.at);
    // Both are tried, so that it is known of every key whether it can be read.
    auto dialect = open_dialect(row.kind, settings, custody);
    auto access = open_access(row.kind, settings, custody);
    if (!dialect)
        return std::unexpected(std::move(dialect).error());
    if (!access)
        return std::unexpected(std::move(access).error());
    memory.end();
    return Opened{*std::move(dialect), *std::move(access)};
}

} // namespace

Connector ConnectorCache::open(const store::ConnectorRow& row, const ConnectorList& list,
                               State& state, bool is_doubted) {
    Connector connector{row.tenant, row.id,  row.name,
                        row.kind,   nullptr, std::chrono::days(limits::retention_days_max)};
    const auto settings = domain::parse_connector_settings(row.settings);
    if (!settings) {
        note_trouble(state, connector, settings.error());
        return connector;
    }
    connector.retention = std::chrono::days(settings->retention_days);
    connector.sources = sources_of(*settings);
    auto opened = open_with(row, *settings, list, state.memory, is_doubted);
    if (opened) {
        connector.dialect = std::move(opened->dialect);
        connector.access = std::move(opened->access);
    }
    for (connectors::KeyUse& use : connectors::key_uses(row.kind, *settings)) {
        const auto is_good = state.memory.is_good(use.uri);
        const auto kept_since = state.memory.kept_since(use.uri);
        connector.keys.push_back({std::move(use), is_good, kept_since});
    }
    if (const auto signer = connector.dialect ? connector.dialect->signer() : nullptr)
        connector.signer_fingerprint = custody::facts_of(*signer).fingerprint;
    note_trouble(state, connector,
                 opened ? state.memory.trouble() : std::optional(std::move(opened).error()));
    return connector;
}

void ConnectorCache::note_trouble(State& state, const Connector& connector,
                                  std::optional<Error> trouble) {
    const bool is_new = trouble && (!state.trouble || state.trouble->code != trouble->code ||
                                    state.trouble->detail != trouble->detail);
    if (!trouble && state.trouble)
        log::info("connector.usable", {{"connector", connector.name}});
    state.tries = is_new ? 0 : state.tries + 1;
    state.trouble = std::move(trouble);
    if (!state.trouble || state.tries % bounds::tries_per_log_line != 0)
        return;
    // With a dialect it goes on with what was read earlier.
    log::failure(connector.dialect ? "connector.key_kept" : "connector.unusable", *state.trouble,
                 {{"connector", connector.name}, {"tries", state.tries + 1}});
}

std::shared_ptr<const Connector> ConnectorCache::find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = connectors_.find(name);
    return found == connectors_.end() ? nullptr : found->second;
}

std::shared_ptr<const Connector> ConnectorCache::find(TenantId tenant, ConnectorId id) const {
    const std::shared_lock lock(mutex_);
    const auto found = std::ranges::find_if(connectors_, [&](const auto& item) {
        return item.second->tenant == tenant && item.second->id == id;
    });
    return found == connectors_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Connector>> ConnectorCache::all() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::shared_ptr<const Connector>> all;
    for (const auto& [name, connector] : connectors_)
        all.push_back(connector);
    return all;
}

std::shared_ptr<crypto::Signer> ConnectorCache::signer(TenantId tenant, ConnectorId id) const {
    const auto connector = find(tenant, id);
    return connector && connector->dialect ? connector->dialect->signer() : nullptr;
}

std::optional<custody::KeyFacts> ConnectorCache::signing_key(TenantId tenant,
                                                             ConnectorId id) const {
    const auto signer = this->signer(tenant, id);
    return signer ? std::optional(custody::facts_of(*signer)) : std::nullopt;
}

std::vector<KeyStanding> ConnectorCache::keys() const {
    std::vector<KeyStanding> all;
    for (const auto& connector : this->all())
        for (const Connector::Key& key : connector->keys) {
            KeyStanding standing{connector->tenant,
                                 connector->id,
                                 connector->name,
                                 std::string(key.use.use),
                                 key.use.fingerprint,
                                 key.use.expires_at,
                                 key.use.uri.empty() ? std::optional(true) : key.is_good,
                                 key.use.uri,
                                 key.kept_since};
            const auto signer = connector->dialect ? connector->dialect->signer() : nullptr;
            if (key.use.use == signing_key_use && signer) {
                standing.fingerprint = connector->signer_fingerprint;
                if (signer->trouble())
                    standing.is_available = false;
            }
            all.push_back(std::move(standing));
        }
    return all;
}

bool ConnectorCache::is_loaded() const {
    const std::shared_lock lock(mutex_);
    return is_loaded_;
}

std::vector<std::string> ConnectorCache::unavailable() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, connector] : connectors_)
        if (!connector->dialect || cannot_sign(*connector))
            names.push_back(name);
    return names;
}

std::vector<std::string> ConnectorCache::on_kept_keys() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, connector] : connectors_) {
        const bool works = connector->dialect && !cannot_sign(*connector);
        const bool is_kept = std::ranges::any_of(
            connector->keys, [](const Connector::Key& key) { return key.is_good == false; });
        if (works && is_kept)
            names.push_back(name);
    }
    return names;
}

bool ConnectorCache::has_trouble() const {
    const std::shared_lock lock(mutex_);
    return has_trouble_ || !doubted_.empty() ||
           std::ranges::any_of(connectors_,
                               [](const auto& item) { return cannot_sign(*item.second); });
}

void ConnectorCache::doubt(ConnectorId id) {
    const std::unique_lock lock(mutex_);
    doubted_.insert(id);
}

std::uint64_t ConnectorCache::next_edition() {
    const std::unique_lock lock(mutex_);
    return ++edition_;
}

void ConnectorCache::load(const ConnectorList& list, std::uint64_t edition) {
    const std::lock_guard loading(load_mutex_);
    if (edition < loaded_edition_)
        return;
    loaded_edition_ = edition;
    Map connectors;
    std::set<ConnectorId> ids;
    std::set<ConnectorId> doubted;
    {
        const std::unique_lock lock(mutex_);
        std::swap(doubted, doubted_);
    }
    bool has_trouble = false;
    for (const store::ConnectorRow& row : list.rows) {
        State& state = states_[row.id];
        ids.insert(row.id);
        connectors.emplace(row.name, std::make_shared<const Connector>(
                                         open(row, list, state, doubted.contains(row.id))));
        has_trouble = has_trouble || state.trouble.has_value();
    }
    std::erase_if(states_, [&](const auto& item) { return !ids.contains(item.first); });
    const std::unique_lock lock(mutex_);
    connectors_ = std::move(connectors);
    is_loaded_ = true;
    has_trouble_ = has_trouble;
}

} // namespace settled::intake
