#include "sandbox/control/show.h"

#include "wire/json_writer.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

void write_time(JsonWriter& writer, std::string_view name, Instant at) {
    writer.key(name);
    if (at.us == 0)
        writer.null();
    else
        writer.value(at.us);
}

void write_webhook(JsonWriter& writer, const WebhookRecord& webhook) {
    writer.object().member("id", webhook.id).member("type", webhook.type);
    writer.member("label", webhook.label).member("duplicate_of", webhook.duplicate_of);
    writer.member("state", token(webhook.state)).member("attempts", webhook.attempts);
    write_time(writer, "created_us", webhook.created);
    write_time(writer, "first_sent_us", webhook.first_sent);
    write_time(writer, "acknowledged_us", webhook.acknowledged);
    writer.key("history").array();
    for (const Attempt& attempt : webhook.history) {
        writer.object().member("started_us", attempt.started.us).member("took_us", attempt.took_us);
        writer.member("status", attempt.status).member("verdict", token(attempt.verdict));
        writer.member("port", std::int64_t{attempt.port}).end();
    }
    writer.end().end();
}

} // namespace

std::string show_submitted(const std::vector<std::int64_t>& ids, std::string_view label) {
    JsonWriter writer;
    writer.object().key("webhooks").array();
    for (const std::int64_t id : ids)
        writer.value(id);
    writer.end().member("label", label).end();
    return std::move(writer).text();
}

std::string show_batch(std::size_t count, std::int64_t first_id, std::int64_t last_id) {
    JsonWriter writer;
    writer.object().member("count", std::uint64_t{count});
    writer.member("first", first_id).member("last", last_id).end();
    return std::move(writer).text();
}

std::string show_webhook(const WebhookRecord& webhook) {
    JsonWriter writer;
    write_webhook(writer, webhook);
    return std::move(writer).text();
}

std::string show_webhooks(const std::vector<const WebhookRecord*>& webhooks) {
    JsonWriter writer;
    writer.object().key("webhooks").array();
    for (const WebhookRecord* const webhook : webhooks)
        write_webhook(writer, *webhook);
    writer.end();
    // null when nothing follows for now.
    writer.key("next");
    if (webhooks.empty())
        writer.null();
    else
        writer.value(webhooks.back()->id);
    writer.end();
    return std::move(writer).text();
}

std::string show_summary(const WebhookSender& sender) {
    const SenderSummary& summary = sender.summary();
    JsonWriter writer;
    writer.object().member("created", std::uint64_t{summary.created});
    writer.member("attempts", std::uint64_t{summary.attempts});
    writer.member("holding", sender.holding()).key("states").object();
    for (std::size_t i = 0; i < summary.by_state.size(); ++i)
        writer.member(token(static_cast<WebhookState>(i)), std::uint64_t{summary.by_state[i]});
    writer.end().key("verdicts").object();
    for (std::size_t i = 0; i < summary.by_verdict.size(); ++i)
        writer.member(token(static_cast<Verdict>(i)), std::uint64_t{summary.by_verdict[i]});
    writer.end().end();
    return std::move(writer).text();
}

std::string show_accounts(const Accounts& accounts, Page page) {
    const std::vector<VirtualAccount>& all = accounts.all();
    const auto from = static_cast<std::size_t>(page.after);
    JsonWriter writer;
    writer.object().key("accounts").array();
    for (std::size_t i = from; i < std::min(all.size(), from + page.limit); ++i) {
        writer.object().member("id", all[i].id).member("iban", all[i].iban);
        writer.member("owner_name", all[i].owner_name).member("external_id", all[i].external_id);
        writer.member("enabled", all[i].enabled).end();
    }
    writer.end().member("total", std::uint64_t{all.size()}).end();
    return std::move(writer).text();
}

std::string show_records(const PartnerRecords& records, Page page, std::string_view path) {
    JsonWriter writer;
    writer.object().key("records").array();
    std::size_t shown = 0;
    const auto& all = records.all();
    auto at = std::ranges::upper_bound(all, page.after, {}, &PartnerRecord::number);
    for (; at != all.end() && shown < page.limit; ++at) {
        if (!path.empty() && at->path != path)
            continue;
        ++shown;
        writer.object().member("number", at->number).member("path", at->path);
        writer.member("id", at->id).member("times_seen", at->times_seen);
        writer.member("received_us", at->received.us);
        writer.member("authenticity", token(at->authenticity)).member("status", at->status);
        writer.key("headers").object();
        std::string_view previous;
        for (const auto& [name, value] : at->fields) {
            if (name != previous)
                writer.member(name, value);
            previous = name;
        }
        writer.end().member("body", at->body).end();
    }
    writer.end().end();
    return std::move(writer).text();
}

std::string show_partner_summary(const PartnerRecords& records, bool down) {
    const auto count = [&records](auto&& holds) {
        return static_cast<std::uint64_t>(std::ranges::count_if(records.all(), holds));
    };
    JsonWriter writer;
    writer.object().member("received", std::uint64_t{records.received()});
    writer.member("distinct", std::uint64_t{records.distinct()});
    writer.member("forgotten", std::uint64_t{records.forgotten()});
    writer.member("accepted", count([](const PartnerRecord& r) { return r.status / 100 == 2; }));
    writer.member("failed_authentication", count([](const PartnerRecord& r) {
                      return r.authenticity == Authenticity::failed;
                  }));
    writer.member("down", down).end();
    return std::move(writer).text();
}

std::string show_registered(const RegisteredPayment& registered, std::string_view sent) {
    JsonWriter writer;
    writer.object().member("id", registered.payment.id);
    writer.member("reference", registered.payment.reference);
    writer.member("end_to_end_id", registered.payment.end_to_end_id);
    writer.key("payment").raw(sent);
    writer.key("registered").object().member("status", registered.status);
    writer.member("answer", registered.answer).end().end();
    return std::move(writer).text();
}

} // namespace settled::sandbox
