#include "cli/doctor/check.h"
#include "connectors/clearmatch/settings.h"
#include "custody/custody.h"
#include "domain/connector.h"
#include "intake/dialect.h"
#include "server/run.h"
#include "store/queries/directory.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli::doctor {

namespace {

using store::ConnectorRow;
using store::Session;

struct Book {
    std::vector<ConnectorRow> connectors;
    std::vector<store::TenantRow> tenants;
};

store::Step<Book> read_rows(Session& s) {
    Book book;
    book.connectors = co_await store::all_connectors(s);
    book.tenants = co_await store::list_tenants(s);
    co_return book;
}

Task<Result<Book>> read_book(store::Store& store) {
    co_return co_await store.read<Book>([](Session& s) { return read_rows(s); });
}

// A variable of the server's own environment is not in ours.
bool names_a_variable(const domain::ConnectorSettings& settings) {
    constexpr std::string_view scheme = "env:";
    return settings.signing_key.starts_with(scheme) || settings.api_token.starts_with(scheme) ||
           settings.webhook_secret.starts_with(scheme) || settings.signature.contains("\"env:") ||
           settings.platform.contains("\"env:");
}

// A PIN that is wrong would be tried once more from here, and tokens lock.
bool names_a_token(const domain::ConnectorSettings& settings) {
    constexpr std::string_view scheme = "pkcs11:";
    return settings.signing_key.starts_with(scheme) || settings.api_token.starts_with(scheme) ||
           settings.webhook_secret.starts_with(scheme) ||
           settings.signature.contains("\"pkcs11:") || settings.platform.contains("\"pkcs11:");
}

Result<> try_to_open(std::string_view kind, const domain::ConnectorSettings& settings,
                     const custody::Custody& custody) {
    TRY_VOID(intake::open_dialect(kind, settings, custody));
    if (kind == domain::connector_clearmatch) {
        TRY(const auto platform,
            connectors::clearmatch::parse_platform_settings(settings.platform));
        if (platform.has_token())
            TRY_VOID(custody.read_secret(platform.client_secret));
    } else if (domain::makes_calls(settings)) {
        TRY_VOID(custody.read_secret(settings.api_token));
        if (kind == domain::connector_clearbank)
            TRY_VOID(custody.open_signer(settings.signing_key));
    }
    return {};
}

Result<custody::Custody> custody_of(const server::Config& config, const Book& book,
                                    const ConnectorRow& row,
                                    const domain::ConnectorSettings& settings) {
    if (!settings.files_are_tenants)
        return custody::Custody::of_operator();
    const auto tenant = std::ranges::find(book.tenants, row.tenant, &store::TenantRow::id);
    if (tenant == book.tenants.end())
        return fail(Code::key_unreadable, "its tenant has no directory of secrets");
    return custody::Custody::of_tenant(server::tenant_secrets_directory(config) + "/" +
                                       tenant->name);
}

Result<> look_at(const server::Config& config, const Book& book, const ConnectorRow& row,
                 const domain::ConnectorSettings& settings) {
    TRY(const custody::Custody custody, custody_of(config, book, row, settings));
    return try_to_open(row.kind, settings, custody);
}

const Remedy put_right{"settled signing-keys list and the server's log say which key, and why"};

void ask_server(Site& site, const std::string& connector, Findings& found) {
    const auto& ready = site.readiness();
    const auto waiting = ready ? ready->root().member("connectors_unavailable") : std::nullopt;
    for (std::size_t i = 0; waiting && i < waiting->size(); ++i)
        if (waiting->at(i).string().value_or("") == connector)
            return found.failed(connector, "the server cannot use a key of it now", put_right);
    found.ok(connector, "the server has its keys open");
}

// "; signing_key: its last good value has been in use for 61 s"; empty: none is, as the server says.
std::string kept_text(Site& site, std::string_view connector) {
    std::string text;
    const auto& ready = site.readiness();
    const auto stale = ready ? ready->root().member("secrets_stale") : std::nullopt;
    for (std::size_t i = 0; stale && i < stale->size(); ++i)
        if (text_at(stale->at(i), "connector") == connector)
            text += fmt::format("; {}: its last good value has been in use for {} s",
                                text_at(stale->at(i), "use"), text_at(stale->at(i), "seconds"));
    return text;
}

void check_files(Site& site, const ConnectorRow& row, const Book& book, Findings& found) {
    const auto settings = domain::parse_connector_settings(row.settings);
    if (!settings)
        return found.failed(row.name, reason_of(settings.error()),
                            {"set what it needs again: PATCH /v1/connectors/" + row.name});
    if (names_a_variable(*settings))
        return found.skipped(row.name, "a secret of it is in the environment of the server, which "
                                       "cannot be seen from here");
    if (names_a_token(*settings) && site.server_runs())
        return ask_server(site, row.name, found);
    const auto opened = look_at(*site.config(), book, row, *settings);
    if (opened)
        return found.ok(row.name, domain::makes_calls(*settings)
                                      ? "its keys and its API token can be opened"
                                      : "its keys can be opened");
    found.failed(row.name, reason_of(opened.error()) + kept_text(site, row.name),
                 {"put the file back, or name another one; as soon as it is there the server takes "
                  "it by itself. A key that was open goes on working until the server ends"});
}

// The names that the server says it cannot use.
void check_by_server(Site& site, Findings& found) {
    const auto& ready = site.readiness();
    const auto waiting = ready ? ready->root().member("connectors_unavailable") : std::nullopt;
    for (std::size_t i = 0; waiting && i < waiting->size(); ++i)
        found.failed(std::string(waiting->at(i).string().value_or("")),
                     "the server cannot open its keys: its webhooks are answered 503, and no call "
                     "is made",
                     {"the operator of the server puts the file back; its log says which one"});
    const auto kept = ready ? ready->root().member("keys_kept") : std::nullopt;
    for (std::size_t i = 0; kept && i < kept->size(); ++i) {
        const std::string name(kept->at(i).string().value_or(""));
        found.warning(name,
                      "a key or secret of it cannot be read again: it works with what was read "
                      "earlier, until the server ends" +
                          kept_text(site, name),
                      {"the operator of the server sees in its log which one, and why"});
    }
    if (ready && !waiting && !kept)
        found.ok("", "the server has opened the keys of all connectors");
}

} // namespace

void check_connector_keys(Site& site, Findings& found) {
    if (site.is_remote() || !site.store())
        return check_by_server(site, found);
    const auto book = server::run_to_end(read_book(*site.store()->store));
    if (!book)
        return found.skipped("", reason_of(book.error()));
    for (const ConnectorRow& row : book->connectors)
        check_files(site, row, *book, found);
}

} // namespace settled::cli::doctor
