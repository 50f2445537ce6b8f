#include "sandbox/bank/api/api.h"

#include "crypto/hash.h"
#include "sandbox/bank/api/account_api.h"
#include "sandbox/bank/api/payment_api.h"
#include "sandbox/bank/api/transaction_api.h"
#include "sandbox/base/input.h"
#include "sandbox/base/uuid.h"
#include "sandbox/bounds.h"
#include "wire/base64.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

std::string to_lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

net::Response method_not_allowed() {
    return problem(405, "Method Not Allowed");
}

std::chrono::milliseconds pause_of(const std::optional<ApiFault>& fault) {
    if (!fault)
        return {};
    return fault->hang ? std::chrono::milliseconds(bounds::api_hang) : fault->delay;
}

} // namespace

Task<net::Response> BankApi::handle(net::Request request) {
    const std::optional<ApiFault> fault = faults_.next(request);
    ApiCall& call = calls_.add(request, parts_.clock.now());
    std::optional<net::Response> own;
    if (!fault || fault->processed)
        own = answer(request);
    net::Response response = fault ? faulty_response(*fault, std::move(own)) : *std::move(own);
    response.fields.add("X-Correlation-Id", make_uuid(parts_.rng));
    call.status = response.status;
    call.processed = !fault || fault->processed;
    call.reply_cut = response.cut_after || response.reset;
    const std::chrono::milliseconds pause = pause_of(fault);
    if (pause.count() == 0)
        co_return response;
    // This object may end during the pause: nothing of it is used from here on.
    co_await Pauses::wait(parts_.pauses, pause);
    co_return response;
}

void BankApi::end_faults() {
    faults_.clear();
    parts_.pauses->end_all();
}

// Paths compare without regard to case, as those of the bank's framework do.
net::Response BankApi::answer(const net::Request& request) {
    if (!authorized(request))
        return problem(403, "Forbidden");
    const Path path = segments(to_lower(request.path));
    if (Routed routed = route_test(request, path))
        return *std::move(routed);
    if (Routed routed = route_accounts(request, path))
        return *std::move(routed);
    if (Routed routed = route_transactions(request, path))
        return *std::move(routed);
    if (Routed routed = route_virtual_accounts(request, path))
        return *std::move(routed);
    if (Routed routed = route_payments(request, path))
        return *std::move(routed);
    if (Routed routed = route_bacs_returns(request, path))
        return *std::move(routed);
    if (Routed routed = route_statements(request, path))
        return *std::move(routed);
    return problem(404, "Not Found");
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
    if (!signature_holds(request))
        return problem(400, "Invalid DigitalSignature Header");
    if (!request_ids_.take(*id, parts_.clock.now()))
        return json_answer(409, R"({"status": 409})");
    return std::nullopt;
}

// A DELETE without a body needs no signature; one that it carries is over zero bytes.
bool BankApi::signature_holds(const net::Request& request) {
    const std::optional<std::string_view> header = request.fields.find("DigitalSignature");
    if (request.method == "DELETE" && request.body.empty() && !header)
        return true;
    const Result<Bytes> signature = wire::parse_base64(header.value_or(std::string_view()));
    const bool holds = signature && parts_.institution->verify(request.body, *signature);
    ++(holds ? signatures_.verified : signatures_.refused);
    return holds;
}

BankApi::Routed BankApi::route_test(const net::Request& request, const Path& path) {
    if (path != Path{"v1", "test"})
        return std::nullopt;
    if (request.method != "GET" && request.method != "POST")
        return method_not_allowed();
    return test(request);
}

BankApi::Routed BankApi::route_accounts(const net::Request& request, const Path& path) {
    const bool all = path == Path{"v3", "accounts"};
    const bool one = path == Path{"v3", "accounts", parts_.accounts.real_account_id()};
    if (!all && !one)
        return std::nullopt;
    if (request.method != "GET")
        return method_not_allowed();
    const std::int64_t balance_minor = parts_.ledger.balance_minor();
    return all ? show_real_accounts(parts_.accounts, balance_minor, request)
               : show_real_account(parts_.accounts, balance_minor);
}

bool BankApi::is_below_account(const Path& path, std::string_view version) const {
    return path.size() >= 4 && path[0] == version && path[1] == "accounts" &&
           path[2] == parts_.accounts.real_account_id();
}

BankApi::Routed BankApi::route_virtual_accounts(const net::Request& request, const Path& path) {
    const std::string& method = request.method;
    const bool current = is_below_account(path, "v2") && path[3] == "virtual";
    if (current && path.size() == 4) {
        if (method == "GET")
            return show_virtual_accounts(parts_.accounts, request);
        return method == "POST" ? open_accounts(request) : method_not_allowed();
    }
    if (current && path.size() == 5)
        return method == "GET" ? show_virtual_account(parts_.accounts, path[4])
                               : method_not_allowed();
    if (is_below_account(path, "v1") && path[3] == "virtual" && path.size() == 5 &&
        method == "DELETE")
        return disable_account(request, path[4]);
    return std::nullopt;
}

