// What testing.h declares.
#include "api/testing.h"

#include "crypto/rsa.h"
#include "store/queries/directory.h"
#include "units/webhooks/accept_webhook.h"
#include "wire/json_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace settled::api::testing {

namespace {

std::string new_directory() {
    std::string path = (std::filesystem::temp_directory_path() / "settled-api-XXXXXX").string();
    SETTLED_ASSERT(::mkdtemp(path.data()) != nullptr, "no directory for the test");
    return path;
}

store::Step<std::int64_t> find_tenant(store::Session& s, std::string name) {
    const auto found = co_await store::find_tenant_by_name(s, name);
    co_return found ? found->id.value : 0;
}

// A response like the server would put it; the body of 204 is shown as null.
Reply read(net::Response response) {
    const bool is_json = response.content_type.ends_with("json");
    auto document =
        wire::JsonDocument::parse(response.body.empty() || !is_json ? "null" : response.body);
    SETTLED_ASSERT(document.has_value(), "the API wrote no JSON: {}", response.body);
    return {std::move(response), *std::move(document)};
}

Task<> count(int& counter) {
    ++counter;
    co_return;
}

} // namespace

std::string Reply::at(std::string_view path) const {
    std::optional<wire::Json> value = root();
    while (value && !path.empty()) {
        const std::size_t dot = path.find('.');
        const std::string_view name = path.substr(0, dot);
        const bool index = value->is_array();
        value =
            index ? std::optional(value->at(std::stoul(std::string(name)))) : value->member(name);
        path.remove_prefix(dot == path.npos ? path.size() : dot + 1);
    }
    if (!value || value->is_null())
        return {};
    return std::string(value->string().value_or(value->raw()));
}

World::World() : directory(new_directory()) {
    auto opened = store::sqlite::open({.directory = directory});
    SETTLED_ASSERT(opened.has_value(), "no store for the test: {}", opened.error().detail);
    store = *std::move(opened);
    store->set_listener(
        [this](std::vector<store::TaskNote> notes) { keep_notes(std::move(notes)); });
    api = another_api();
}

std::unique_ptr<Api> World::another_api() {
    return std::make_unique<Api>(ApiDeps{*store,
                                         context,
                                         clock,
                                         rng,
                                         master,
                                         metrics,
                                         key_desk,
                                         [this](TenantId, ConnectorId) { return reader; },
                                         tenant_secrets(),
                                         [this] { return count(connectors_changed); },
                                         [this](TenantId, EndpointId id) -> Task<> {
                                             changed_endpoints.push_back(id);
                                             co_return;
                                         },
                                         [this] { return count(rules_changed); },
                                         {},
                                         [] -> Task<> { co_return; },
                                         [this](TenantId, ConnectorId) { return signing_key; }});
}

std::string World::keep_secret(const std::string& name, std::string_view content,
                               std::string_view tenant) {
    const std::filesystem::path folder = std::filesystem::path(tenant_secrets()) / tenant;
    std::filesystem::create_directories(folder);
    std::filesystem::remove(folder / name);
    std::ofstream(folder / name) << content;
    std::filesystem::permissions(folder / name, std::filesystem::perms::owner_read);
    return name;
}

std::string World::new_connector(std::string_view name) {
    static const std::string pem = crypto::generate_rsa_key_pem(); // making one takes long
    const std::string file = keep_secret(std::string(name) + ".pem", pem);
    const auto signer = *crypto::software_signer(pem);
    signing_key = custody::facts_of(*signer);
    wire::JsonWriter w;
    w.object().member("name", name).member("kind", "clearbank");
    w.key("bank_keys").array().value(signer->public_key_pem()).end();
    w.member("signing_key", "file:" + file).end();
    return std::move(w).text();
}

std::string World::new_bank(std::string_view name, std::string_view more) {
    std::string body = new_connector(name);
    const std::string token = keep_secret(std::string(name) + ".token", "token-of-the-bank");
    body.pop_back();
    return body + R"(,"api_url":"https://bank.example","api_token":"file:)" + token +
           R"(","institution_account":"c1f2a3","debtor_name":"Lender Ltd",)" +
           R"("debtor_address":"1 High Street, London")" + std::string(more) + "}";
}

std::vector<units::CallToSend> World::bank_replies(std::string_view connector, int status,
                                                   std::string body) {
    const store::ConnectorRow row = connector_named(connector);
    const units::CallQuery query{row.tenant, row.id, clock.now(), 257, 16, false};
    auto sent = write<std::vector<units::CallToSend>>(
        [this, query](store::Session& s) { return units::next_calls(s, context, query); });
    for (const units::CallToSend& call : sent) {
        const auto ended = std::make_shared<const units::EndedTry>(
            call.tenant, call.id, call.connector, call.claim, call.number,
            std::chrono::microseconds(1000), domain::CallReply{status, body, std::nullopt}, "",
            clock.now());
        (void)write<units::CallEnd>(
            [this, ended](store::Session& s) { return units::end_call(s, context, ended); });
    }
    return sent;
}

World::~World() {
    store->stop();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
}

