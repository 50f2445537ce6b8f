// One thing that happened to the subject of a timeline, and the order of timelines.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "wire/json_writer.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled::api {

// In the order of things that happen in one moment. The tokens are part of the API.
enum class EntryKind : std::uint8_t {
    webhook,
    notification,
    payment,
    settlement,
    order,
    link,
    match,
    review,
    decision,
    posting,
    call,
    event,
    delivery,
    attempt,
    change,
};
std::string_view token(EntryKind kind); // the enumerator's name

// Where an entry stands: by time, then by kind. Also what a cursor holds.
struct EntryPlace {
    std::int64_t at_us = 0;
    EntryKind kind = EntryKind::webhook;
    std::int64_t id = 0;
    std::int64_t number = 0; // of those with one id: an attempt's

    friend auto operator<=>(const EntryPlace&, const EntryPlace&) = default;
};
std::string to_cursor(const EntryPlace& place);
// Fails with cursor_invalid.
Result<EntryPlace> from_cursor(std::string_view cursor);

struct TimelineEntry {
    EntryPlace place;
    std::string id;
    std::string sentence;
    std::string actor = {};     // the person, API key or operator; empty: the rules or the outside
    std::string details = "{}"; // JSON
};

void write_entry(wire::JsonWriter& w, const TimelineEntry& entry);

struct TimelineSubject {
    std::string kind; // payment, settlement, …
    std::string id;
    std::string client_id;
    std::string sentence;
};

} // namespace settled::api
