#include "api/handlers/endpoint_reader.h"

#include "api/bounds.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "domain/channel.h"
#include "domain/event.h"
#include "net/client/client.h"
#include "payloads/reader.h"
#include "store/queries/endpoints.h"

#include <algorithm>

namespace settled::api {

namespace {

// The client vets every address again when it calls; this spares the client a surprise.
Result<std::string> check_url(std::string_view text, const Reach& reach) {
    if (domain::channel_of(text) == domain::Channel::kafka) {
        TRY(const std::string topic, domain::topic_of(text));
        if (std::ranges::find(reach.topics, topic) == reach.topics.end())
            return fail(Code::address_forbidden,
                        "the topic is none that kafka.event_topics allows");
        return std::string(text);
    }
    TRY(const net::Url url, net::Url::parse(text));
    if (reach.egress.https_only && !url.tls)
        return fail(Code::url_invalid, "the URL must start with https://");
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(url.host, is_name);
    if (!is_name && !reach.egress.permits(address))
        return fail(Code::address_forbidden, "give an address that the Internet can reach");
    return std::string(text);
}

std::string unknown_type(std::string_view word) {
    std::string text = "give event types: ";
    for (const std::string_view type : domain::all_event_types())
        text.append(type).append(", ");
    return text + "or \"*\" alone" + did_you_mean(word, domain::all_event_types());
}

EndpointPatch read_common(payloads::Reader& in, const wire::Json& root, const Reach& reach) {
    EndpointPatch patch;
    patch.url = in.take("url", bounds::url_bytes_max,
                        [&](std::string_view text) { return check_url(text, reach); });
    patch.events = read_events(in);
    patch.auth = read_auth(in, reach.egress.https_only);
    patch.certificate = read_certificate(in, root);
    patch.trusted_ca = read_trusted_ca(in, root);
    patch.success = read_success(in, root);
    patch.settings = read_settings(in, root);
    return patch;
}

} // namespace

std::optional<std::string> read_events(payloads::Reader& in) {
    const auto types = in.optional_texts("events", bounds::event_types_max, limits::text_bytes_max);
    if (!types)
        return std::nullopt;
    std::string words;
    for (const std::string& type : *types) {
        const bool known = type == "*" ? types->size() == 1 : domain::is_event_type(type);
        if (!known)
            in.refuse(Code::value_invalid, "events", unknown_type(type));
        words += (words.empty() ? "" : " ") + type;
    }
    return words;
}

Result<EndpointPatch> read_new_endpoint(const wire::Json& root, const Reach& reach) {
    payloads::Reader in(root);
    EndpointPatch given = read_common(in, root, reach);
    if (!given.url)
        in.missing("url");
    TRY_VOID(in.finish());
    if (!given.events)
        given.events = "*";
    if (!given.auth)
        given.auth = GivenAuth{{domain::AuthSettings{}}, {}, {}};
    return given;
}

Result<EndpointPatch> read_endpoint_patch(const wire::Json& root, const Reach& reach) {
    payloads::Reader in(root);
    EndpointPatch patch = read_common(in, root, reach);
    const std::string status = in.optional_text("status", limits::text_bytes_max);
    if (store::is_owed(status) || status == store::endpoint_disabled)
        patch.status = status;
    else if (!status.empty())
        in.refuse(Code::value_invalid, "status", "give active, paused or disabled");
    (void)in.optional_text("reason", limits::text_bytes_max); // api/console/change_log.h writes it
    patch.rotate_secret = in.optional_flag("rotate_secret");
    const auto expires =
        in.optional_integer("previous_secret_expires_in", 0, bounds::secret_overlap_max.count());
    patch.previous_expires_in = std::chrono::seconds(expires.value_or(0));
    if (expires && !patch.rotate_secret)
        in.refuse(Code::value_invalid, "previous_secret_expires_in", "it goes with rotate_secret");
    if (patch.rotate_secret && patch.auth)
        in.refuse(Code::value_invalid, "rotate_secret", "a new auth brings its own secret");
    TRY_VOID(in.finish());
    return patch;
}

} // namespace settled::api
