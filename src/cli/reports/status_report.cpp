#include "cli/ago.h"
#include "cli/json_text.h"
#include "cli/layout.h"
#include "cli/reports/why.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

using wire::Json;

constexpr std::size_t text_width_max = 100;

std::string_view colour_of(std::string_view state) {
    if (state == "ok")
        return "\x1b[32m";
    return state == "failing" || state == "failed" ? "\x1b[1;31m" : "\x1b[33m";
}

std::string coloured(std::string text, std::string_view state, const Look& look) {
    return look.colours ? fmt::format("{}{}\x1b[0m", colour_of(state), text) : text;
}

std::size_t size_of(const Json& value, std::string_view path) {
    const auto list = value_at(value, path);
    return list ? list->size() : 0;
}

// "12.34 (2)": a sum, and of how many.
std::string sum_at(const Json& money, std::string_view name) {
    const std::string path(name);
    return fmt::format("{} ({})", text_at(money, path + ".value"), text_at(money, path + ".count"));
}

std::string money_table(const Json& status) {
    std::vector<TableLine> lines{{"MONEY", "EXPECTED", "OVERDUE", "UNMATCHED", "IN REVIEW"}};
    for (std::size_t i = 0; i < size_of(status, "money"); ++i) {
        const Json one = value_at(status, "money")->at(i);
        lines.push_back({text_at(one, "currency"), sum_at(one, "expected"), sum_at(one, "overdue"),
                         sum_at(one, "unmatched"), sum_at(one, "in_review")});
    }
    if (lines.size() == 1)
        return "no money is expected, unmatched or in review\n";
    return table(lines, "lrrrr");
}

// "2026-11-22T10:00:00Z (3 min ago)", as old as it was when the server answered; empty: never.
std::string with_age(const Json& status, const std::string& at) {
    const std::string age = ago(at, text_at(status, "as_of"));
    return age.empty() ? at : fmt::format("{} ({})", at, age);
}

std::string connector_table(const Json& status) {
    if (size_of(status, "connectors") == 0)
        return "";
    std::vector<TableLine> lines{{"CONNECTOR", "KIND", "LAST WEBHOOK", "CALLS WAITING"}};
    for (std::size_t i = 0; i < size_of(status, "connectors"); ++i) {
        const Json one = value_at(status, "connectors")->at(i);
        lines.push_back({safe(text_at(one, "name")), text_at(one, "kind"),
                         or_dash(with_age(status, text_at(one, "last_webhook_at"))),
                         text_at(one, "calls_waiting")});
    }
    return "\n" + table(lines, "lllr");
}

std::string since(const Json& status, std::string_view path) {
    const std::string at = text_at(status, path);
    const std::string age = ago(at, text_at(status, "as_of"));
    if (at.empty() || age.empty())
        return at.empty() ? "" : ", the oldest since " + at;
    return fmt::format(", the oldest {} ({}Z)", age, at.substr(0, at.find_first_of(".Z")));
}

// "12.3 MiB"; empty: it is not known.
std::string size_text(const Json& status, std::string_view path) {
    constexpr double step = 1024;
    const auto value = value_at(status, path);
    const auto bytes = value ? value->integer() : std::nullopt;
    if (!bytes)
        return "";
    const double mib = static_cast<double>(*bytes) / step / step;
    return mib < step ? fmt::format("{:.1f} MiB", mib) : fmt::format("{:.1f} GiB", mib / step);
}

std::string store_facts(const Json& status) {
    std::string text = fmt::format(
        "{}, {}", text_at(status, "store.engine"),
        text_at(status, "store.can_commit") == "true" ? "takes changes" : "takes no changes");
    if (const std::string size = size_text(status, "store.bytes"); !size.empty())
        text += "; " + size;
    if (const std::string free = size_text(status, "store.free_bytes"); !free.empty())
        text += ", " + free + " free";
    if (const std::string at = text_at(status, "store.last_backup_at"); !at.empty())
        text += "; backed up at " + with_age(status, at);
    return text;
}

