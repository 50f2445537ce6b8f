#include "connectors/clearmatch/content.h"

#include "base/error.h"
#include "wire/json.h"

#include <fmt/format.h>

namespace settled::connectors::clearmatch {

namespace {

constexpr int unauthorized = 401; // after a fresh token was tried
constexpr int not_found = 404;    // the platform may notify before its API shows the object
constexpr int request_timeout = 408;
constexpr int too_early = 425;
constexpr int too_many_requests = 429;

bool is_trouble(int status) {
    return status >= 500 || status == unauthorized || status == not_found ||
           status == request_timeout || status == too_early || status == too_many_requests;
}

} // namespace

FetchVerdict read_content(const std::optional<domain::CallReply>& reply, std::string_view error) {
    if (!reply) {
        if (error == info(Code::reply_too_large).token)
            return {FetchStep::given_up, "content_too_large", {}};
        const bool is_ours = error == info(Code::address_forbidden).token;
        return {is_ours ? FetchStep::given_up : FetchStep::again, std::string(error), {}};
    }
    if (reply->status >= 200 && reply->status < 300) {
        const bool is_json = wire::JsonDocument::parse(reply->body).has_value();
        return is_json ? FetchVerdict{FetchStep::fetched, {}, {}}
                       : FetchVerdict{FetchStep::given_up, "content_unreadable", {}};
    }
    if (reply->status >= 300 && reply->status < 400)
        return {FetchStep::given_up, "content_redirected", {}};
    return {is_trouble(reply->status) ? FetchStep::again : FetchStep::given_up,
            fmt::format("content_status_{}", reply->status), reply->retry_after};
}

} // namespace settled::connectors::clearmatch
