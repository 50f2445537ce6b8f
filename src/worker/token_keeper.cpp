#include "worker/token_keeper.h"

#include "worker/bounds.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::worker {

namespace {

namespace asio = boost::asio;

} // namespace

Task<Result<TokenPtr>> TokenKeeper::token(std::int64_t owner, std::int64_t tenant,
                                          TokenSourcePtr source) {
    KeptPtr& place = kept_[owner];
    if (!place || (place->source != source && !same(*place->source, *source))) {
        place = std::make_shared<Kept>(io_); // those who wait for the old one still have it
        place->source = source;
    }
    const KeptPtr kept = place;
    if (kept->token && clock_.steady() < kept->use_until)
        co_return kept->token;
    if (kept->is_asked_for) {
        const std::uint64_t before = kept->asked;
        while (kept->asked == before) {
            boost::system::error_code cancelled;
            co_await kept->ended.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        }
    } else {
        co_await ask(kept, tenant);
    }
    // One that lives for no time at all serves those who asked for it.
    if (kept->token)
        co_return kept->token;
    co_return std::unexpected(kept->trouble);
}

Task<> TokenKeeper::ask(KeptPtr kept, std::int64_t tenant) {
    kept->is_asked_for = true;
    kept->token = nullptr;
    auto got = co_await request(kept->source, tenant);
    kept->is_asked_for = false;
    ++kept->asked;
    if (got) {
        kept->use_until = clock_.steady() + got->use_for;
        kept->token = std::make_shared<const Secret>(std::move(got->value));
    } else {
        kept->trouble = got.error();
    }
    kept->ended.cancel();
}

Task<Result<connectors::AccessToken>> TokenKeeper::request(TokenSourcePtr source,
                                                           std::int64_t tenant) {
    net::OutboundRequest request;
    auto url = net::Url::parse(source->token_url);
    if (!url)
        co_return fail(Code::token_failed, "the token_url cannot be read");
    connectors::TokenRequest written = connectors::token_request(*source);
    request.url = *std::move(url);
    request.fields.add("Accept", "application/json");
    request.fields.add("Content-Type", "application/x-www-form-urlencoded");
    if (!written.authorization.empty())
        request.fields.add("Authorization", written.authorization);
    request.body = std::move(written.body);
    request.deadline = bounds::token_wait_max;
    request.safe_to_repeat = true;
    request.owner = tenant;
    const auto reply = co_await client_.send(std::move(request));
    if (!reply)
        co_return fail(Code::token_failed,
                       "the token endpoint: " + std::string(info(reply.error().code).token));
    if (reply->body_cut)
        co_return fail(Code::token_failed, "the token endpoint's reply is too large");
    co_return connectors::read_token(reply->status, reply->body);
}

void TokenKeeper::drop(std::int64_t owner, const TokenPtr& token) {
    const auto found = kept_.find(owner);
    if (found != kept_.end() && found->second->token == token)
        found->second->token = nullptr;
}

} // namespace settled::worker
