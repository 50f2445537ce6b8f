// Bounds that only this module needs, with their reasons; those that others share are in
// base/limits.h.
#pragma once

#include "base/limits.h"

#include <chrono>
#include <cstddef>

namespace settled::net::bounds {

using namespace std::chrono_literals;

// Names. A name server is asked twice before the look-up is given up; the second wait is twice as
// long as the first.
inline constexpr auto name_server_wait = 1500ms;
inline constexpr int name_server_tries = 2;
static_assert(3 * name_server_wait < limits::resolve_wait_max);
// Look-ups that one tenant may have under way on one io thread. More wait for their turn: a tenant
// whose names all lead to silent name servers costs sockets and memory of that many and no more.
inline constexpr std::size_t lookups_per_owner_max = 32;
// Answers kept by each io thread: some kilobytes for a hundred partners; beyond it the one that
// ends first is dropped.
inline constexpr std::size_t names_kept_max = 4096;
// A longer time to live is cut: a partner that moves is found again within an hour.
inline constexpr auto name_kept_max = 1h;
// A name with more addresses than this is refused: no partner needs them, and each is vetted and
// tried.
inline constexpr std::size_t addresses_max = 16;

// Connections to partners that wait for their next call, of one client. What is beyond is closed
// after its call.
inline constexpr std::size_t idle_connections_max = 1024;

// Memory of requests and answers under way (memory_budget.h).
//
// What a request may cost until it is answered, its body being `body` bytes long: the body as it is
// read, its copy and its unescaped strings in the document, and a node of 48 bytes for each value,
// of which an ordinary body has one in eight bytes and any body 10,000 at most.
inline constexpr std::size_t request_bytes_fixed = 8 * 1024; // coroutines, fields, the read buffer
constexpr std::size_t request_cost(std::size_t body) {
    const std::size_t nodes =
        body / 8 < limits::json_members_max ? body / 8 : limits::json_members_max;
    return request_bytes_fixed + 3 * body + 48 * nodes;
}
// Up to here a request is small and goes before large ones: a body of 6 KiB. The bank's webhooks of
// FPS payments have 1 to 4 KiB.
inline constexpr std::size_t small_request_bytes_max = 64 * 1024;
// A chunked body says nothing of its length: room is taken for this much, then for twice as much.
inline constexpr std::size_t chunked_body_step = 2 * 1024;
// How long a request waits for room. The bank gives up after 5 s, and must still get an answer.
inline constexpr auto room_wait_max = 2s;
static_assert(2 * room_wait_max < limits::bank_answer_max);
// An answer of less is held by the buffer that every connection has.
inline constexpr std::size_t answer_bytes_free = 16 * 1024;
// The whole, where it is not set: it holds a thousand webhooks of 4 KiB of one address, and several
// large requests of each of four addresses, in a twentieth of the memory that the unit allows.
inline constexpr std::size_t memory_default = std::size_t{96} * 1024 * 1024;
inline constexpr std::size_t memory_min = std::size_t{32} * 1024 * 1024;
// The largest request fits into what large ones may have of one address's share.
static_assert(request_cost(limits::webhook_body_bytes_max) <= memory_min / 4 / 4 * 3);
static_assert(request_cost(4 * 1024) <= small_request_bytes_max);

// A file as the body of a request: 32 MiB over a line of 2.5 Mbit/s. Its answer says what became of all
// that it holds.
inline constexpr auto file_body_wait = 120s;
inline constexpr auto file_answer_wait = 300s;

// Connections beyond the limit that still get a word: a health check its answer, everybody else
// that there is no room. What is beyond these is closed.
inline constexpr std::size_t spare_connections_max = 64;
inline constexpr std::size_t spare_connections_per_address_max = 8;
inline constexpr auto spare_head_wait = 1s;
// The operator's socket: some commands at a time.
inline constexpr std::size_t control_connections_max = 64;

// A part of an answer that comes in parts: long polls wait for a minute at most.
inline constexpr auto part_wait_max = std::chrono::seconds(70);

} // namespace settled::net::bounds
