// What the operator says of PKCS#11: [pkcs11] in the settings.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace settled::custody::pkcs11 {

enum class Mechanism : std::uint8_t {
    automatic,
    sha256_rsa_pkcs, // the token hashes
    rsa_pkcs,        // we hash, and the token signs the DigestInfo
};

struct Settings {
    std::vector<std::string> modules; // files; no other code is ever loaded
    Mechanism mechanism = Mechanism::automatic;
    std::size_t sessions = 4; // of a token, a thread each

    bool operator==(const Settings&) const = default;
};

// The bank waits 5 s for an answer to its webhook: what cannot be signed is answered within 4.
struct Waits {
    std::chrono::milliseconds for_session{2000};
    std::chrono::milliseconds for_answer{3500}; // of the token, the wait for a session included
    std::chrono::milliseconds for_quiet{1000};  // until all sessions of a module have ended
    // Between two times that a module is initialised again. A token that is back is used within
    // 15 s: the last of these, and the interval at which keys are tried (intake/bounds.h).
    std::array<std::chrono::milliseconds, 4> again{std::chrono::seconds(1), std::chrono::seconds(2),
                                                   std::chrono::seconds(5),
                                                   std::chrono::seconds(10)};
};

} // namespace settled::custody::pkcs11
