#include "bench/support/world.h"

#include "base/iban.h"
#include "bench/support/load.h"
#include "bench/support/run_many.h"
#include "cli/client/api_call.h"
#include "crypto/hash.h"
#include "sandbox/keys/key_files.h"
#include "server/run.h"
#include "wire/base64.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <sys/stat.h>
#include <time.h>

#include <filesystem>
#include <fstream>

namespace settled::bench {

namespace {

void write_file(const std::string& path, std::string_view text) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
}

std::string account_number(std::size_t account) {
    return fmt::format("{:08}", 10'000'000 + account);
}
constexpr std::string_view sort_code = "040401";

} // namespace

std::string iban_of(std::size_t account) {
    const std::string bban = "CLRB" + std::string(sort_code) + account_number(account);
    for (int check = 2; check < 99; ++check) {
        std::string iban = fmt::format("GB{:02}{}", check, bban);
        if (iban_check_digits_hold(iban))
            return iban;
    }
    return {};
}

namespace {

// Amounts repeat across payments, as prices do, and have nothing to do with the account.
std::int64_t minor_of(std::size_t payment) {
    const std::uint64_t mixed = (payment + 1) * 0x9E3779B97F4A7C15U;
    return 100 + static_cast<std::int64_t>((mixed >> 32U) % 100'000);
}
std::string end_to_end_of(std::size_t payment) {
    return fmt::format("E2E{:012}", payment);
}
std::string reference_of(std::size_t payment) {
    return fmt::format("ORDER {:09}", payment);
}

std::int64_t thread_cpu_ns() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * 1'000'000'000 + used.tv_nsec;
}

std::string payload(std::size_t number, std::size_t account, std::string_view direction,
                    std::string_view id_prefix, Named named = Named::by_id) {
    const Money amount{minor_of(number), Currency::parse("GBP").value()};
    return fmt::format(
        R"({{"TransactionId":"{}{:032x}","Status":"Settled","Scheme":"FasterPayments",)"
        R"("EndToEndTransactionId":"{}","Amount":{},"TimestampSettled":"2026-11-22T10:03:00.964Z",)"
        R"("TimestampCreated":"2026-11-22T10:01:05.101Z","CurrencyCode":"GBP","DebitCreditCode":"{}",)"
        R"("Reference":"{}","IsReturn":false,"Account":{{"IBAN":"{}","BBAN":"CLRB{}{}",)"
        R"("OwnerName":"Shop Ltd","TransactionOwnerName":"Shop Ltd","InstitutionName":"ClearBank",)"
        R"("Balance":8754.48,"BalanceLastUpdatedAt":"2026-11-22T10:04:00.964Z"}},"CounterpartAccount":)"
        R"({{"IBAN":"GB29NWBK60161331926819","BBAN":"NWBK60161331926819","OwnerName":"JANE DOE",)"
        R"("TransactionOwnerName":"JANE DOE","InstitutionName":"NatWest"}},)"
        R"("ActualEndToEndTransactionId":"FPID{:020}","DirectDebitMandateId":null,"TransactionCode":null,)"
        R"("ServiceUserNumber":null,"BacsTransactionId":null,"BacsTransactionDescription":null,)"
        R"("TransactionType":"CustomerCredit","TransactionSource":"FasterPayments",)"
        R"("SupplementaryData":[{{"Name":"SendingFpsInstitution","Value":"601613"}}]}})",
        id_prefix, number, named == Named::by_id ? end_to_end_of(number) : "NOTPROVIDED",
        decimal(amount), direction, reference_of(number), iban_of(account), sort_code,
        account_number(account), number);
}

std::string request_of(const BenchKeys& keys, const std::string& body, Proof proof) {
    if (proof == Proof::rsa)
        return post_request("/hooks/clearbank",
                            "DigitalSignature: " + wire::to_base64(keys.bank->sign(body).value()),
                            body);
    return post_request("/hooks/hmac",
                        "X-Signature: " + to_hex(crypto::Hmac(as_bytes(keys.hmac_secret)).of(body)),
                        body);
}

// Signing costs 0.2 ms each: all cores do it.
std::vector<std::string>
signed_requests(const BenchKeys& keys, std::size_t from, std::size_t to, Proof proof,
                const std::function<std::string(std::size_t)>& payload_of) {
    std::vector<std::string> requests(to - from);
    std::atomic<std::size_t> next{from};
    const auto sign_some = [&] {
        for (std::size_t i = next++; i < to; i = next++)
            requests[i - from] = request_of(
                keys,
                fmt::format(
                    R"({{"Type":"TransactionSettled","Version":6,"Payload":{},"Nonce":{}}})",
                    payload_of(i), 2'000'000'000 + i),
                proof);
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
        threads.emplace_back(sign_some);
    for (std::thread& thread : threads)
        thread.join();
    return requests;
}

// The bank's webhooks, described as another provider's would be.
constexpr std::string_view hmac_mapping = R"({"type":"/Type","id":"/Payload/TransactionId",
  "payload":"/Payload","settlement":{"when":[{"at":"/Type","is":["TransactionSettled"]}],
  "credit_when":[{"at":"/Payload/DebitCreditCode","is":["Credit"]}],
  "transaction_id":"/Payload/TransactionId","amount":"/Payload/Amount","amount_form":"decimal",
  "currency":"/Payload/CurrencyCode","settled_at":"/Payload/TimestampSettled",
  "scheme":"/Payload/Scheme","reference":"/Payload/Reference",
  "end_to_end_id":"/Payload/EndToEndTransactionId","account":{"iban":"/Payload/Account/IBAN"},
  "counterparty":{"name":"/Payload/CounterpartAccount/TransactionOwnerName",
  "iban":"/Payload/CounterpartAccount/IBAN"}}})";

void must(const Result<net::Response>& answer, std::string_view what) {
    SETTLED_ASSERT(answer.has_value(), "{}: {}", what, answer ? "" : answer.error().detail);
    SETTLED_ASSERT(answer->status < 300, "{}: {}", what, answer->body);
}

} // namespace

