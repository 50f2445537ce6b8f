// The envelope that all events share:
// {"id":…,"type":…,"timestamp":…,"version":…,"subject":…,"data":{…}}
#pragma once

#include "domain/event.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <utility>

namespace settled::domain {

// `data` writes the members of data. `about`: the subject's text where its type does not say it.
template <class Data>
Event make_event(EventId id, std::string_view type, std::int64_t subject, std::int64_t version,
                 Instant now, const Data& data, std::string about = {}) {
    wire::JsonWriter w;
    w.object().member("id", to_string(id)).member("type", type);
    w.member("timestamp", wire::to_rfc3339(now)).member("version", version);
    if (about.empty())
        about = subject_text(type, subject);
    if (!about.empty())
        w.member("subject", about);
    w.key("data").object();
    data(w);
    w.end().end();
    return {id, type, subject, version, std::move(w).text(), now};
}

} // namespace settled::domain
