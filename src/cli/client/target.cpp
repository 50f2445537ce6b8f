#include "cli/client/target.h"

#include "custody/custody.h"
#include "net/client/client.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace settled::cli {

namespace {

using Wrong = std::unexpected<std::string>;

std::expected<Secret, std::string> read_key(const Environment& environment) {
    auto key = environment("SETTLED_KEY");
    const auto file = environment("SETTLED_KEY_FILE");
    if (key && file)
        return Wrong("give SETTLED_KEY or SETTLED_KEY_FILE, not both");
    if (key)
        return Secret(*std::move(key));
    if (!file)
        return Wrong(
            "a server elsewhere wants an API key: give it in SETTLED_KEY, or name its file "
            "in SETTLED_KEY_FILE");
    auto read = custody::read_secret("file:" + *file);
    if (!read)
        return Wrong("SETTLED_KEY_FILE: " + read.error().detail);
    return *std::move(read);
}

std::expected<Target, std::string> remote_target(const Command& command, const Given& given,
                                                 const Environment& environment, std::string url) {
    for (const Option& option : command.options)
        if (option.on_the_machine && given.has(option.name))
            return Wrong(fmt::format("{} is for the machine of the server; over a URL the API key "
                                     "says it",
                                     option.name));
    auto checked = checked_url(std::move(url));
    if (!checked)
        return std::unexpected(std::move(checked).error());
    auto key = read_key(environment);
    if (!key)
        return std::unexpected(std::move(key).error());
    Target target;
    target.remote =
        RemoteServer{*std::move(checked), *std::move(key), environment("SETTLED_CA").value_or("")};
    return target;
}

// Where no server is named: "" if there is no such file. A store that is named has no use for the
// settings of a `settled dev`.
std::string config_of_place(std::string_view system_config, std::string_view dev, bool has_store) {
    std::string config = has_store ? std::string() : dev_config_file(dev);
    std::error_code error;
    if (config.empty() && std::filesystem::exists(system_config, error))
        config = system_config;
    return config;
}

bool is_loopback_url(const std::string& text) {
    const auto url = net::Url::parse(text);
    return url && is_loopback(url->host);
}

} // namespace

bool is_loopback(const std::string& host) {
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(host, is_name);
    return is_name ? host == "localhost" : address.is_loopback();
}

// A key goes over no wire in clear.
std::expected<std::string, std::string> checked_url(std::string text) {
    while (text.ends_with('/'))
        text.pop_back();
    const auto url = net::Url::parse(text);
    if (!url)
        return Wrong(fmt::format("{} is no URL of a server, such as https://settled.example: {}",
                                 text, url.error().detail));
    if (!url->tls && !is_loopback(url->host))
        return Wrong(
            fmt::format("{}: give an https:// URL; only a server on this machine is called "
                        "without TLS",
                        text));
    return text;
}

Environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* const value = std::getenv(std::string(name).c_str());
        if (value == nullptr || *value == '\0')
            return std::nullopt;
        return value;
    };
}

std::expected<server::Config, std::vector<server::ConfigProblem>> LocalServer::load() const {
    server::LoadedConfig loaded;
    if (!config_file.empty())
        loaded = server::load_config(config_file);
    server::Config& config = loaded.config;
    const auto set = [&config](auto& setting, const auto& value, std::string_view name,
                               std::string_view origin) {
        if (value.empty())
            return;
        setting = value;
        config.origins.insert_or_assign(std::string(name),
                                        server::ConfigOrigin{std::string(origin)});
    };
    if (!config.origins.contains("server.data"))
        set(config.data, data_variable, "server.data", "SETTLED_DATA");
    set(config.data, data, "server.data", "--data");
    set(config.store_url, store_variable, "store.url", "SETTLED_STORE_URL");
    set(config.store_url, store_url, "store.url", "--store");
    set(config.listen, listen, "server.listen", "--listen");
    set(config.roles, roles, "node.roles", "--role");
    auto problems = std::move(loaded.problems);
    for (server::ConfigProblem& problem : server::check_config(config))
        problems.push_back(std::move(problem));
    if (!problems.empty())
        return std::unexpected(std::move(problems));
    return std::move(loaded.config);
}

std::string place_of(const server::Config& config) {
    return config.store_url.empty() ? config.data : "the database of store.url";
}

std::expected<Target, std::string> choose_target(const Command& command, const Given& given,
                                                 const Environment& environment,
                                                 std::string_view system_config,
                                                 std::string_view dev) {
    const bool on_machine = given.has("--data") || given.has("--config") || given.has("--store");
    const auto url = environment("SETTLED_URL");
    const auto data = environment("SETTLED_DATA");
    if (given.has("--url") && on_machine)
        return Wrong("give --url, or --data, --config and --store, not both");
    if (given.has("--url"))
        return remote_target(command, given, environment, given.text("--url"));
    if (url && data && !on_machine)
        return Wrong("SETTLED_URL and SETTLED_DATA are both set: say by --url or --data which is "
                     "meant, or unset one");
    // The link of a console is for a server of this machine, which its URL may name as well: the command
    // checks that it is the one whose settings it finds.
    const bool is_own_console = command.name == "console" && url && is_loopback_url(*url);
    if (url && !on_machine && command.place == Place::machine && !is_own_console)
        return Wrong(fmt::format("{} works on the server's own machine, and SETTLED_URL names a "
                                 "server elsewhere: give --data or --config, or unset it",
                                 command.name));
    if (url && !on_machine && command.place == Place::server)
        return remote_target(command, given, environment, *url);
    Target target;
    // The node's roles; other commands may have an option of that name with a meaning of their own.
    const bool has_roles = command.name == "serve";
    target.local = {.config_file = given.text("--config"),
                    .data = given.text("--data"),
                    .store_url = given.text("--store"),
                    .listen = given.text("--listen"),
                    .roles = has_roles ? given.all("--role") : std::vector<std::string>{},
                    .data_variable = data.value_or(""),
                    .store_variable = environment("SETTLED_STORE_URL").value_or("")};
    const bool is_named = given.has("--config") || given.has("--data") || data;
    const bool has_store = given.has("--store") || !target.local.store_variable.empty();
    if (!is_named)
        target.local.config_file = config_of_place(system_config, dev, has_store);
    return target;
}

} // namespace settled::cli
