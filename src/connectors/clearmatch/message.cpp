#include "connectors/clearmatch/message.h"

#include "base/limits.h"
#include "crypto/hash.h"
#include "domain/notification.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace settled::connectors::clearmatch {

namespace {

using wire::Json;

// The three members that name an event take part in keys that are kept for ever.
constexpr std::size_t text_bytes_max = limits::text_bytes_max;

// The values of a message, in one spelling: order of members, white space and escapes do not count.
void write_plain(wire::JsonWriter& w, const Json& value) {
    if (value.is_object()) {
        std::vector<std::size_t> order(value.size());
        std::iota(order.begin(), order.end(), 0);
        std::ranges::sort(order, {}, [&](std::size_t i) { return value.name_at(i); });
        w.object();
        for (const std::size_t i : order) {
            w.key(value.name_at(i));
            write_plain(w, value.at(i));
        }
        w.end();
    } else if (value.is_array()) {
        w.array();
        for (std::size_t i = 0; i < value.size(); ++i)
            write_plain(w, value.at(i));
        w.end();
    } else if (const auto text = value.string()) {
        w.value(*text);
    } else {
        w.raw(value.raw());
    }
}

crypto::Digest digest_of(const Json& message) {
    wire::JsonWriter w;
    write_plain(w, message);
    return crypto::sha256(w.text());
}

Error error_at(const wire::JsonFault& fault) {
    Error error{fault.code,
                fmt::format("line {}, column {}: {}", fault.line, fault.column, fault.why)};
    error.place = {fault.line, fault.column};
    return error;
}

Result<wire::JsonDocument> parse(bool lenient, std::string_view body) {
    if (body.size() > message_bytes_max)
        return fail(Code::json_too_large, "a notification has at most 64 KiB");
    // The event has the message inside.
    const std::string inside = std::string(domain::event_depth, '[') + std::string(body) +
                               std::string(domain::event_depth, ']');
    if (const auto nested = wire::JsonDocument::parse(inside);
        !nested && nested.error().code == Code::json_too_deep)
        return fail(Code::json_too_deep, "a notification nests at most 62 objects and arrays");
    auto document = wire::JsonDocument::parse(body);
    if (document)
        return document;
    if (lenient) {
        const auto mended = wire::with_commas_mended(body);
        return mended ? wire::JsonDocument::parse(*mended)
                      : std::unexpected(error_at(mended.error()));
    }
    const auto fault = wire::first_fault(body);
    return fault ? std::unexpected(error_at(*fault)) : std::move(document);
}

class Members {
  public:
    explicit Members(const Json& message) : message_(message) {}

    std::string needed(std::string_view name) {
        const auto value = message_.member(name);
        if (!value)
            return refuse(Code::member_missing, name, "it is required");
        const auto text = value->string();
        if (!text || text->empty() || text->size() > text_bytes_max)
            return refuse(Code::value_invalid, name, "give a text of 1 to 256 bytes");
        return std::string(*text);
    }
    // Absent, null and empty are the same.
    std::string optional(std::string_view name, std::size_t bytes_max) {
        const auto value = message_.member(name);
        if (!value || value->is_null())
            return {};
        const auto text = value->string();
        if (!text || text->size() > bytes_max)
            return refuse(Code::value_invalid, name,
                          fmt::format("give a text of at most {} bytes", bytes_max));
        return std::string(*text);
    }
    Result<> finish() {
        if (problems_.empty())
            return {};
        const Problem& first = problems_.front();
        return std::unexpected<Error>(
            Error{first.code, first.pointer.substr(1) + ": " + first.detail, problems_});
    }

  private:
    std::string refuse(Code code, std::string_view name, std::string detail) {
        problems_.push_back({"/" + std::string(name), code, std::move(detail)});
        return {};
    }

    const Json& message_;
    std::vector<Problem> problems_;
};

constexpr std::size_t url_bytes_max = 2048;

} // namespace

Result<domain::InboundWebhook> read_message(const MessageRules& rules, std::string_view body) {
    TRY(const auto document, parse(rules.lenient_json, body));
    const Json message = document.root();
    if (!message.is_object())
        return fail(Code::value_invalid, "a notification is a JSON object");
    Members members(message);
    domain::NotificationFact fact;
    fact.platform_id = members.needed("id");
    fact.type = members.needed("notificationType");
    fact.event_time_text = members.needed("eventTime");
    fact.content_url = members.optional("content", url_bytes_max);
    const std::string partner_code = members.optional("partnerCode", text_bytes_max);
    TRY_VOID(members.finish());
    if (!rules.partner_code.empty() && partner_code != rules.partner_code)
        return fail(Code::partner_code_unknown, "the connector takes another partnerCode");
    // Not trusted to be right: the event says what the message said.
    if (const auto at = wire::parse_local_time(fact.event_time_text, rules.zone))
        fact.event_time = *at;
    fact.message = message.raw();

    domain::InboundWebhook webhook;
    webhook.type = fact.type;
    webhook.unique_id = fact.platform_id;
    webhook.scheme = fact.event_time_text;
    webhook.payload_digest = digest_of(message);
    webhook.dedupe_key = fmt::format("{}:{}:{}", "notification", domain::composite_key(webhook),
                                     to_hex(webhook.payload_digest));
    webhook.fact = std::move(fact);
    return webhook;
}

domain::InboundWebhook unreadable_message(std::string_view body, std::string_view why) {
    domain::InboundWebhook webhook;
    webhook.type = "unreadable";
    webhook.payload_digest = crypto::sha256(body);
    webhook.unique_id = to_hex(webhook.payload_digest);
    webhook.dedupe_key = "unreadable:" + webhook.unique_id;
    webhook.fact = domain::UnreadableFact{std::string(why)};
    return webhook;
}

bool is_kept(const Error& error) {
    return error.code != Code::json_too_large && error.code != Code::partner_code_unknown;
}

} // namespace settled::connectors::clearmatch
