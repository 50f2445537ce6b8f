#include "sandbox/partner/partner.h"

#include "sandbox/bounds.h"
#include "sandbox/partner/authenticity.h"
#include "wire/base64.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace settled::sandbox {

namespace {

// One byte, and then nothing until the peer is gone.
class Silence final : public net::BodySource {
  public:
    Task<std::optional<std::string>> next(const bool& is_cut) override {
        if (!std::exchange(has_begun_, true))
            co_return "{";
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        const auto until = std::chrono::steady_clock::now() + bounds::silence_max;
        while (!is_cut && std::chrono::steady_clock::now() < until) {
            timer.expires_after(std::chrono::milliseconds(50));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        co_return std::nullopt;
    }

  private:
    bool has_begun_ = false;
};

} // namespace

Result<std::unique_ptr<Partner>> Partner::start(boost::asio::io_context& io, Options options,
                                                const Clock& clock, Rng& rng) {
    std::unique_ptr<Partner> partner(new Partner(io, std::move(options), clock, rng));
    TRY_VOID(partner->listen());
    return partner;
}

// The ports stay the same from the first time on.
Result<> Partner::listen() {
    net::ServerOptions plain;
    plain.port = options_.port;
    TRY(plain_, net::Server::listen(io_, plain, *this, clock_, rng_));
    net::ServerOptions tls;
    tls.port = options_.tls_port;
    TRY(tls.tls, net::open_server_tls(options_.tls_files));
    TRY(tls_, net::Server::listen(io_, tls, *this, clock_, rng_));
    options_.port = plain_->port();
    options_.tls_port = tls_->port();
    plain_->start();
    tls_->start();
    return {};
}

Task<Result<>> Partner::set_down(bool down) {
    if (down == is_down())
        co_return Result<>();
    if (!down)
        co_return listen();
    co_await stop();
    co_return Result<>();
}

Task<> Partner::stop() {
    // Out of the members first: a second call meanwhile finds nothing to stop.
    const std::unique_ptr<net::Server> plain = std::move(plain_);
    const std::unique_ptr<net::Server> tls = std::move(tls_);
    if (plain)
        co_await plain->drain(std::chrono::milliseconds(0));
    if (tls)
        co_await tls->drain(std::chrono::milliseconds(0));
}

void Partner::set_credentials(const std::string& path, Credentials credentials) {
    credentials_.insert_or_assign(path, std::move(credentials));
}

Mode Partner::take_mode(const std::string& path) {
    auto found = modes_.find(path);
    if (found == modes_.end())
        found = modes_.find("*");
    if (found == modes_.end())
        return {};
    Mode mode = found->second;
    if (mode.count != 0 && --found->second.count == 0)
        modes_.erase(found);
    return mode;
}

Authenticity Partner::check(const net::Request& request) const {
    auto found = credentials_.find(request.path);
    if (found == credentials_.end())
        found = credentials_.find("*");
    if (found == credentials_.end())
        return Authenticity::unchecked;
    const Credentials& known = found->second;
    const bool holds = known.webhook_key.empty()
                           ? basic_holds(request, known.user, known.password)
                           : signature_holds(request, known.webhook_key, clock_.now());
    return holds ? Authenticity::verified : Authenticity::failed;
}

net::Response Partner::answer_for(const Mode& mode) const {
    net::Response response = json_answer(200, R"({"received":true})");
    switch (mode.manners) {
    case Manners::ok:
    case Manners::slow:
    case Manners::nonce:
        if (!mode.body.empty())
            response.body = mode.body;
        break;
    case Manners::status:
        response =
            json_answer(mode.status, mode.body.empty() ? R"({"received":false})" : mode.body);
        break;
    case Manners::half:
        response.body = std::string(bounds::half_answer_bytes, 'x');
        response.cut_after = bounds::half_answer_bytes / 2;
        break;
    case Manners::hang:
        response.body.clear();
        response.source = std::make_shared<Silence>();
        break;
    case Manners::garbage:
        response.content_type = "application/octet-stream";
        response.body = std::string(2048, '\xFE');
        response.body[100] = '\0';
        break;
    case Manners::huge:
        response.body = std::string(bounds::huge_answer_bytes, 'x');
        break;
    case Manners::redirect:
        response = empty_answer(307);
        response.fields.add("Location", mode.location);
        break;
    }
    if (!mode.retry_after.empty())
        response.fields.add("Retry-After", mode.retry_after);
    return response;
}

net::Response Partner::consent_for(const std::string& path) const {
    net::Response response = empty_answer(200);
    auto found = consents_.find(path);
    if (found == consents_.end())
        found = consents_.find("*");
    if (found == consents_.end() || found->second.origin.empty())
        return empty_answer(405);
    response.fields.add("WebHook-Allowed-Origin", found->second.origin);
    response.fields.add("WebHook-Allowed-Rate", found->second.rate);
    return response;
}

Result<std::string> Partner::nonce_key() {
    if (!nonce_signer_) {
        TRY(nonce_signer_, crypto::software_signer(crypto::generate_rsa_key_pem()));
    }
    return nonce_signer_->public_key_pem();
}

Result<net::Response> Partner::nonce_answer(const net::Fields& fields) {
    TRY_VOID(nonce_key());
    net::Response response = json_answer(
        200, "{\"Nonce\":" + std::string(fields.find("webhook-nonce").value_or("0")) + "}");
    TRY(const Bytes signature, nonce_signer_->sign(response.body));
    response.fields.add("DigitalSignature", wire::to_base64(signature));
    return response;
}

Task<net::Response> Partner::handle(net::Request request) {
    if (request.method == "OPTIONS")
        co_return consent_for(request.path);
    PartnerRecord record;
    record.received = clock_.now();
    record.authenticity = check(request);
    record.path = request.path;
    for (const char* name : {"webhook-id", "ce-id"})
        if (const auto id = request.fields.find(name); id && record.id.empty())
            record.id = *id;
    record.fields = std::move(request.fields);
    record.body = std::move(request.body);

    const Mode mode = take_mode(record.path);
    // A partner that checks turns away what it cannot trust.
    net::Response response = record.authenticity == Authenticity::failed
                                 ? problem(401, "The sender is not authentic")
                                 : answer_for(mode);
    if (mode.manners == Manners::nonce && response.status == 200) {
        auto signed_answer = nonce_answer(record.fields);
        response = signed_answer ? *std::move(signed_answer) : problem(signed_answer.error());
    }
    record.status = response.status;
    records_.add(std::move(record));
    if (mode.delay.count() > 0) {
        boost::asio::steady_timer timer(io_, mode.delay);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return response;
}

} // namespace settled::sandbox
