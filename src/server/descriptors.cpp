#include "server/descriptors.h"

#include "net/bounds.h"
#include "worker/bounds.h"

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>

namespace settled::server {

namespace {

// The store on SQLite with its log and its copies, the master key, certificates, libraries: about
// 30 were seen.
constexpr std::size_t of_the_program = 64;
// Poll, timer, wake-up, listener, and the sockets of c-ares at several name servers.
constexpr std::size_t of_an_io_thread = 8;
// Calls to banks and core banking systems.
constexpr std::size_t of_bank_calls = 32;
constexpr std::size_t of_a_database_connection = 2;
constexpr std::size_t database_readers = 2;
// Brokers, and the pipes of the library's threads.
constexpr std::size_t of_kafka = 64;
constexpr std::size_t of_a_consumer = 32;
// With fewer left for clients and partners together, a handful of them would stop everything.
constexpr std::size_t rest_min = 128;
// Attempts under way have an eighth of the rest, connections that wait in pools another.
constexpr std::size_t outbound_part = 8;

std::size_t reserve(const Config& config, std::size_t threads) {
    std::size_t all = of_the_program + threads * of_an_io_thread + of_bank_calls +
                      net::bounds::spare_connections_max + net::bounds::control_connections_max;
    if (!config.store_url.empty())
        all += of_a_database_connection *
               (database_readers + static_cast<std::size_t>(config.store_writers));
    if (config.kafka.configured())
        all += of_kafka + of_a_consumer * config.kafka_consumers.size();
    return all;
}

} // namespace

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    // A sandbox may forbid the call; then the soft limit is what there is.
    const bool is_raised =
        limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0;
    return is_raised ? raised.rlim_cur : limit.rlim_cur;
}

std::size_t descriptors_wanted(const Config& config, std::size_t threads) {
    const std::size_t outbound = 2 * worker::bounds::attempts_max;
    return reserve(config, threads) + std::max(limits::connections_max + outbound,
                                               worker::bounds::attempts_max * outbound_part);
}

Result<DescriptorPlan> plan_descriptors(std::size_t descriptors, const Config& config,
                                        std::size_t threads) {
    const std::size_t reserved = reserve(config, threads);
    if (descriptors < reserved + rest_min)
        return fail(Code::config_invalid,
                    fmt::format("{} file descriptors are too few: at least {} are needed, {} let "
                                "every limit be reached; raise the hard limit (ulimit -Hn, "
                                "LimitNOFILE= in a systemd unit)",
                                descriptors, reserved + rest_min,
                                descriptors_wanted(config, threads)));
    const std::size_t rest = descriptors - reserved;
    DescriptorPlan plan;
    plan.descriptors = descriptors;
    plan.attempts = std::min(worker::bounds::attempts_max, rest / outbound_part);
    plan.connections = std::min(limits::connections_max, rest - 2 * plan.attempts);
    // The same part of all as with enough descriptors: three addresses cannot keep a fourth out.
    plan.connections_per_address =
        plan.connections * limits::connections_per_peer_max / limits::connections_max;
    plan.is_short =
        plan.connections < limits::connections_max || plan.attempts < worker::bounds::attempts_max;
    return plan;
}

} // namespace settled::server
