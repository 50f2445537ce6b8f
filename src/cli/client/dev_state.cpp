#include "cli/client/dev_state.h"

#include "cli/client/private_file.h"
#include "cli/json_text.h"
#include "wire/json_writer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

namespace settled::cli {

namespace {

constexpr std::string_view state_file = "/dev.json";
constexpr std::string_view settings_file = "/settled.toml";

constexpr std::array<std::pair<std::string_view, std::uint16_t DevPorts::*>, 8> port_names{
    {{"server", &DevPorts::server},
     {"control", &DevPorts::control},
     {"bank", &DevPorts::bank},
     {"core_bank", &DevPorts::core_bank},
     {"partner", &DevPorts::partner},
     {"partner_tls", &DevPorts::partner_tls},
     {"platform", &DevPorts::platform},
     {"platform_tls", &DevPorts::platform_tls}}};

std::string path_of(std::string_view directory, std::string_view file) {
    return std::string(directory).append(file);
}

// Its settings are not looked at as dev.json is: in a directory that others may write to, such as one in
// /tmp that waits there with a link to a file of ours, they would be another's.
bool is_ours(const std::string& directory) {
    struct stat facts{};
    return ::stat(directory.c_str(), &facts) == 0 && facts.st_uid == ::geteuid() &&
           (facts.st_mode & S_IWOTH) == 0;
}

DevPorts ports_in(const wire::Json& json) {
    DevPorts ports;
    for (const auto& [name, port] : port_names) {
        const std::string digits = text_at(json, "ports." + std::string(name));
        std::from_chars(digits.data(), digits.data() + digits.size(), ports.*port);
    }
    return ports;
}

} // namespace

std::string dev_config_file(std::string_view directory) {
    if (!is_ours(std::string(directory)))
        return {};
    const auto state = read_private_file(path_of(directory, state_file));
    return state && *state ? path_of(directory, settings_file) : std::string();
}

Result<std::optional<DevState>> read_dev_state(const std::string& directory) {
    TRY(const std::optional<std::string> text, read_private_file(path_of(directory, state_file)));
    if (!text)
        return std::optional<DevState>();
    const auto document = wire::JsonDocument::parse(*text);
    if (!document)
        return fail(Code::io_failed, path_of(directory, state_file) + " is no JSON");
    const wire::Json root = document->root();
    DevState state;
    state.ports = ports_in(root);
    state.url = text_at(root, "url");
    state.key = Secret(text_at(root, "key"));
    state.control = text_at(root, "control");
    state.account = text_at(root, "account");
    state.endpoint = text_at(root, "endpoint");
    state.endpoint_secret = Secret(text_at(root, "endpoint_secret"));
    state.connector = text_at(root, "connector");
    state.payment = text_at(root, "payment");
    return std::optional(std::move(state));
}

Result<> write_dev_state(const std::string& directory, const DevState& state) {
    wire::JsonWriter w;
    w.object().member("url", state.url);
    w.member("key", state.key.reveal()); // the file is the user's alone
    w.member("control", state.control).member("account", state.account);
    w.member("endpoint", state.endpoint);
    w.member("endpoint_secret", state.endpoint_secret.reveal()); // as above
    w.member("connector", state.connector).member("payment", state.payment);
    w.key("ports").object();
    for (const auto& [name, port] : port_names)
        w.member(name, std::int64_t{state.ports.*port});
    w.end().end();
    return write_private_file(path_of(directory, state_file), indented(std::move(w).text()) + "\n");
}

} // namespace settled::cli
