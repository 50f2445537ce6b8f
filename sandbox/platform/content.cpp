#include "sandbox/platform/content.h"

#include "base/bytes.h"
#include "sandbox/bounds.h"
#include "wire/base64.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <array>

namespace settled::sandbox {

namespace {

net::Response unauthorized(std::string_view error) {
    net::Response response = json_answer(401, fmt::format(R"({{"error":"{}"}})", error));
    response.fields.add("WWW-Authenticate", "Bearer");
    return response;
}

} // namespace

void PlatformContent::put(const std::string& id, std::string json) {
    if (json.empty())
        objects_.erase(id);
    else if (objects_.size() < bounds::platform_objects_max || objects_.contains(id))
        objects_[id] = std::move(json);
}

void PlatformContent::end_faults() {
    faults_.clear();
    pauses_->end_all();
}

Task<net::Response> PlatformContent::handle(net::Request request) {
    ContentRequest seen{++numbers_, request.method, request.target,
                        request.fields.find("Authorization").value_or("").starts_with("Bearer "),
                        0};
    const auto fault = faults_.next(request);
    std::optional<net::Response> own;
    if (!fault || fault->status == 0)
        own = answer(request);
    net::Response response = fault ? faulty_response(*fault, std::move(own)) : *std::move(own);
    // The redirect that a test orders leads somewhere.
    if (response.status >= 300 && response.status < 400)
        response.fields.add("Location", "/elsewhere");
    seen.status = response.status;
    requests_.push_back(std::move(seen));
    if (requests_.size() > bounds::platform_requests_max)
        requests_.pop_front();
    const auto pause = !fault        ? std::chrono::milliseconds(0)
                       : fault->hang ? std::chrono::milliseconds(bounds::api_hang)
                                     : fault->delay;
    if (pause.count() > 0)
        co_await Pauses::wait(pauses_, pause);
    co_return response;
}

net::Response PlatformContent::answer(const net::Request& request) {
    if (request.path == "/oauth/token")
        return request.method == "POST" ? give_token(request) : empty_answer(405);
    return request.method == "GET" ? show(request) : empty_answer(405);
}

bool PlatformContent::knows_client(const net::Request& request) const {
    const std::string pair =
        std::string(platform_client_id) + ":" + std::string(client_secret_.reveal());
    if (request.fields.find("Authorization") == "Basic " + wire::to_base64(as_bytes(pair)))
        return true;
    const std::string in_body =
        fmt::format("client_id={}&client_secret={}", platform_client_id, client_secret_.reveal());
    return request.body.find(in_body) != std::string::npos;
}

net::Response PlatformContent::give_token(const net::Request& request) {
    if (request.body.find("grant_type=client_credentials") == std::string::npos)
        return json_answer(400, R"({"error":"unsupported_grant_type"})");
    if (!knows_client(request))
        return unauthorized("invalid_client");
    std::array<std::uint8_t, 16> bytes{};
    rng_.fill(bytes);
    const std::string token = to_hex(bytes);
    std::erase_if(tokens_, [&](const auto& each) { return each.second <= clock_.steady(); });
    tokens_[token] = clock_.steady() + token_life_;
    ++tokens_given_;
    wire::JsonWriter w;
    w.object().member("access_token", token).member("token_type", "Bearer");
    w.member("expires_in", std::chrono::ceil<std::chrono::seconds>(token_life_).count()).end();
    return json_answer(200, std::move(w).text());
}

bool PlatformContent::knows_token(const net::Request& request) const {
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view header = request.fields.find("Authorization").value_or("");
    if (!header.starts_with(scheme))
        return false;
    const auto found = tokens_.find(std::string(header.substr(scheme.size())));
    return found != tokens_.end() && clock_.steady() < found->second;
}

net::Response PlatformContent::show(const net::Request& request) {
    if (!knows_token(request))
        return unauthorized("invalid_token");
    const std::string_view path = request.path;
    if (!path.starts_with(platform_content_path))
        return problem(404, "Not Found");
    const auto found = objects_.find(std::string(path.substr(platform_content_path.size())));
    return found == objects_.end() ? problem(404, "Not Found") : json_answer(200, found->second);
}

} // namespace settled::sandbox