BankApi::Routed BankApi::route_transactions(const net::Request& request, const Path& path) const {
    const bool of_all = path == Path{"v2", "transactions"};
    const bool below = is_below_account(path, "v2");
    const bool of_real = below && path[3] == "transactions" && path.size() <= 5;
    const bool of_virtual = below && path[3] == "virtual" && path.size() >= 6 && path.size() <= 7 &&
                            path[5] == "transactions";
    if (!of_all && !of_real && !of_virtual)
        return std::nullopt;
    if (request.method != "GET")
        return method_not_allowed();
    std::string account;
    if (of_virtual) {
        const VirtualAccount* const owner = parts_.accounts.by_id(path[4]);
        if (owner == nullptr)
            return problem(404, "Not Found");
        account = owner->iban;
    }
    const TransactionView view{parts_.accounts, parts_.ledger, parts_.clock.now(), query_lag_};
    const std::size_t list_size = of_all ? 2 : of_real ? 4 : 6;
    return path.size() == list_size ? show_transactions(view, request, account)
                                    : show_transaction(view, account, path.back());
}

BankApi::Routed BankApi::route_payments(const net::Request& request, const Path& path) {
    const bool is_fps = path.size() >= 3 && path[0] == "v3" && path[1] == "payments" &&
                        path[2] == "fps" &&
                        (path.size() == 3 || (path.size() == 4 && path[3] == "return"));
    const bool is_chaps = path == Path{"payments", "chaps", "v6", "customer-payments"} ||
                          path == Path{"payments", "chaps", "v6", "return-payments"};
    if (!is_fps && !is_chaps)
        return std::nullopt;
    if (request.method != "POST")
        return method_not_allowed();
    if (std::optional<net::Response> refusal = refuse_write(request))
        return refusal;
    return pay(request, path);
}

net::Response BankApi::pay(const net::Request& request, const Path& path) {
    const std::string& last = path.back();
    if (last == "customer-payments")
        return initiate_chaps(parts_.payments, parts_.accounts.real_account_iban(), request);
    if (last == "return-payments")
        return return_chaps(parts_.payments, parts_.rng, request);
    return last == "fps" ? initiate_fps(parts_.payments, request)
                         : return_fps(parts_.payments, request);
}

// Below the real account, or below a virtual one.
BankApi::Routed BankApi::route_bacs_returns(const net::Request& request, const Path& path) {
    const bool of_real = is_below_account(path, "v1") && path.size() == 5 &&
                         path[3] == "transactions" && path[4] == "returns";
    const bool of_virtual = is_below_account(path, "v1") && path.size() == 7 &&
                            path[3] == "virtual" && path[5] == "transactions" &&
                            path[6] == "returns";
    if (!of_real && !of_virtual)
        return std::nullopt;
    if (request.method != "POST")
        return method_not_allowed();
    if (of_virtual && parts_.accounts.by_id(path[4]) == nullptr)
        return problem(404, "Not Found");
    if (std::optional<net::Response> refusal = refuse_write(request))
        return refusal;
    return return_bacs(parts_.bacs, request);
}

BankApi::Routed BankApi::route_statements(const net::Request& request, const Path& path) {
    const bool of_request = path == Path{"v1", "statementrequests"};
    const bool of_page = path.size() == 3 && path[0] == "v1" && path[1] == "statements";
    if (!of_request && !of_page)
        return std::nullopt;
    if (request.method != (of_request ? "POST" : "GET"))
        return method_not_allowed();
    if (of_page)
        return parts_.statements.page(path[2],
                                      request.parameter("pageNumber").value_or(std::string()));
    if (std::optional<net::Response> refusal = refuse_write(request))
        return refusal;
    return parts_.statements.request(request.body);
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
    const AccountTreatment treatment = parts_.account_rules.decide(order);
    const std::expected<const VirtualAccount*, Accounts::Refusal> opened =
        treatment.outcome == AccountOutcome::refuse ? std::unexpected(treatment.refusal)
                                                    : parts_.accounts.open(order);
    if (treatment.outcome == AccountOutcome::silent)
        return;
    Payload payload = opened ? virtual_account_created(**opened, real, treatment.spelling)
                             : virtual_account_refused(order, opened.error(), real,
                                                       parts_.clock.now(), parts_.rng);
    parts_.later->after(treatment.delay, [&sender = parts_.sender, payload = std::move(payload)] {
        // When the sender is full the account is open anyway; the
        // listing shows it.
        static_cast<void>(sender.submit(payload));
    });
}

net::Response BankApi::disable_account(const net::Request& request, const std::string& id) {
    if (std::optional<net::Response> refusal = refuse_write(request))
        return *std::move(refusal);
    return parts_.accounts.disable(id) ? empty_answer(204) : problem(404, "Not Found");
}

} // namespace settled::sandbox
