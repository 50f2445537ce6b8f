#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/source_files.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "connectors/mapped/mapping.h"
#include "connectors/pubsub/push.h"
#include "crypto/rsa.h"
#include "domain/source.h"
#include "payloads/reader.h"
#include "store/queries/directory.h"

#include <fmt/format.h>

namespace settled::api {

namespace {

using store::Session;
using store::SourceRow;
using store::Step;
using Sources = std::vector<SourceRow>;

// What is absent stays as it is.
struct SourcePatch {
    bool is_operators = false; // else a tenant's
    std::string name;
    std::string kind;
    std::optional<std::vector<std::string>> bank_keys;
    SourceFiles files;
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
Result<> check_kind(std::string_view kind, const SourcePatch& given) {
    const bool clearbank = given.bank_keys || given.files.signing_key;
    const bool mapped = given.files.signature || given.mapping;
    const bool push = given.files.push.has_value();
    if (kind == domain::source_clearbank && (mapped || push))
        return fail(Code::value_invalid,
                    "a clearbank source has no signature, no mapping and no push");
    if (kind == domain::source_mapped && (clearbank || push))
        return fail(Code::value_invalid,
                    "a mapped source has no bank_keys, no signing_key and no push");
    if (kind == domain::source_pubsub_push && (clearbank || mapped))
        return fail(Code::value_invalid, "a pubsub_push source has push and retention_days alone");
    return {};
}

SourcePatch read_settings(payloads::Reader& in) {
    SourcePatch patch;
    patch.bank_keys =
        in.optional_texts("bank_keys", bounds::bank_keys_per_source_max, bounds::pem_bytes_max);
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

Result<SourcePatch> read_new_source(const wire::Json& root) {
    payloads::Reader in(root);
    const std::string name = in.text("name", limits::text_bytes_max);
    if (!name.empty() && !domain::is_source_name(name))
        in.refuse(Code::value_invalid, "name",
                  "give 1 to 63 lower-case letters, digits, '-' and '_'");
    const std::string kind = in.text("kind", limits::text_bytes_max);
    const bool mapped = kind == domain::source_mapped;
    const bool pushed = kind == domain::source_pubsub_push;
    const bool clearbank = kind == domain::source_clearbank;
    const bool is_known = mapped || pushed || clearbank;
    if (!is_known)
        in.refuse(Code::value_invalid, "kind", "give clearbank, mapped or pubsub_push");
    SourcePatch given = read_settings(in);
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

void apply(domain::SourceSettings& settings, const SourcePatch& patch) {
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

domain::SourceSettings settings_of(const SourceRow& source) {
    auto settings = domain::parse_source_settings(source.settings);
    SETTLED_ASSERT(settings.has_value(), "the store holds source settings that cannot be read");
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

void write_source(wire::JsonWriter& w, const SourceRow& source) {
    const domain::SourceSettings settings = settings_of(source);
    w.object().member("id", to_string(source.id)).member("name", source.name);
    w.member("kind", source.kind).member("hook_path", "/hooks/" + source.name);
    if (source.kind == domain::source_mapped) {
        w.key("signature").raw(settings.signature).key("mapping").raw(settings.mapping);
    } else if (source.kind == domain::source_pubsub_push) {
        w.key("push").raw(settings.push);
    } else {
        write_bank_keys(w, settings.bank_keys);
        w.member("signing_key", settings.signing_key);
    }
    w.member("retention_days", settings.retention_days);
    write_time(w, "created_at", source.created_at);
    w.end();
}

std::string shown(const SourceRow& source) {
    wire::JsonWriter w;
    write_source(w, source);
    return std::move(w).text();
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const SourceRow> source) {
    co_await s.lock({store::Lock::sources(source->tenant)});
    const Sources there = co_await store::list_sources(s, source->tenant);
    if (there.size() >= bounds::sources_per_tenant_max)
        co_return fail(Code::limit_reached, "there are too many sources");
    const bool added = co_await store::insert_source(s, *source);
    if (!added)
        co_return fail(Code::source_conflict,
                       fmt::format("PATCH /v1/sources/{} changes it; give a new one another name",
                                   source->name));
    co_return Answer{201, shown(*source)};
}

Step<Result<Answer>> update(Session& s, TenantId tenant, std::shared_ptr<const SourcePatch> patch) {
    co_await s.lock({store::Lock::sources(tenant)});
    Sources sources = co_await store::list_sources(s, tenant);
    const auto source = std::ranges::find(sources, patch->name, &SourceRow::name);
    if (source == sources.end())
        co_return fail(Code::not_found, "there is no such source");
    if (const auto good = check_kind(source->kind, *patch); !good)
        co_return std::unexpected(good.error());
    domain::SourceSettings settings = settings_of(*source);
    apply(settings, *patch);
    source->settings = domain::to_json(settings);
    (void)co_await store::update_source_settings(s, tenant, source->id, source->settings);
    co_return Answer{200, shown(*source)};
}

Task<> announce(const Core& core, const Result<Answer>& answer) {
    if (answer && !answer->replayed)
        co_await core.sources_changed();
}

} // namespace

Task<Result<Answer>> create_source(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(SourcePatch given, read_new_source(document.root()));
    CO_TRY_VOID(co_await check_source_files(core, call, given.files));
    given.is_operators = call.request.trusted_peer;
    domain::SourceSettings settings;
    apply(settings, given);
    const auto source = std::make_shared<const SourceRow>(
        call.caller.tenant, core.context.ids.next<SourceId>(), given.name, given.kind,
        domain::to_json(settings), core.clock.now());
    auto answer = co_await change(core, call, [=](Session& s) { return create(s, source); });
    co_await announce(core, answer);
    co_return answer;
}

Task<Result<Answer>> list_sources(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, SourceIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    Result<Sources> found = co_await core.store.read<Sources>(
        [=](Session& s) { return store::list_sources(s, tenant); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, cut(*std::move(found), page), write_source);
}

Task<Result<Answer>> update_source(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    payloads::Reader in(document.root());
    SourcePatch read = read_settings(in);
    CO_TRY_VOID(in.finish());
    CO_TRY_VOID(co_await check_source_files(core, call, read.files));
    read.is_operators = call.request.trusted_peer;
    read.name = call.id;
    const auto patch = std::make_shared<const SourcePatch>(std::move(read));
    const TenantId tenant = call.caller.tenant;
    auto answer = co_await change(core, call, [=](Session& s) { return update(s, tenant, patch); });
    co_await announce(core, answer);
    co_return answer;
}

} // namespace settled::api
