#include "domain/batch.h"

#include "wire/json_writer.h"
#include "wire/time.h"

namespace settled::domain {

std::string array_of(const std::vector<std::string>& bodies) {
    wire::JsonWriter w;
    w.array();
    for (const std::string& body : bodies)
        w.raw(body);
    w.end();
    return std::move(w).text();
}

std::string native_batch(std::string_view id, Instant at, const std::vector<std::string>& events) {
    wire::JsonWriter w;
    w.object().member("id", id).member("type", "events.batch");
    w.member("timestamp", wire::to_rfc3339(at));
    w.key("data").object().key("events").raw(array_of(events)).end().end();
    return std::move(w).text();
}

} // namespace settled::domain
