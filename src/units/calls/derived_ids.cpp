#include "units/calls/derived_ids.h"

#include "base/bytes.h"

#include <array>

namespace settled::units {

namespace {

constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's
constexpr std::size_t end_to_end_letters = 25;                           // of 5 bits each

// Length-prefixed, so that no two lists of parts are the same text.
void append_part(std::string& text, std::string_view part) {
    text.append(std::to_string(part.size())).append(":").append(part);
}

} // namespace

crypto::Digest DerivedIds::of(TenantId tenant, std::string_view kind,
                              std::initializer_list<std::string_view> parts) const {
    std::string text;
    append_part(text, kind);
    append_part(text, std::to_string(tenant.value));
    for (const std::string_view part : parts)
        append_part(text, part);
    return hmac_.of(text);
}

std::string DerivedIds::end_to_end_id(TenantId tenant, std::string_view connector,
                                      std::string_view client_id) const {
    const crypto::Digest digest = of(tenant, "end-to-end-id", {connector, client_id});
    std::string id = "S";
    unsigned bits = 0;
    unsigned waiting = 0;
    for (std::size_t at = 0; id.size() <= end_to_end_letters;) {
        if (waiting < 5) {
            bits = bits << 8 | digest[at++];
            waiting += 8;
        }
        waiting -= 5;
        id += letters[bits >> waiting & 31];
    }
    return id;
}

bool DerivedIds::is_end_to_end_id(std::string_view text) {
    return text.size() == end_to_end_letters + 1 && text.front() == 'S' &&
           text.find_first_not_of(letters, 1) == text.npos;
}

std::string DerivedIds::request_id(TenantId tenant, std::string_view connector,
                                   std::string_view purpose,
                                   std::initializer_list<std::string_view> parts) const {
    std::string text;
    append_part(text, connector);
    append_part(text, purpose);
    for (const std::string_view part : parts)
        append_part(text, part);
    crypto::Digest digest = of(tenant, "request-id", {text});
    digest[6] = static_cast<std::uint8_t>((digest[6] & 0x0f) | 0x80); // RFC 9562 version 8
    digest[8] = static_cast<std::uint8_t>((digest[8] & 0x3f) | 0x80);
    const std::string hex = to_hex(BytesView(digest).first(16));
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
           hex.substr(16, 4) + "-" + hex.substr(20);
}

} // namespace settled::units
