#include "connectors/call_rules.h"

#include "connectors/clearbank/replies.h"
#include "connectors/mambu/replies.h"
#include "domain/connector.h"

#include <algorithm>

namespace settled::connectors {

domain::ReplyVerdict classify(std::string_view kind, domain::CallPurpose purpose,
                              const std::optional<domain::CallReply>& reply) {
    return kind == domain::connector_mambu ? mambu::classify(purpose, reply)
                                           : clearbank::classify(purpose, reply);
}

std::chrono::seconds repeat_within(std::string_view kind, const domain::CallTimes& times) {
    return kind == domain::connector_mambu ? std::min(times.repeat_within, mambu::repeat_within)
                                           : times.repeat_within;
}

} // namespace settled::connectors
