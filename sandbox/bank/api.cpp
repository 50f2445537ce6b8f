#include "sandbox/bank/api.h"

#include "crypto/hash.h"
#include "sandbox/bank/account_orders.h"
#include "sandbox/base/uuid.h"
#include "sandbox/bounds.h"
#include "wire/base64.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <charconv>

namespace settled::sandbox {

namespace {

std::string to_lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

std::size_t page_parameter(const net::Request& request, std::string_view name,
                           std::size_t otherwise) {
    const std::optional<std::string> text = request.parameter(name);
    std::size_t value = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
        return otherwise;
    return std::clamp<std::size_t>(value, 1, bounds::page_max);
}

void write_virtual_account(wire::JsonWriter& writer, const VirtualAccount& account) {
    writer.object().member("id", account.id).member("name", account.owner_name);
    writer.member("label", account.owner_name).member("type", "CACC");
    writer.member("status", account.enabled ? "Enabled" : "Disabled");
    writer.key("currency").array().value("GBP").end();
    writer.member("iban", account.iban).member("bban", account.bban());
    if (!account.external_id.empty())
        writer.member("externalIdentifier", account.external_id);
    writer.end();
}

} // namespace

Task<net::Response> BankApi::handle(net::Request request) {
    ++calls_;
    net::Response response = answer(request);
    response.fields.add("X-Correlation-Id", make_uuid(parts_.rng));
    co_return response;
}

net::Response BankApi::answer(const net::Request& request) {
    if (fault_.count > 0)
        return faulty();
    if (!authorized(request))
        return problem(403, "Forbidden");
    return route(request);
}

net::Response BankApi::faulty() {
    --fault_.count;
    net::Response response = problem(fault_.status, "Service Unavailable");
    if (fault_.status == 429)
        response = json_answer(429, R"({"statusCode":429,"message":"Rate limit is exceeded. )"
                                    R"(Try again in 30 seconds."})");
    if (fault_.retry_after_s != 0)
        response.fields.add("Retry-After", std::to_string(fault_.retry_after_s));
    return response;
}

bool BankApi::authorized(const net::Request& request) const {
    constexpr std::string_view scheme = "Bearer ";
    const std::optional<std::string_view> header = request.fields.find("Authorization");
    if (!header || !header->starts_with(scheme))
        return false;
    return crypto::equal_in_constant_time(as_bytes(header->substr(scheme.size())),
                                          parts_.token.bytes());
}

std::optional<net::Response> BankApi::refuse_write(const net::Request& request) {
    const std::optional<std::string_view> type = request.fields.find("Content-Type");
    if (request.method != "DELETE" && (!type || !type->starts_with("application/json")))
        return problem(415, "Unsupported Media Type");
    const std::optional<std::string_view> id = request.fields.find("X-Request-Id");
    if (!id || id->empty() || id->size() > bounds::bank_request_id_bytes_max)
        return problem(400, "Missing X-Request-Id Header");
    if (request.method != "DELETE" || !request.body.empty()) {
        const std::optional<std::string_view> header = request.fields.find("DigitalSignature");
        const Result<Bytes> signature = wire::parse_base64(header.value_or(std::string_view()));
        if (!signature || !parts_.institution->verify(request.body, *signature))
            return problem(400, "Invalid DigitalSignature Header");
    }
    if (!request_ids_.take(*id, parts_.clock.now()))
        return json_answer(409, R"({"status": 409})");
    return std::nullopt;
}

