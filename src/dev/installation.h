// What a `settled dev` sets up once, before its server runs: an API key, the model bank, core bank
// and platform as connectors, an account, the model partner as an endpoint, and a payment that waits
// for its money. Made by the same calls as `settled keys create` and `settled connectors add`.
#pragma once

#include "dev/directory.h"
#include "sandbox/sandbox.h"
#include "server/config.h"

namespace settled::dev {

inline constexpr std::string_view connector_name = "sandbox";
inline constexpr std::string_view core_bank_name = "core";
inline constexpr std::string_view platform_name = "clearmatch";

// Its settings, written at each start.
Result<server::Config> write_settings(const Directory& directory,
                                      const sandbox::KeyFiles& key_files);
// At the first start; `directory.state()` is whole then, and kept. Fails with internal, saying what
// the new server answered.
Result<> make_installation(Directory& directory, const server::Config& config,
                           sandbox::Sandbox& sandbox);
// At each start, since the sandbox remembers nothing: where it calls, how its partner checks, and
// the accounts that the server knows.
Result<> remind_sandbox(Directory& directory, const server::Config& config,
                        sandbox::Sandbox& sandbox);

} // namespace settled::dev
