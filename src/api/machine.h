// What this node's machine shows of the installation: the store's files, their disk, the server's certificate.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>

namespace settled::api {

struct Disk {
    std::uint64_t free_bytes = 0; // for us, not for root alone
    std::uint64_t bytes = 0;

    std::uint64_t free_percent() const { return bytes == 0 ? 100 : free_bytes * 100 / bytes; }
};

struct Machine {
    // Of the store's files; nullopt: the store is a database, or they cannot be read.
    std::optional<std::int64_t> store_bytes;
    std::optional<Disk> disk; // that they are on
    // The end of the server's own certificate; nullopt: it has none.
    std::optional<Instant> certificate_ends_at;
    std::string certificate_fingerprint; // SHA-256, hex
};

} // namespace settled::api
