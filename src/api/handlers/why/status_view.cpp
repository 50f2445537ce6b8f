#include "api/handlers/why/status_view.h"

#include "api/handlers/views.h"

#include <algorithm>

namespace settled::api {

namespace {

using wire::JsonWriter;

// Where a check is explained, as `settled doctor` has it.
std::string docs_of(std::string_view check) {
    std::string anchor(check);
    std::erase(anchor, '.');
    return "docs/operating/doctor.md#" + anchor;
}

} // namespace

void write_connectors(JsonWriter& w, const StatusFigures& figures) {
    w.key("connectors");
    if (!figures.connectors) {
        w.null();
        return;
    }
    w.array();
    for (const ConnectorFigures& one : *figures.connectors) {
        w.object().member("name", one.name).member("kind", one.kind);
        write_time(w, "last_webhook_at", one.last_webhook_at);
        w.member("refused_last_hour", one.refused.last_hour);
        w.member("calls_waiting", one.calls_waiting).end();
    }
    w.end();
}

void write_endpoint_figures(JsonWriter& w, const StatusFigures& figures) {
    w.key("endpoints");
    if (figures.endpoints) {
        w.object().member("active", figures.endpoints->active);
        w.member("failing", figures.endpoints->failing);
        w.member("paused", figures.endpoints->paused);
        w.member("disabled", figures.endpoints->disabled).end();
    } else {
        w.null();
    }
}

void write_attention(JsonWriter& w, const std::vector<AttentionItem>& attention) {
    w.key("attention").array();
    for (const AttentionItem& item : attention) {
        w.object().member("check", item.check);
        w.member("state", item.is_failure ? "failed" : "warning").member("subject", item.subject);
        w.member("sentence", item.sentence).member("cause", item.cause);
        w.member("command", item.command).member("docs", docs_of(item.check)).end();
    }
    w.end();
}

} // namespace settled::api
