// The text of an API key: "sk_", 43 letters of base64url that hold 256 random bits, 6 letters of
// checksum (36 bits of the SHA-256 of what stands before them).
//
// The prefix lets secret scanners find a leaked key; the checksum lets them, and us, distinguish a
// key from a text that only looks like one, without asking the store. It is no protection: that is
// the 256 bits.
#pragma once

#include "base/bytes.h"
#include "base/rng.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace settled::api {

// The URL-safe alphabet without padding.
std::string base64url(BytesView bytes);
// 43 letters of base64url that hold 256 random bits.
std::string random_letters(Rng& rng);

Secret generate_key_text(Rng& rng);
// Shape and checksum are right. Says nothing about whether such a key exists.
bool is_key_text(std::string_view text);
// The first characters, by which people distinguish their keys: "sk_Ab3x" (24 of the 256 bits).
std::string key_hint(std::string_view text);

} // namespace settled::api
