#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/connector_files.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "connectors/mapped/mapping.h"
#include "connectors/pubsub/push.h"
#include "crypto/rsa.h"
#include "domain/connector.h"
#include "payloads/reader.h"
#include "store/queries/directory.h"

#include <fmt/format.h>

namespace settled::api {

namespace {

using store::ConnectorRow;
using store::Session;
using store::Step;
using Connectors = std::vector<ConnectorRow>;

// What is absent stays as it is.
struct ConnectorPatch {
    bool is_operators = false; // else a tenant's
    std::string name;
    std::string kind;
    std::optional<std::vector<std::string>> bank_keys;
    ConnectorFiles files;
    std::optional<std::string> mapping;
    std::optional<std::int64_t> retention_days;
};

Result<> check_mapping(wire::Json written) {
    const auto mapping = connectors::mapped::Mapping::parse(written);
    return mapping ? Result<>() : std::unexpected(mapping.error());
}

Result<> check_push(wire::Json written) {
    const auto push = connectors::pubsub::PushSettings::parse(written);
    return push ? Result<>() : std::unexpected(push.error());
}

Result<> check_signature(wire::Json written) {
    return written.is_object() ? Result<>() : fail(Code::value_invalid, "give an object");
}

Result<std::string> as_written(std::string_view text) {
    return std::string(text);
}

// A member that is kept as it was written.
std::optional<std::string> read_written(payloads::Reader& in, std::string_view name,
                                        Result<> (*check)(wire::Json)) {
    const auto written = in.member(name);
    if (!written)
        return std::nullopt;
    if (const auto good = check(*written); !good)
        in.refuse(Code::value_invalid, name, good.error().detail);
    return std::string(written->raw());
}

// Which members a kind has.
Result<> check_kind(std::string_view kind, const ConnectorPatch& given) {
    const bool clearbank = given.bank_keys || given.files.signing_key;
    const bool mapped = given.files.signature || given.mapping;
    const bool push = given.files.push.has_value();
    if (kind == domain::connector_clearbank && (mapped || push))
        return fail(Code::value_invalid,
                    "a clearbank connector has no signature, no mapping and no push");
    if (kind == domain::connector_mapped && (clearbank || push))
        return fail(Code::value_invalid,
                    "a mapped connector has no bank_keys, no signing_key and no push");
    if (kind == domain::connector_pubsub_push && (clearbank || mapped))
        return fail(Code::value_invalid,
                    "a pubsub_push connector has push and retention_days alone");
    return {};
}

ConnectorPatch read_settings(payloads::Reader& in) {
    ConnectorPatch patch;
    patch.bank_keys =
        in.optional_texts("bank_keys", bounds::bank_keys_per_connector_max, bounds::pem_bytes_max);
    if (patch.bank_keys)
        for (const std::string& pem : *patch.bank_keys)
            if (const auto key = crypto::Verifier::from_pem(pem); !key)
                in.refuse(Code::value_invalid, "bank_keys", key.error().detail);
    patch.files.signing_key = in.take("signing_key", bounds::uri_bytes_max, as_written);
    patch.files.signature = read_written(in, "signature", check_signature);
    patch.mapping = read_written(in, "mapping", check_mapping);
    patch.files.push = read_written(in, "push", check_push);
    patch.retention_days = in.optional_integer("retention_days", 1, limits::retention_days_max);
    return patch;
}

Result<ConnectorPatch> read_new_connector(const wire::Json& root) {
    payloads::Reader in(root);
    const std::string name = in.text("name", limits::text_bytes_max);
    if (!name.empty() && !domain::is_connector_name(name))
        in.refuse(Code::value_invalid, "name",
                  "give 1 to 63 lower-case letters, digits, '-' and '_'");
    const std::string kind = in.text("kind", limits::text_bytes_max);
    const bool mapped = kind == domain::connector_mapped;
    const bool pushed = kind == domain::connector_pubsub_push;
    const bool clearbank = kind == domain::connector_clearbank;
    const bool is_known = mapped || pushed || clearbank;
    if (!is_known)
        in.refuse(Code::value_invalid, "kind", "give clearbank, mapped or pubsub_push");
    ConnectorPatch given = read_settings(in);
    given.name = name;
    given.kind = kind;
    if (const auto good = check_kind(kind, given); is_known && !good)
        in.refuse(good.error().code, "kind", good.error().detail);
    if (mapped && !given.files.signature)
        in.missing("signature");
    if (mapped && !given.mapping)
        in.missing("mapping");
    if (pushed && !given.files.push)
        in.missing("push");
    if (clearbank && !given.bank_keys)
        in.missing("bank_keys");
    if (clearbank && !given.files.signing_key)
        in.missing("signing_key");
    TRY_VOID(in.finish());
    return given;
}

void apply(domain::ConnectorSettings& settings, const ConnectorPatch& patch) {
    settings.bank_keys = patch.bank_keys.value_or(settings.bank_keys);
    settings.signing_key = patch.files.signing_key.value_or(settings.signing_key);
    settings.signature = patch.files.signature.value_or(settings.signature);
    settings.mapping = patch.mapping.value_or(settings.mapping);
    settings.push = patch.files.push.value_or(settings.push);
    if (patch.files.any())
        settings.files_are_tenants = !patch.is_operators;
    settings.retention_days =
        static_cast<int>(patch.retention_days.value_or(settings.retention_days));
}

domain::ConnectorSettings settings_of(const ConnectorRow& connector) {
    auto settings = domain::parse_connector_settings(connector.settings);
    SETTLED_ASSERT(settings.has_value(), "the store holds connector settings that cannot be read");
    return *std::move(settings);
}

// Keys by what they are and by their fingerprint, under which the logs name them.
void write_bank_keys(wire::JsonWriter& w, const std::vector<std::string>& pems) {
    w.key("bank_keys").array();
    for (const std::string& pem : pems) {
        const auto key = crypto::Verifier::from_pem(pem);
        w.object().member("fingerprint", key ? (*key)->fingerprint() : "").member("pem", pem).end();
    }
    w.end();
}

void write_connector(wire::JsonWriter& w, const ConnectorRow& connector) {
    const domain::ConnectorSettings settings = settings_of(connector);
    w.object().member("id", to_string(connector.id)).member("name", connector.name);
    w.member("kind", connector.kind).member("hook_path", "/hooks/" + connector.name);
    if (connector.kind == domain::connector_mapped) {
        w.key("signature").raw(settings.signature).key("mapping").raw(settings.mapping);
    } else if (connector.kind == domain::connector_pubsub_push) {
        w.key("push").raw(settings.push);
    } else {
        write_bank_keys(w, settings.bank_keys);
        w.member("signing_key", settings.signing_key);
    }
    w.member("retention_days", settings.retention_days);
    write_time(w, "created_at", connector.created_at);
    w.end();
}

std::string shown(const ConnectorRow& connector) {
    wire::JsonWriter w;
    write_connector(w, connector);
    return std::move(w).text();
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const ConnectorRow> connector) {
    co_await s.lock({store::Lock::connectors(connector->tenant)});
    const Connectors there = co_await store::list_connectors(s, connector->tenant);
    if (there.size() >= bounds::connectors_per_tenant_max)
        co_return fail(Code::limit_reached, "there are too many connectors");
    const bool added = co_await store::insert_connector(s, *connector);
    if (!added)
        co_return fail(
            Code::connector_conflict,
            fmt::format("PATCH /v1/connectors/{} changes it; give a new one another name",
                        connector->name));
    co_return Answer{201, shown(*connector)};
}

Step<Result<Answer>> update(Session& s, TenantId tenant,
                            std::shared_ptr<const ConnectorPatch> patch) {
    co_await s.lock({store::Lock::connectors(tenant)});
    Connectors connectors = co_await store::list_connectors(s, tenant);
    const auto connector = std::ranges::find(connectors, patch->name, &ConnectorRow::name);
    if (connector == connectors.end())
        co_return fail(Code::not_found, "there is no such connector");
    if (const auto good = check_kind(connector->kind, *patch); !good)
        co_return std::unexpected(good.error());
    domain::ConnectorSettings settings = settings_of(*connector);
    apply(settings, *patch);
    connector->settings = domain::to_json(settings);
    (void)co_await store::update_connector_settings(s, tenant, connector->id, connector->settings);
    co_return Answer{200, shown(*connector)};
}

Task<> announce(const Core& core, const Result<Answer>& answer) {
    if (answer && !answer->replayed)
        co_await core.connectors_changed();
}

} // namespace

Task<Result<Answer>> create_connector(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(ConnectorPatch given, read_new_connector(document.root()));
    CO_TRY_VOID(co_await check_connector_files(core, call, given.files));
    given.is_operators = call.request.trusted_peer;
    domain::ConnectorSettings settings;
    apply(settings, given);
    const auto connector = std::make_shared<const ConnectorRow>(
        call.caller.tenant, core.context.ids.next<ConnectorId>(), given.name, given.kind,
        domain::to_json(settings), core.clock.now());
    auto answer = co_await change(core, call, [=](Session& s) { return create(s, connector); });
    co_await announce(core, answer);
    co_return answer;
}

Task<Result<Answer>> list_connectors(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, ConnectorIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    Result<Connectors> found = co_await core.store.read<Connectors>(
        [=](Session& s) { return store::list_connectors(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, cut(*std::move(found), page), write_connector);
}

Task<Result<Answer>> update_connector(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    ConnectorPatch read = read_settings(in);
    CO_TRY_VOID(in.finish());
    CO_TRY_VOID(co_await check_connector_files(core, call, read.files));
    read.is_operators = call.request.trusted_peer;
    read.name = call.id;
    const auto patch = std::make_shared<const ConnectorPatch>(std::move(read));
    const TenantId tenant = call.caller.tenant;
    auto answer = co_await change(core, call, [=](Session& s) { return update(s, tenant, patch); });
    co_await announce(core, answer);
    co_return answer;
}

} // namespace settled::api