BenchKeys make_keys(const std::string& directory) {
    std::filesystem::create_directories(directory);
    BenchKeys keys{.directory = directory,
                   .signing_key_file = directory + "/signing.pem",
                   .hmac_secret = "a secret that a benchmark may know",
                   .hmac_secret_file = directory + "/hmac.secret",
                   .bank = nullptr,
                   .ours = nullptr,
                   .bank_public_pem = ""};
    write_file(keys.hmac_secret_file, keys.hmac_secret);
    const std::string ours = crypto::generate_rsa_key_pem();
    write_file(keys.signing_key_file, ours);
    keys.ours = crypto::software_signer(ours).value();
    keys.bank = crypto::software_signer(crypto::generate_rsa_key_pem()).value();
    keys.bank_public_pem = keys.bank->public_key_pem();
    return keys;
}

RsaCost measure_rsa(const BenchKeys& keys) {
    constexpr int rounds = 600;
    const std::string body(1100, 'x');
    const Bytes signature = keys.bank->sign(body).value();
    const auto verifier = crypto::Verifier::from_pem(keys.bank_public_pem).value();
    const auto threads_count = std::max(1U, std::thread::hardware_concurrency());
    std::vector<RsaCost> costs(threads_count);
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < threads_count; ++t)
        threads.emplace_back([&, t] {
            std::int64_t begin = thread_cpu_ns();
            for (int i = 0; i < rounds; ++i)
                (void)keys.ours->sign(R"({"Nonce":2886556407})");
            costs[t].sign_ns = static_cast<double>(thread_cpu_ns() - begin) / rounds;
            begin = thread_cpu_ns();
            for (int i = 0; i < rounds; ++i)
                (void)verifier->verify(body, signature);
            costs[t].verify_ns = static_cast<double>(thread_cpu_ns() - begin) / rounds;
        });
    RsaCost sum;
    for (unsigned t = 0; t < threads_count; ++t) {
        threads[t].join();
        sum.sign_ns += costs[t].sign_ns / threads_count;
        sum.verify_ns += costs[t].verify_ns / threads_count;
    }
    return sum;
}

class PartnerSink::Answering final : public net::Handler {
  public:
    explicit Answering(PartnerSink& sink) : sink_(sink) {}
    std::size_t body_bytes_max(std::string_view, std::string_view) const override { return 65536; }
    Task<net::Response> handle(net::Request request) override {
        const std::int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
        constexpr std::string_view member = R"("client_id":"p)";
        const std::size_t at = request.body.find(member);
        if (at != std::string::npos) {
            const std::size_t index = std::stoul(request.body.substr(at + member.size(), 12));
            std::int64_t never = 0;
            if (sink_.told_at_.at(index).compare_exchange_strong(never, now))
                ++sink_.told_;
        }
        net::Response response;
        response.body = "{}";
        co_return response;
    }
    net::Response refuse(const Error&, std::string_view) const override {
        net::Response response;
        response.status = 400;
        return response;
    }
    void answered(const net::Request&, const net::Response&, std::chrono::microseconds) override {}

  private:
    PartnerSink& sink_;
};

PartnerSink::PartnerSink(const std::string& directory, std::size_t payments)
    : told_at_(payments), handler_(std::make_unique<Answering>(*this)) {
    const auto files = sandbox::prepare_keys(directory).value().files;
    authority_file_ = files.partner_authority;
    net::ServerOptions options;
    options.tls =
        net::open_server_tls({files.partner_certificate, files.partner_private_key}).value();
    server_ = net::Server::listen(io_, options, *handler_, clock_, rng_).value();
    server_->start();
    thread_ = std::thread([this] { io_.run(); });
}

PartnerSink::~PartnerSink() {
    io_.stop();
    thread_.join();
}

