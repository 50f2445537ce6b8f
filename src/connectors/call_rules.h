// What differs between the kinds of connector whose API is called, of a call as such. What is in a
// reply is read by the purpose of the call, in the kind's own folder.
#pragma once

#include "domain/call.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace settled::connectors {

// What a reply means, before anyone reads what is in it. nullopt: there was no readable reply.
domain::ReplyVerdict classify(std::string_view kind, domain::CallPurpose purpose,
                              const std::optional<domain::CallReply>& reply);

// For how long after the first try the other side knows a request's id again.
std::chrono::seconds repeat_within(std::string_view kind, const domain::CallTimes& times);

} // namespace settled::connectors