std::string partner_facts(const Json& status) {
    std::vector<std::pair<std::string_view, std::string>> lines;
    if (!text_at(status, "endpoints.active").empty())
        lines.emplace_back("endpoints", fmt::format("{} active, {} failing, {} paused, {} disabled",
                                                    text_at(status, "endpoints.active"),
                                                    text_at(status, "endpoints.failing"),
                                                    text_at(status, "endpoints.paused"),
                                                    text_at(status, "endpoints.disabled")));
    if (!text_at(status, "backlog.deliveries").empty())
        lines.emplace_back("deliveries", fmt::format("{} owed{}; {} given up",
                                                     text_at(status, "backlog.deliveries"),
                                                     since(status, "backlog.oldest_at"),
                                                     text_at(status, "backlog.dead")));
    lines.emplace_back("reviews", fmt::format("{} open{}", text_at(status, "reviews.open"),
                                              since(status, "reviews.oldest_at")));
    if (const std::string in_doubt = text_at(status, "calls.in_doubt"); !in_doubt.empty())
        lines.emplace_back("orders", in_doubt + " in doubt");
    if (!text_at(status, "store.engine").empty())
        lines.emplace_back("store", store_facts(status));
    if (const std::string tasks = text_at(status, "backlog.tasks"); !tasks.empty())
        lines.emplace_back("tasks", tasks + " due");
    return "\n" + facts(lines);
}

std::string node_table(const Json& status) {
    if (size_of(status, "nodes") == 0)
        return "";
    std::vector<TableLine> lines{{"NODE", "STATE", "ROLES", "VERSION", "SEEN", "HOST"}};
    for (std::size_t i = 0; i < size_of(status, "nodes"); ++i) {
        const Json one = value_at(status, "nodes")->at(i);
        lines.push_back({text_at(one, "id"), text_at(one, "state"), list_at(one, "roles", " "),
                         or_dash(safe(text_at(one, "version"))),
                         or_dash(ago(text_at(one, "seen_at"), text_at(status, "as_of"))),
                         safe(text_at(one, "host"))});
    }
    return "\n" + table(lines);
}

std::string_view name_of(std::string_view kind) {
    if (kind == "client_certificate")
        return "client certificate";
    if (kind == "bank_key")
        return "the bank's key";
    return kind == "api_token" ? "token" : "API key";
}

std::string expiring_text(const Json& status) {
    std::string out;
    for (std::size_t i = 0; i < size_of(status, "expiring"); ++i) {
        const Json one = value_at(status, "expiring")->at(i);
        const std::string kind = text_at(one, "kind");
        const std::string what = kind == "tls" ? "the server's certificate"
                                 : kind == "kafka"
                                     ? "the certificate for Kafka"
                                     : fmt::format("{} of {} ({})", name_of(kind),
                                                   safe(text_at(one, "name")), text_at(one, "id"));
        const std::string at = text_at(one, "expires_at");
        out +=
            fmt::format("{}{} {} on {}\n", i == 0 ? "\n  " : "  ", what,
                        at <= text_at(status, "as_of") ? "expired" : "expires", at.substr(0, 10));
    }
    return out;
}

std::string attention_text(const Json& item, const Look& look) {
    const std::string state = text_at(item, "state");
    const std::string subject = safe(text_at(item, "subject"));
    const std::size_t width = std::max<std::size_t>(std::min(look.width, text_width_max), 60);
    std::string out = coloured(fmt::format("{}  {}", state, text_at(item, "check")), state, look);
    out += "\n";
    for (const auto& line :
         wrapped((subject.empty() ? "" : subject + ": ") + safe(text_at(item, "sentence")) + "; " +
                     safe(text_at(item, "cause")),
                 width - 2))
        out += "  " + line + "\n";
    if (const std::string command = text_at(item, "command"); !command.empty())
        out += "  do: " + safe(command) + "\n";
    return out;
}

} // namespace

std::string status_report(const Json& status, const Look& look) {
    const std::string state = text_at(status, "state");
    std::string out = fmt::format("settled {}, {}: {}\n\n", text_at(status, "version"),
                                  safe(text_at(status, "tenant")), coloured(state, state, look));
    out += money_table(status) + connector_table(status) + partner_facts(status) +
           node_table(status) + expiring_text(status);
    for (std::size_t i = 0; i < size_of(status, "attention"); ++i)
        out += "\n" + attention_text(value_at(status, "attention")->at(i), look);
    return out;
}

} // namespace settled::cli
