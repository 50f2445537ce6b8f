// An error on a PostgreSQL connection, and its scope: which units fail with it.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <expected>
#include <string_view>

namespace settled::store::postgres {

enum class FailureScope : std::uint8_t {
    unit,        // one unit's statement caused it: that unit fails alone
    conflict,    // another transaction conflicted: nothing is stored, the group may be run again
    lost,        // the connection is gone or unusable
    unavailable, // nothing is stored, and running it again would not help now
};

struct Failure {
    FailureScope trouble;
    Error error;
    // The COMMIT was sent: only the database knows whether it was carried out.
    bool in_doubt = false;
};

template <class T = void>
using Attempt = std::expected<T, Failure>;

// By the SQLSTATE (PostgreSQL 15, Appendix A). `message` is the server's primary message, which
// names tables and columns; its detail, which quotes values, is never asked for.
Failure failure_of(std::string_view sqlstate, std::string_view message);

} // namespace settled::store::postgres