Reply World::answer(net::Request request) {
    const std::size_t question = request.target.find('?');
    request.path = *net::percent_decode(request.target.substr(0, question));
    request.query = question == request.target.npos ? "" : request.target.substr(question + 1);
    request.request_id = "req-1";
    return read(run(api->handle(std::move(request))));
}

Reply World::call(std::string_view key, std::string_view method, std::string_view target,
                  std::string_view body, const Headers& headers) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    bool has_type = body.empty();
    for (const auto& [name, value] : headers) {
        request.fields.add(name, value);
        has_type = has_type || name == "Content-Type";
    }
    if (!has_type)
        request.fields.add("Content-Type", "application/json");
    if (!key.empty())
        request.fields.add("Authorization", "Bearer " + std::string(key));
    return answer(std::move(request));
}

Reply World::operate(std::string_view method, std::string_view target, std::string_view body) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!body.empty())
        request.fields.add("Content-Type", "application/json");
    request.trusted_peer = true;
    return answer(std::move(request));
}

std::string World::key_of(std::string_view tenant, std::string_view scopes) {
    std::string list;
    for (std::size_t at = 0; at < scopes.size();) {
        const std::size_t space = std::min(scopes.find(' ', at), scopes.size());
        list += (at == 0 ? "\"" : ",\"") + std::string(scopes.substr(at, space - at)) + "\"";
        at = space + 1;
    }
    const std::string query = tenant == "main" ? "main" : std::string(tenant) + "&new_tenant=true";
    const Reply made = operate("POST", "/v1/api-keys?tenant=" + query,
                               R"({"name":"test","scopes":[)" + list + "]}");
    EXPECT_EQ(made.status(), 201) << made.response.body;
    return made.at("key");
}

TenantId World::tenant(std::string_view name) {
    return {write<std::int64_t>(
        [name = std::string(name)](store::Session& s) { return find_tenant(s, name); })};
}

store::ConnectorRow World::connector_named(std::string_view name) {
    const auto rows = write<std::vector<store::ConnectorRow>>(
        [](store::Session& s) { return store::all_connectors(s); });
    const auto row = std::ranges::find(rows, name, &store::ConnectorRow::name);
    SETTLED_ASSERT(row != rows.end(), "the test has no such connector");
    return *row;
}

void World::tell(std::string_view connector, std::string_view type, domain::BankFact fact) {
    const store::ConnectorRow row = connector_named(connector);
    units::Arrival arrival{row.tenant, row.id, {}, "{}", clock.now()};
    arrival.webhook.type = type;
    arrival.webhook.unique_id = arrival.webhook.dedupe_key = to_string(ids.next<WebhookId>());
    arrival.webhook.fact = std::move(fact);
    const auto shared = std::make_shared<const units::Arrival>(std::move(arrival));
    (void)write<units::Accepted>(
        [this, shared](store::Session& s) { return units::accept_webhook(s, context, shared); });
}

WebhookId World::settle_at(std::string_view connector, domain::SettlementFact fact) {
    const store::ConnectorRow row = connector_named(connector);
    return settle(row.tenant, row.id, std::move(fact));
}

WebhookId World::settle(TenantId tenant, domain::SettlementFact fact) {
    return settle(tenant, ids.next<ConnectorId>(), std::move(fact));
}

WebhookId World::settle(TenantId tenant, ConnectorId connector, domain::SettlementFact fact) {
    units::Arrival arrival{tenant, connector, {}, R"({"Type":"TransactionSettled"})", clock.now()};
    arrival.webhook.type = "TransactionSettled";
    arrival.webhook.unique_id = fact.transaction_id;
    arrival.webhook.scheme = fact.scheme;
    arrival.webhook.dedupe_key = fact.transaction_id;
    arrival.webhook.fact = std::move(fact);
    const auto shared = std::make_shared<const units::Arrival>(std::move(arrival));
    return write<units::Accepted>([this, shared](store::Session& s) {
               return units::accept_webhook(s, context, shared);
           })
        .id;
}

std::optional<store::TaskNote> World::next_note() {
    std::unique_lock lock(mutex_);
    if (!noted_.wait_for(lock, std::chrono::seconds(5), [this] { return !notes_.empty(); }))
        return std::nullopt;
    store::TaskNote note = std::move(notes_.front());
    notes_.erase(notes_.begin());
    return note;
}

void World::keep_notes(std::vector<store::TaskNote> notes) {
    const std::lock_guard lock(mutex_);
    std::ranges::move(notes, std::back_inserter(notes_));
    noted_.notify_all();
}

domain::SettlementFact money_in(std::string transaction_id, std::string end_to_end_id) {
    domain::SettlementFact fact;
    fact.transaction_id = std::move(transaction_id);
    fact.scheme = "FasterPayments";
    fact.amount = *parse_money("12.34", *Currency::parse("GBP"));
    fact.end_to_end_id = std::move(end_to_end_id);
    fact.reference = "INV-2041";
    fact.account.iban = our_iban;
    fact.counterparty.name = "A Payer";
    fact.settled_at = {1'795'000'060'000'000};
    return fact;
}

} // namespace settled::api::testing
