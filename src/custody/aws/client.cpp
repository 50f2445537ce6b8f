#include "custody/aws/client.h"

#include "base/bytes.h"
#include "crypto/hash.h"
#include "custody/aws/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace settled::custody::aws {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds call_wait_max = 5s;
constexpr int tries_max = 3;
constexpr std::chrono::milliseconds wait_first = 200ms;
// AWS takes a signature that is five minutes off; clocks that agree this well are left alone.
constexpr std::chrono::seconds offset_min = 5s;

std::string name_or_status(const HttpReply& reply) {
    const std::string name = error_name(reply);
    return name.empty() ? fmt::format("status {}", reply.status) : name;
}

Error error_of(const HttpReply& reply, std::string_view host, std::chrono::seconds offset) {
    const std::string name = name_or_status(reply);
    switch (trouble_of(reply)) {
    case Trouble::denied:
        return {Code::aws_denied, fmt::format("{} denies it ({}); compare the policies of role, "
                                              "secret or bucket, and KMS key",
                                              host, name)};
    case Trouble::not_found:
        return {Code::aws_not_found, fmt::format("{} has none of that name ({})", host, name)};
    case Trouble::expired:
        return {
            Code::aws_credentials_expired,
            fmt::format("{} says that the credentials have expired ({}), and their place has no "
                        "newer ones",
                        host, name)};
    case Trouble::unknown_key:
        return {Code::aws_denied, fmt::format("{} does not know the credentials ({})", host, name)};
    case Trouble::skewed:
        return {Code::aws_clock_skew,
                fmt::format("the clock is {} s off, as {} says ({}); set this machine's clock",
                            std::abs(offset.count()), host, name)};
    case Trouble::passing:
        return {Code::aws_failed, fmt::format("{} answers {} {} after {} tries", host, reply.status,
                                              name, tries_max)};
    case Trouble::other:
        break;
    }
    if (const auto region = reply.find("x-amz-bucket-region"); region && reply.status < 400)
        return {Code::aws_failed, fmt::format("{} does not have the bucket; it is in another "
                                              "region: add ?region=… to the URI",
                                              host)};
    return {Code::aws_failed, fmt::format("{} answers {} {}", host, reply.status, name)};
}

std::string reason_of(const Error& error) {
    const std::string_view title = info(error.code).title;
    return error.detail.empty() ? std::string(title) : fmt::format("{}: {}", title, error.detail);
}

} // namespace

struct Client::Spent {
    int tries = 0;
    bool has_set_clock = false;
    bool has_renewed = false;
    Clock::Steady deadline;
};

Client::Client(Settings settings, Environment environment, std::shared_ptr<Http> http,
               Surroundings surroundings)
    : settings_(std::move(settings)), environment_(std::move(environment)), http_(std::move(http)),
      surroundings_(std::move(surroundings)),
      credentials_({settings_, environment_, *http_}, surroundings_) {}

Result<std::string> Client::region_of(std::string_view named) const {
    if (!named.empty())
        return std::string(named);
    for (std::string region : {settings_.region, environment_.text("AWS_REGION"),
                               environment_.text("AWS_DEFAULT_REGION")})
        if (!region.empty())
            return region;
    TRY(std::string region, region_of_profile(environment_));
    if (region.empty())
        return fail(Code::value_invalid, "no region is named: give ?region=… in the URI, [aws] "
                                         "region in the settings, or AWS_REGION");
    return region;
}

std::chrono::seconds Client::offset_of(const std::string& host) const {
    const std::lock_guard lock(mutex_);
    const auto found = offsets_.find(host);
    return found == offsets_.end() ? 0s : found->second;
}

std::chrono::seconds Client::clock_offset() const {
    const std::lock_guard lock(mutex_);
    std::chrono::seconds largest = 0s;
    for (const auto& [host, offset] : offsets_)
        if (std::abs(offset.count()) > std::abs(largest.count()))
            largest = offset;
    return largest;
}

