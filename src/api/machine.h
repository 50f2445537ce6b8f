// What this node's machine shows of the installation: the store's files, their disk, the keys and secrets that the
// settings name.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace settled::api {

struct Disk {
    std::uint64_t free_bytes = 0; // for us, not for root alone
    std::uint64_t bytes = 0;

    std::uint64_t free_percent() const { return bytes == 0 ? 100 : free_bytes * 100 / bytes; }
};

// A key or secret that the settings name: it is the installation's, and no connector's.
struct OwnKey {
    std::string use; // tls, master_key, store_password, kafka, kafka_password, trace_header
    std::string uri;
    // Of its certificate, where it has one.
    std::string fingerprint = {}; // SHA-256, hex
    std::optional<Instant> expires_at = {};
};

struct Machine {
    // Of the store's files; nullopt: the store is a database, or they cannot be read.
    std::optional<std::int64_t> store_bytes;
    std::optional<Disk> disk; // that they are on
    std::vector<OwnKey> keys;
};

} // namespace settled::api
