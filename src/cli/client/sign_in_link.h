// A link with which a person signs in to the console: once, within some minutes.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "server/config.h"

#include <string>
#include <string_view>

namespace settled::cli {

struct SignInLink {
    Secret url;             // signs in by itself
    std::string expires_at; // RFC 3339
};

// Where a browser on this machine reaches the server, or partners do: without a slash at the end.
std::string console_address(const server::Config& config);
// The name of the user who runs this program.
std::string user_name();
// Of the server on the data directory, or of the store itself where none runs. Fails as call_api(),
// and with what the API refused.
Result<SignInLink> make_sign_in_link(const server::Config& config, std::string_view tenant);

} // namespace settled::cli
