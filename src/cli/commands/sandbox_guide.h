// The way from a sandbox to the first `settlement.matched`, as commands to paste into a shell: what
// `settled sandbox` prints when it is ready. README.md's quick start goes the same way.
#pragma once

#include "base/error.h"
#include "sandbox/sandbox.h"

#include <string>

namespace settled::cli {

struct SandboxGuide {
    sandbox::Ports ports;
    sandbox::KeyFiles key_files;
    std::string directory;       // of the sandbox
    std::string settled_url;     // where the server is, or is to be
    std::string real_account_id; // at the bank
    std::string real_account_iban;
};

// Writes DIRECTORY/settled.toml, settings of a server that may call the model partner on this machine,
// and DIRECTORY/mambu.json, settings of the connector to the core bank. Fails with io_failed.
Result<> write_server_settings(const SandboxGuide& guide);

// The commands, in order; each can be pasted as it is. The server's data directory is ./data.
std::string shown(const SandboxGuide& guide);

} // namespace settled::cli
