// The server whose stream a command reads.
#pragma once

#include "cli/invocation.h"
#include "cli/listen/listener.h"

#include <optional>
#include <string>

namespace settled::cli {

struct StreamSource {
    std::string name; // the URL, or "main@/var/lib/settled"
    ListenPlan plan;  // with what reaches it
};
// nullopt: the settings are wrong, which was printed.
std::optional<StreamSource> stream_source_of(Invocation& in);

// Fails with connect_failed: no server runs on the store of this machine, so nothing would come.
Result<> check_running(const Invocation& in);

} // namespace settled::cli
