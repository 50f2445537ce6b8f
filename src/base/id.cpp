#include "base/id.h"

#include "base/assert.h"

#include <fmt/format.h>

namespace settled {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford
constexpr std::size_t letters = 13;                                       // 65 bits hold 63
constexpr std::int64_t epoch_ms = 1'704'067'200'000;                      // 2024-01-01T00:00:00Z
constexpr int sequence_bits = 14;
constexpr int node_bits = 8;
constexpr std::uint64_t sequence_mask = (1U << sequence_bits) - 1;
constexpr std::uint64_t node_mask = (1U << node_bits) - 1;

// The last milliseconds and sequence of an instant.
std::uint64_t last_of(Instant at) {
    const std::int64_t ms = std::max<std::int64_t>(at.us / 1000 - epoch_ms, 0);
    const std::uint64_t most = UINT64_MAX >> (node_bits + sequence_bits + 1);
    return std::min(static_cast<std::uint64_t>(ms), most) << sequence_bits | sequence_mask;
}

} // namespace

std::string encode_id(std::string_view prefix, std::int64_t value) {
    std::string text;
    text.reserve(prefix.size() + 1 + letters);
    text.append(prefix).push_back('_');
    for (int shift = 60; shift >= 0; shift -= 5)
        text.push_back(alphabet[(static_cast<std::uint64_t>(value) >> shift) & 31]);
    return text;
}

Result<std::int64_t> decode_id(std::string_view prefix, std::string_view text) {
    const auto wrong = [&] {
        return fail(Code::not_found,
                    fmt::format("ids of this kind look like {}_ and {} letters", prefix, letters));
    };
    if (text.size() != prefix.size() + 1 + letters || !text.starts_with(prefix) ||
        text[prefix.size()] != '_')
        return wrong();
    std::uint64_t value = 0;
    for (const char c : text.substr(prefix.size() + 1)) {
        const std::size_t digit = alphabet.find(c);
        if (digit == alphabet.npos || value >> 58 != 0)
            return wrong();
        value = value << 5 | digit;
    }
    return static_cast<std::int64_t>(value);
}

std::int64_t first_id_at(Instant at) {
    return static_cast<std::int64_t>((last_of(at) & ~sequence_mask) << node_bits);
}

Instant time_of_id(std::int64_t id) {
    return Instant{((id >> (sequence_bits + node_bits)) + epoch_ms) * 1000};
}

std::int64_t IdMint::next_value() {
    const std::int64_t ms = clock_.now().us / 1000 - epoch_ms;
    SETTLED_ASSERT(ms > 0, "the clock says a time before 2024; set it and start again");
    const std::uint64_t now = static_cast<std::uint64_t>(ms) << sequence_bits;
    std::uint64_t state = state_.load();
    std::uint64_t mine = 0;
    do {
        // Read after the state: if the number changed since, the exchange fails.
        const std::uint64_t end = end_.load();
        mine = std::max(std::min(now, end & ~sequence_mask), (state >> node_bits) + 1);
        SETTLED_ASSERT(mine <= end, "a node mints no id after the end of its lease");
    } while (!state_.compare_exchange_weak(state, mine << node_bits | (state & node_mask)));
    return static_cast<std::int64_t>(mine >> sequence_bits << (sequence_bits + node_bits) |
                                     (state & node_mask) << sequence_bits | (mine & sequence_mask));
}

void IdMint::take_number(std::uint8_t node, Instant after, Instant until) {
    const std::uint64_t floor = last_of(after);
    std::uint64_t state = state_.load();
    while (!state_.compare_exchange_weak(state,
                                         std::max(state >> node_bits, floor) << node_bits | node)) {
    }
    end_ = last_of(until);
}

void IdMint::extend(Instant until) {
    end_ = last_of(until);
}

Instant IdMint::last() const {
    const auto ms = static_cast<std::int64_t>(state_.load() >> (node_bits + sequence_bits));
    return {(ms + epoch_ms) * 1000};
}

} // namespace settled
