#include "cli/listen/signing_secret.h"

#include "cli/client/private_file.h"
#include "crypto/webhook_signature.h"

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace settled::cli {

namespace {

constexpr std::string_view head =
    "# What `settled listen` signs with: a server and its secret in each line.\n";

// A line is "server whsec_…"; a name of a server has no space.
std::string line_name(std::string server) {
    for (char& c : server)
        if (c == ' ' || c == '\n' || c == '\r')
            c = '+';
    return server;
}

std::optional<Secret> find_secret(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ')
            return Secret(std::string(line.substr(name.size() + 1)));
    }
    return std::nullopt;
}

} // namespace

Result<std::string> signing_secret_file() {
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        return fail(Code::io_failed, "HOME is not set: there is no place for the signing secret");
    return std::string(home) + "/.config/settled/listen";
}

Result<Secret> signing_secret(const std::string& file, const std::string& server, Rng& rng) {
    TRY(std::optional<std::string> text, read_private_file(file));
    const std::string name = line_name(server);
    if (text)
        if (auto known = find_secret(*text, name);
            known && crypto::parse_webhook_secret(known->reveal())) // is well-formed
            return *std::move(known);
    std::error_code failed;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), failed);
    if (failed)
        return fail(Code::io_failed, file + ": " + failed.message());
    Secret made = crypto::generate_webhook_secret(rng);
    std::string with_it = text.value_or(std::string(head));
    with_it += name + " " + std::string(made.reveal()) + "\n"; // the file is the user's alone
    TRY_VOID(write_private_file(file, with_it));
    return made;
}

} // namespace settled::cli