void Client::note_clock(const std::string& host, const HttpReply& reply) {
    const auto theirs = seconds_of_http_date(reply.find("date").value_or(std::string_view()));
    if (!theirs)
        return;
    const auto ours = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::microseconds(surroundings_.wall().us));
    const std::chrono::seconds offset = std::chrono::seconds(*theirs) - ours;
    const std::lock_guard lock(mutex_);
    if (std::abs(offset.count()) >= offset_min.count())
        offsets_.insert_or_assign(host, offset);
    else
        offsets_.erase(host);
}

Result<Client::Place> Client::place_of(const AwsCall& call) const {
    TRY(Endpoint endpoint, endpoint_of(call.service, call.region, settings_, environment_));
    Place place{endpoint, endpoint.host, uri_encoded(call.path, true)};
    if (call.bucket.empty())
        return place;
    // A wildcard certificate is for one label: a bucket with a dot stands in the path.
    if (endpoint.is_address || call.bucket.contains('.')) {
        place.path = "/" + call.bucket + place.path;
        return place;
    }
    const std::size_t scheme_end = endpoint.root.find("//") + 2;
    place.endpoint.root.insert(scheme_end, call.bucket + ".");
    place.host = call.bucket + "." + endpoint.host;
    return place;
}

Result<HttpReply> Client::try_once(const AwsCall& call, const Place& place, const Credentials& with,
                                   Clock::Steady deadline) {
    const Instant at = surroundings_.wall() + offset_of(place.host);
    Unsigned request{call.method, place.path, call.query, call.fields,
                     to_hex(crypto::sha256(call.body))};
    request.fields.emplace_back("X-Amz-Date", amz_date(at));
    if (call.service == Service::s3)
        request.fields.emplace_back("X-Amz-Content-Sha256", request.body_hash);
    if (!with.session_token.empty())
        // Into the one header that it is for.
        request.fields.emplace_back("X-Amz-Security-Token",
                                    std::string(with.session_token.reveal()));
    HttpCall sent;
    sent.method = call.method;
    sent.fields = request.fields;
    request.fields.emplace_back("Host", place.host);
    sent.fields.emplace_back(
        "Authorization",
        authorization(request, with, {call.region, std::string(token(call.service))}, at));
    const std::string query = canonical_query(call.query);
    sent.url = place.endpoint.root + place.path + (query.empty() ? "" : "?" + query);
    sent.body = Secret(call.body);
    sent.wait = std::max(1ms, std::chrono::duration_cast<std::chrono::milliseconds>(
                                  deadline - surroundings_.steady()));
    return http_->send(sent);
}

bool Client::goes_on(const HttpReply& reply, const Place& place, const CredentialKeeper::Kept& with,
                     Spent& spent) {
    switch (trouble_of(reply)) {
    case Trouble::skewed:
        note_clock(place.host, reply);
        return !std::exchange(spent.has_set_clock, true);
    case Trouble::expired:
    case Trouble::unknown_key:
        credentials_.drop(with);
        return !std::exchange(spent.has_renewed, true);
    case Trouble::passing:
        break;
    default:
        return false;
    }
    if (++spent.tries >= tries_max)
        return false;
    const auto most = static_cast<std::uint64_t>((wait_first * (1 << spent.tries)).count());
    const std::chrono::milliseconds wait(static_cast<std::int64_t>(surroundings_.below(most)) +
                                         wait_first.count() / 2);
    if (surroundings_.steady() + wait >= spent.deadline)
        return false;
    surroundings_.wait(wait);
    return true;
}

Result<HttpReply> Client::send(const AwsCall& call) {
    TRY(const Place place, place_of(call));
    Spent spent{.deadline = surroundings_.steady() + call_wait_max};
    for (;;) {
        TRY(const auto with, credentials_.get());
        auto reply = try_once(call, place, *with, spent.deadline);
        if (!reply)
            return fail(Code::aws_unreachable, fmt::format("{} does not answer: {}", place.host,
                                                           reason_of(reply.error())));
        if (reply->status == 200) {
            note_clock(place.host, *reply);
            return reply;
        }
        if (!goes_on(*reply, place, with, spent))
            return std::unexpected(error_of(*reply, place.host, offset_of(place.host)));
    }
}

} // namespace settled::custody::aws