bool PartnerSink::wait_for(std::size_t count, std::chrono::seconds within) const {
    const auto until = std::chrono::steady_clock::now() + within;
    while (told_ < count && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return told_ >= count;
}

std::chrono::steady_clock::time_point PartnerSink::told_at(std::size_t index) const {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(told_at_.at(index)));
}

std::string write_settings(const std::string& data, const PartnerSink* sink, const Shared& shared) {
    const std::string file = data + "/settled.toml";
    std::filesystem::create_directories(data);
    write_file(file,
               fmt::format("[store]\nurl = \"{}\"\nmaster_key = \"{}\"\n"
                           "[log]\nlevel = \"warn\"\n[egress]\nhttps_only = false\n"
                           "allow = [\"127.0.0.0/8\"]\ntrusted_certificates = \"{}\"\n",
                           shared.url, shared.master_key, sink ? sink->authority_file() : ""));
    return file;
}

std::string set_up(const std::string& data, const BenchKeys& keys, std::size_t accounts,
                   const PartnerSink* sink, const Shared& shared) {
    const std::string file = write_settings(data, sink, shared);
    server::Config config = server::load_config(file).config;
    config.data = data;
    wire::JsonWriter connector;
    connector.object().member("name", "clearbank").member("kind", "clearbank");
    connector.key("bank_keys").array().value(keys.bank_public_pem).end();
    connector.member("signing_key", "file:" + keys.signing_key_file).end();
    must(cli::call_api(config, {.method = "POST",
                                .target = "/v1/connectors",
                                .body = std::move(connector).text(),
                                .begins = true}),
         "connector");
    must(cli::call_api(
             config,
             {"POST", "/v1/connectors",
              fmt::format(R"({{"name":"hmac","kind":"mapped","mapping":{},"signature":)"
                          R"({{"scheme":"hmac","header":"X-Signature","secrets":["file:{}"]}}}})",
                          hmac_mapping, keys.hmac_secret_file)}),
         "connector");
    for (std::size_t account = 0; account < accounts; ++account)
        must(cli::call_api(config, {"POST", "/v1/accounts",
                                    fmt::format(R"({{"iban":"{}"}})", iban_of(account))}),
             "account");
    if (sink)
        must(cli::call_api(config,
                           {"POST", "/v1/endpoints",
                            fmt::format(R"({{"url":"https://localhost:{}/told","events":["*"]}})",
                                        sink->port())}),
             "endpoint");
    return file;
}

domain::NewPayment payment_of(std::size_t number, std::size_t accounts) {
    domain::NewPayment payment;
    payment.client_id = fmt::format("p{}", number);
    payment.institution_id = "natwest";
    payment.scheme = "fps";
    payment.amount = {minor_of(number), Currency::parse("GBP").value()};
    payment.reference = reference_of(number);
    payment.end_to_end_id = end_to_end_of(number);
    payment.payee.name = "Shop Ltd";
    payment.payee.iban = iban_of(number % accounts);
    payment.payer.name = "Jane Doe";
    payment.payer.iban = "GB29NWBK60161331926819";
    payment.created_at = registered_at;
    return payment;
}

bool was_created(const Result<units::Registered>& registered) {
    return registered->kind == units::Registered::Kind::created;
}

namespace {

Task<> register_all(server::Installation& installation, std::size_t from, std::size_t to,
                    std::size_t accounts) {
    co_await run_many<units::Registered>(
        installation.store(), from, to,
        [&](std::size_t number) -> store::Unit<units::Registered> {
            const auto fact = std::make_shared<const units::Registration>(
                TenantId{1}, payment_of(number, accounts), registered_at);
            return [&installation, fact](store::Session& s) {
                return units::register_payment(s, installation.context(), fact);
            };
        },
        was_created);
}

} // namespace

void register_payments(const std::string& data, std::size_t from, std::size_t to,
                       std::size_t accounts) {
    server::Config config = server::load_config(data + "/settled.toml").config;
    config.data = data;
    const auto installation =
        server::Installation::open(config, node::Roles::none(), server::IfMissing::make).value();
    server::run_to_end(register_all(*installation, from, to, accounts));
}

std::vector<std::string> inbox_webhooks(const BenchKeys& keys, std::size_t count,
                                        std::size_t accounts, Proof proof) {
    static std::size_t batch = 0; // webhooks of two calls differ
    const std::string prefix = fmt::format("out{}-", batch++);
    return signed_requests(keys, 0, count, proof, [&](std::size_t number) {
        return payload(number, number % accounts, "Debit", prefix);
    });
}

std::vector<std::string> settling_webhooks(const BenchKeys& keys, std::size_t from, std::size_t to,
                                           std::size_t accounts, Proof proof, Named named) {
    return signed_requests(keys, from, to, proof, [&](std::size_t number) {
        return payload(number, number % accounts, "Credit", "in-", named);
    });
}

} // namespace settled::bench
