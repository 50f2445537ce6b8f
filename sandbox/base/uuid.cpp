#include "sandbox/base/uuid.h"

#include "base/bytes.h"

#include <array>

namespace settled::sandbox {

std::string make_uuid(Rng& rng) {
    std::array<std::uint8_t, 16> bytes{};
    rng.fill(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    std::string text = to_hex(bytes);
    for (const std::size_t at : {8U, 13U, 18U, 23U})
        text.insert(at, 1, '-');
    return text;
}

} // namespace settled::sandbox
