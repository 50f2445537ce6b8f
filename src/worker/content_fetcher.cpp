#include "worker/content_fetcher.h"

#include "connectors/clearmatch/content.h"
#include "connectors/clearmatch/content_url.h"
#include "observe/log.h"

namespace settled::worker {

namespace {

constexpr int unauthorized = 401;

} // namespace

Result<net::OutboundRequest> ContentFetcher::request_for(const intake::CallAccess& access,
                                                         const units::CallToSend& call) {
    const auto url = connectors::clearmatch::url_below(access.api_url, call.request.target);
    if (!url)
        return fail(Code::value_invalid, "the content is not below the connector's prefix");
    net::OutboundRequest request;
    TRY(request.url, net::Url::parse(*url));
    request.method = call.request.method;
    request.fields.add("Accept", "application/json");
    request.reply_bytes_max = connectors::clearmatch::content_bytes_max;
    request.safe_to_repeat = true;
    request.owner = call.tenant.value;
    return request;
}

Task<ContentFetcher::Fetched>
ContentFetcher::fetch(std::shared_ptr<const intake::Connector> connector, units::CallToSend call,
                      std::chrono::milliseconds deadline) {
    const intake::CallAccess& access = *connector->access;
    const TokenSourcePtr source = access.token_source;
    for (bool is_first = true;; is_first = false) {
        auto request = request_for(access, call);
        if (!request)
            co_return Fetched{std::unexpected(request.error()), request.error().detail};
        request->deadline = deadline;
        TokenPtr token;
        if (source) {
            auto got = co_await tokens_.token(connector->id.value, call.tenant.value, source);
            if (!got) {
                log::failure("call.no_token", got.error(), {{"connector", connector->name}});
                co_return Fetched{std::unexpected(got.error())};
            }
            token = *std::move(got);
            request->fields.add("Authorization",
                                "Bearer " + std::string(token->reveal())); // onto the wire
        }
        auto reply = co_await client_.send(*std::move(request));
        const bool is_refused = reply && reply->status == unauthorized && token;
        if (is_refused)
            tokens_.drop(connector->id.value, token);
        if (!is_refused || !is_first)
            co_return Fetched{std::move(reply)};
    }
}

} // namespace settled::worker
