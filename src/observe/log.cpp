#include "observe/log.h"

#include "base/clock.h"
#include "observe/repeats.h"
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
std::shared_ptr<spdlog::details::thread_pool> writer;
std::shared_ptr<spdlog::async_logger> carrier;
std::atomic<spdlog::logger*> sink{nullptr}; // the carrier, while there is one
std::atomic<LogLevel> least_level{LogLevel::info};
Repeats repeats;

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

void write_failure(std::string_view event, const Error& error, Fields fields,
                   std::uint64_t repeated) {
    std::vector<Field> all{{"code", info(error.code).token}, {"detail", error.detail}};
    all.insert(all.end(), fields.begin(), fields.end());
    if (repeated > 0)
        all.emplace_back("repeated", repeated);
    write_line(info(error.code).level, event, all);
}

} // namespace

void start(LogLevel least) {
    least_level = least;
    writer = std::make_shared<spdlog::details::thread_pool>(queued_lines_max, 1);
    carrier = std::make_shared<spdlog::async_logger>(
        "settled", std::make_shared<spdlog::sinks::stderr_sink_mt>(), writer,
        spdlog::async_overflow_policy::overrun_oldest);
    carrier->set_pattern("%v");
    sink.store(carrier.get(), std::memory_order_release);
}

void stop() {
    sink.store(nullptr, std::memory_order_release);
    writer.reset(); // writes what is queued, and ends its thread
    carrier.reset();
}

void write(LogLevel level, std::string_view event, Fields fields) {
    write_line(level, event, fields);
}

void failure(std::string_view event, const Error& error, Fields fields) {
    write_failure(event, error, fields, 0);
}

void lasting(std::string_view event, const Error& error, Fields fields) {
    if (const auto repeated = repeats.note(event, error, SystemClock().steady()))
        write_failure(event, error, fields, *repeated);
}

void tell_repeated() {
    for (const Repeats::Counted& counted : repeats.take_overdue(SystemClock().steady()))
        write_failure(counted.event, counted.error, {}, counted.times);
}

} // namespace settled::log
