// Structured logs: one JSON object a line, to standard error.
//
//   log::info("webhook.accepted", {{"connector", name}, {"kind", "stored"}, {"request_id", id}});
//   {"ts":"2026-11-22T10:00:01.204Z","level":"info","event":"webhook.accepted","connector":…}
//
// Event names are dotted and stable: people search for them. A field is never a secret, a full
// account number, a person's name or a body; Secret has no conversion to a field. Values are
// escaped, so that no outsider can forge a line. Thread-safe; writing never blocks the caller on
// the terminal (a full queue drops the oldest lines and counts them).
#pragma once

#include "base/error.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace settled::log {

struct Field {
    Field(std::string_view n, std::string_view v) : name(n), text(v) {}
    Field(std::string_view n, const std::string& v) : name(n), text(v) {}
    Field(std::string_view n, const char* v) : name(n), text(v) {}
    Field(std::string_view n, std::int64_t v) : name(n), number(v), is_number(true) {}
    Field(std::string_view n, std::uint64_t v) : Field(n, static_cast<std::int64_t>(v)) {}
    Field(std::string_view n, int v) : Field(n, std::int64_t{v}) {}

    std::string_view name;
    std::string_view text;
    std::int64_t number = 0;
    bool is_number = false;
};
using Fields = std::initializer_list<Field>;

// Once, before the first thread. Lines below `least` are not written. Without start() nothing is
// logged.
void start(LogLevel least);
// Writes out what is queued.
void stop();

void write(LogLevel level, std::string_view event, Fields fields);
inline void debug(std::string_view event, Fields fields) {
    write(LogLevel::debug, event, fields);
}
inline void info(std::string_view event, Fields fields) {
    write(LogLevel::info, event, fields);
}
inline void warn(std::string_view event, Fields fields) {
    write(LogLevel::warn, event, fields);
}
inline void error(std::string_view event, Fields fields) {
    write(LogLevel::error, event, fields);
}

// An Error at the level that its code has.
void failure(std::string_view event, const Error& error, Fields fields);
// One that may last and come again with every attempt: the first is written, then one a minute with
// `repeated`, the number of those before it that were not (repeats.h).
void lasting(std::string_view event, const Error& error, Fields fields);
// Writes a summary of each repeated fault that has ended. Called now and then.
void tell_repeated();

} // namespace settled::log
