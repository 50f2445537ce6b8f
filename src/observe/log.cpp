#include "observe/log.h"

#include "base/clock.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <memory>
#include <vector>

namespace settled::log {

namespace {

constexpr std::size_t queued_lines_max = 8192;

// spdlog carries the line to the terminal; what is in it is ours.
std::atomic<spdlog::logger*> sink{nullptr};
std::atomic<LogLevel> least_level{LogLevel::info};

std::string_view token(LogLevel level) {
    static constexpr std::array<std::string_view, 4> tokens{"debug", "info", "warn", "error"};
    return tokens[static_cast<std::size_t>(level)];
}

template <class Range>
void write_line(LogLevel level, std::string_view event, const Range& fields) {
    spdlog::logger* const logger = sink.load(std::memory_order_acquire);
    if (logger == nullptr || level < least_level.load(std::memory_order_relaxed))
        return;
    wire::JsonWriter w;
    w.object().member("ts", wire::to_rfc3339(SystemClock().now())).member("level", token(level));
    w.member("event", event);
    for (const Field& field : fields) {
        w.key(field.name);
        if (field.is_number)
            w.value(field.number);
        else
            w.value(field.text);
    }
    w.end();
    logger->log(spdlog::level::critical, w.text());
}

} // namespace

void start(LogLevel least) {
    least_level = least;
    spdlog::init_thread_pool(queued_lines_max, 1);
    auto logger = std::make_shared<spdlog::async_logger>(
        "settled", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
        spdlog::async_overflow_policy::overrun_oldest);
    logger->set_pattern("%v");
    spdlog::register_logger(logger);
    sink.store(logger.get(), std::memory_order_release);
}

void stop() {
    sink.store(nullptr, std::memory_order_release);
    spdlog::shutdown();
}

void write(LogLevel level, std::string_view event, Fields fields) {
    write_line(level, event, fields);
}

void failure(std::string_view event, const Error& error, Fields fields) {
    std::vector<Field> all{{"code", info(error.code).token}, {"detail", error.detail}};
    all.insert(all.end(), fields.begin(), fields.end());
    write_line(info(error.code).level, event, all);
}

} // namespace settled::log
