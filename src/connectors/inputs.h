// What connectors are passed instead of reaching for it: header fields, secrets, keys. So they need
// no socket, no file and no knowledge of where secrets are kept.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "crypto/rsa.h"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace settled::connectors {

// The value of a header field of the request, by its name without regard to case.
using HeaderLookup = std::function<std::optional<std::string_view>(std::string_view name)>;

// Opens the secret that a setting names by URI; the content must pass `check`. Fails with
// key_unreadable, key_unsuitable. May wait for the disk: only while a connector is opened.
using SecretCheck = std::function<Result<>(std::string_view content)>;
using OpenSecret = std::function<Result<Secret>(std::string_view uri, const SecretCheck& check)>;

// The public key of that id; nullptr when there is none.
using FindKey = std::function<std::shared_ptr<const crypto::Verifier>(std::string_view id)>;

} // namespace settled::connectors