// Paths compare without regard to case, as those of the bank's framework do.
net::Response BankApi::route(const net::Request& request) {
    const std::vector<std::string> path = segments(to_lower(request.path));
    const std::string& method = request.method;
    const auto at = [&path](std::size_t i) { return i < path.size() ? path[i] : std::string(); };

    if (path.size() == 2 && at(0) == "v1" && at(1) == "test") {
        if (method != "GET" && method != "POST")
            return problem(405, "Method Not Allowed");
        return test(request);
    }
    if (path.size() == 2 && at(0) == "v3" && at(1) == "accounts")
        return method == "GET" ? real_accounts() : problem(405, "Method Not Allowed");

    const bool below_account = path.size() >= 4 && at(1) == "accounts" && at(3) == "virtual";
    if (!below_account || at(2) != parts_.accounts.real_account_id())
        return problem(404, "Not Found");
    if (at(0) == "v2" && path.size() == 4) {
        if (method == "GET")
            return virtual_accounts(request);
        return method == "POST" ? open_accounts(request) : problem(405, "Method Not Allowed");
    }
    if (at(0) == "v2" && path.size() == 5)
        return method == "GET" ? virtual_account(at(4)) : problem(405, "Method Not Allowed");
    if (at(0) == "v1" && path.size() == 5 && method == "DELETE") {
        if (std::optional<net::Response> refusal = refuse_write(request))
            return *std::move(refusal);
        return parts_.accounts.disable(at(4)) ? empty_answer(204) : problem(404, "Not Found");
    }
    return problem(404, "Not Found");
}

// GET tests the token alone. POST echoes and sends FITestEvent to every subscriber.
net::Response BankApi::test(const net::Request& request) {
    if (request.method == "GET")
        return empty_answer(200);
    if (std::optional<net::Response> refusal = refuse_write(request))
        return *std::move(refusal);
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(request.body);
    const Result<std::string> text = document ? Input(document->root()).text("body")
                                              : Result<std::string>(fail(Code::json_invalid));
    if (!text)
        return problem(400, "One or more validation errors occurred.", "body is needed");
    if (parts_.sender.has_url())
        if (const auto sent = parts_.sender.submit(fi_test_event()); !sent)
            return problem(503, "Service Unavailable");
    wire::JsonWriter writer;
    writer.object().member("Message", *text).end();
    return json_answer(200, std::move(writer).text());
}

net::Response BankApi::real_accounts() const {
    wire::JsonWriter writer;
    writer.object().key("accounts").array().object();
    writer.member("id", parts_.accounts.real_account_id()).member("name", "Sandbox pooled account");
    writer.member("status", "Enabled").member("type", "YourFunds").end().end();
    writer.key("halLinks").array().end().end();
    return json_answer(200, std::move(writer).text());
}

net::Response BankApi::virtual_accounts(const net::Request& request) const {
    const std::size_t size = page_parameter(request, "pageSize", 50);
    const std::size_t number = page_parameter(request, "pageNumber", 1);
    const std::vector<VirtualAccount>& all = parts_.accounts.all();
    wire::JsonWriter writer;
    writer.object().key("accounts").array();
    for (std::size_t i = (number - 1) * size; i < std::min(number * size, all.size()); ++i)
        write_virtual_account(writer, all[i]);
    writer.end().key("halLinks").array().end().end();
    return json_answer(200, std::move(writer).text());
}

net::Response BankApi::virtual_account(const std::string& id) const {
    const VirtualAccount* const account = parts_.accounts.by_id(id);
    if (account == nullptr)
        return problem(404, "Not Found");
    wire::JsonWriter writer;
    writer.object().key("account");
    write_virtual_account(writer, *account);
    writer.key("halLinks").array().end().end();
    return json_answer(200, std::move(writer).text());
}

// 202 says only that the order was taken: id and IBAN come by webhook (or by listing).
net::Response BankApi::open_accounts(const net::Request& request) {
    if (std::optional<net::Response> refusal = refuse_write(request))
        return *std::move(refusal);
    const Result<std::vector<AccountOrder>> orders = read_account_orders(request.body);
    if (!orders)
        return problem(400, "One or more validation errors occurred.", orders.error().detail);
    for (const AccountOrder& order : *orders)
        open_one(order);
    wire::JsonWriter writer;
    writer.object().key("halLinks").array().object().member("name", "virtual-accounts");
    writer.member("href", request.path).member("templated", false).end().end().end();
    return json_answer(202, std::move(writer).text());
}

void BankApi::open_one(const AccountOrder& order) {
    const std::string& real = parts_.accounts.real_account_id();
    const auto opened = parts_.accounts.open(order);
    Payload payload = opened ? virtual_account_created(**opened, real)
                             : virtual_account_refused(order, opened.error(), real,
                                                       parts_.clock.now(), parts_.rng);
    // When the sender is full the account is open anyway; the listing shows it.
    static_cast<void>(parts_.sender.submit(std::move(payload)));
}

} // namespace settled::sandbox
