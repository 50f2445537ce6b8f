#include "sandbox/rig_test.h"

#include "wire/base64.h"
#include "wire/json_writer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace settled::sandbox {

std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

wire::JsonDocument parsed(std::string_view text) {
    Result<wire::JsonDocument> document = wire::JsonDocument::parse(text);
    EXPECT_TRUE(document) << text;
    return document ? *std::move(document) : *wire::JsonDocument::parse("{}");
}

std::string text_at(const wire::JsonDocument& document, std::string_view name) {
    const auto member = document.root().member(name);
    return member ? std::string(member->string().value_or(member->raw())) : std::string();
}

StandIn::StandIn(boost::asio::io_context& io, const KeyFiles& files)
    : io_(io), signer_(*crypto::software_signer(file_text(files.institution_private_key))),
      bank_(*crypto::Verifier::from_pem(file_text(files.bank_public_key))) {}

Task<net::Response> StandIn::handle(net::Request request) {
    if (request.path == "/v1/payments") {
        payments.push_back(request);
        co_return json_answer(201, R"({"status":"expected"})");
    }
    if (request.path == "/core") {
        core_webhooks.push_back(request);
        co_return json_answer(200, "{}");
    }
    const Result<Bytes> signature =
        wire::parse_base64(request.fields.find("DigitalSignature").value_or(""));
    if (!signature || !bank_->verify(request.body, *signature)) {
        ++forged;
        co_return problem(401, "The signature does not verify");
    }
    const Reaction reaction = plan.empty() ? Reaction::right : plan.front();
    if (!plan.empty())
        plan.pop_front();
    webhooks.push_back(request);
    if (reaction == Reaction::late) {
        boost::asio::steady_timer timer(io_, late_by);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return answer(request, reaction);
}

net::Response StandIn::answer(const net::Request& request, Reaction reaction) {
    const wire::JsonDocument document = parsed(request.body);
    std::int64_t nonce = *document.root().member("Nonce")->integer();
    if (reaction == Reaction::wrong_nonce)
        ++nonce;
    wire::JsonWriter writer;
    writer.object().member("Nonce", nonce).end();
    net::Response response =
        json_answer(reaction == Reaction::server_error ? 500 : 200, std::move(writer).text());
    if (reaction == Reaction::no_json)
        response.body = "thanks";
    const std::string signed_text = reaction == Reaction::wrong_signature ? "else" : response.body;
    if (reaction != Reaction::unsigned_answer)
        response.fields.add("DigitalSignature", wire::to_base64(*signer_->sign(signed_text)));
    return response;
}

Rig::Rig() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sandbox-test-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    net::Client::Options options;
    options.egress.https_only = false;
    options.egress.allow = {"127.0.0.0/8"};
    client_ = *net::Client::make(io_, options);
}

namespace {

// Made once for all tests of the process, which take copies: a key pair costs half a second.
class SharedKeys {
  public:
    SharedKeys() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "sandbox-keys-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
        EXPECT_TRUE(prepare_keys(directory_));
    }
    ~SharedKeys() { std::filesystem::remove_all(directory_); }
    SharedKeys(const SharedKeys&) = delete;
    SharedKeys& operator=(const SharedKeys&) = delete;

    const std::string& directory() const { return directory_; }

  private:
    std::string directory_;
};

const std::string& shared_keys() {
    static const SharedKeys keys;
    return keys.directory();
}

Task<> drain(net::Server& server, bool& done) {
    co_await server.drain(std::chrono::milliseconds(0));
    done = true;
}

Task<> stop(Sandbox& sandbox, bool& done) {
    co_await sandbox.stop();
    done = true;
}

Task<> send(net::Client& client, net::OutboundRequest request,
            std::optional<Result<net::Reply>>& reply) {
    reply = co_await client.send(std::move(request));
}

} // namespace

Rig::~Rig() {
    bool drained = server_ == nullptr;
    bool stopped = sandbox_ == nullptr;
    if (server_)
        boost::asio::co_spawn(io_, drain(*server_, drained), boost::asio::detached);
    if (sandbox_)
        boost::asio::co_spawn(io_, stop(*sandbox_, stopped), boost::asio::detached);
    EXPECT_TRUE(until([&] { return drained && stopped; }));
    client_->close();
    std::filesystem::remove_all(directory_);
}

void Rig::start(SenderTiming timing, std::uint64_t seed) {
    std::filesystem::copy(shared_keys(), directory_, std::filesystem::copy_options::recursive);
    SandboxOptions options;
    options.directory = directory_;
    options.timing = timing;
    options.seed = seed;
    auto sandbox = Sandbox::start(io_, options);
    ASSERT_TRUE(sandbox) << sandbox.error().detail;
    sandbox_ = *std::move(sandbox);
    stand_in_ = std::make_unique<StandIn>(io_, sandbox_->key_files());
    server_ = *net::Server::listen(io_, {}, *stand_in_, clock_, rng_);
    server_->start();
    const std::string root = "http://127.0.0.1:" + std::to_string(server_->port());
    ASSERT_TRUE(sandbox_->aim({root + "/hooks/clearbank", root, Secret("sk_test")}));
}

bool Rig::until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline)
            return false;
        if (io_.stopped())
            io_.restart();
        io_.run_one_until(deadline);
    }
    return true;
}

Result<net::Reply> Rig::try_call(net::OutboundRequest request) {
    std::optional<Result<net::Reply>> reply;
    boost::asio::co_spawn(io_, send(*client_, std::move(request), reply), boost::asio::detached);
    EXPECT_TRUE(until([&] { return reply.has_value(); }));
    return *std::move(reply);
}

net::Reply Rig::call(std::string method, const std::string& url, std::string body,
                     net::Fields fields) {
    net::OutboundRequest request;
    request.method = std::move(method);
    request.url = *net::Url::parse(url);
    request.body = std::move(body);
    request.fields = std::move(fields);
    request.reply_bytes_max = 1024 * 1024;
    Result<net::Reply> reply = try_call(std::move(request));
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().detail);
    return reply ? *std::move(reply) : net::Reply{};
}

std::string Rig::control(std::string method, const std::string& path, std::string body,
                         int status) {
    const net::Reply reply = call(std::move(method), control_url() + path, std::move(body));
    if (status == 0)
        EXPECT_EQ(reply.status / 100, 2) << path << ": " << reply.body;
    else
        EXPECT_EQ(reply.status, status) << path << ": " << reply.body;
    return reply.body;
}

std::string Rig::control_url() const {
    return "http://127.0.0.1:" + std::to_string(sandbox_->ports().control);
}

std::string Rig::bank_url() const {
    return "http://127.0.0.1:" + std::to_string(sandbox_->ports().bank);
}

const WebhookRecord& Rig::webhook(std::int64_t id) {
    const WebhookRecord* const found = sandbox_->sender().find(id);
    EXPECT_NE(found, nullptr);
    return *found;
}

bool Rig::acknowledged(std::int64_t id) {
    return until([&] { return webhook(id).state == WebhookState::acknowledged; });
}

} // namespace settled::sandbox
