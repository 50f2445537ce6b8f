#include "cli/listen/stream_source.h"

#include "cli/client/control_client.h"
#include "server/server.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <system_error>

namespace settled::cli {

namespace {

constexpr std::chrono::seconds readiness_wait{10};

std::string whole_path(const std::string& path) {
    std::error_code failed;
    const auto whole = std::filesystem::absolute(path, failed);
    return failed ? path : whole.lexically_normal().string();
}

} // namespace

std::optional<StreamSource> stream_source_of(Invocation& in) {
    StreamSource source;
    if (in.is_remote()) {
        const RemoteServer& server = *in.remote();
        source.name = server.url;
        source.plan.remote = RemoteServer{server.url, server.key.copy(), server.authorities};
        return source;
    }
    const auto config = in.config();
    if (!config)
        return std::nullopt;
    source.plan.tenant = in.text("--tenant", "main");
    source.plan.socket_path = server::control_socket_path(*config);
    source.name = fmt::format("{}@{}", source.plan.tenant, whole_path(config->data));
    return source;
}

// A store that this process opens by itself is no server: nothing would happen in it.
Result<> check_running(const Invocation& in) {
    if (in.is_remote())
        return {};
    const auto config = in.load_config();
    if (!config)
        return {};
    const auto answer = call_over_control_socket(server::control_socket_path(*config),
                                                 {"GET", "/livez", ""}, readiness_wait);
    if (!answer)
        return fail(Code::connect_failed,
                    fmt::format("no server runs on {}: start one with `settled serve`, or with "
                                "`settled dev`",
                                whole_path(config->data)));
    return {};
}

} // namespace settled::cli
