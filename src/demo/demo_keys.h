// Where the story's institution keeps its key and the bank's token: in files, in a token of SoftHSM, or in
// what stands for AWS. The last two are started before the demo (tools/softhsm_token.py,
// tools/aws_double.py), which finds them in its environment as a server would.
#pragma once

#include "base/error.h"
#include "sandbox/keys/key_files.h"
#include "server/config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::demo {

enum class KeysIn : std::uint8_t { files, softhsm, aws };

// "file", "softhsm", "aws"
std::optional<KeysIn> keys_in_of(std::string_view word);
// For people, and as the server's listing calls it.
std::string_view name_of(KeysIn place);
std::string_view custody_of(KeysIn place);

// What the server's settings say of the place; a section, or nothing.
std::string settings_of(KeysIn place);

struct KeyPlaces {
    std::string signing_key; // URIs
    std::string api_token;
};
// Puts both there. Fails as the place does.
Result<KeyPlaces> put_keys(const server::Config& config, const sandbox::KeyFiles& keys,
                           KeysIn place);

} // namespace settled::demo
