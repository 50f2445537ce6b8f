#include "cli/console_command.h"

#include "cli/client/dev_state.h"
#include "cli/client/sign_in_link.h"
#include "cli/client/target.h"
#include "cli/invocation.h"
#include "server/console_pages.h"
#include "server/server.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <filesystem>

namespace settled::cli {

namespace {

// Of a data directory that a `settled dev` has, its settings say where its server listens.
void take_dev_address(server::Config& config) {
    if (config.origins.contains("server.listen"))
        return;
    const std::filesystem::path data = std::filesystem::path(config.data).lexically_normal();
    const std::string file =
        dev_config_file((data.has_filename() ? data : data.parent_path()).parent_path().string());
    if (!file.empty())
        config.listen = server::load_config(file).config.listen;
}

// Why no server of these settings is the one that SETTLED_URL names; empty: one is, or it names none.
std::string other_server(const Invocation& in, const server::Config& config) {
    const auto url = process_environment()("SETTLED_URL");
    if (!url || in.has("--data") || in.has("--config"))
        return {};
    const auto named = checked_url(*url);
    const bool runs = std::filesystem::exists(server::control_socket_path(config));
    if (named && runs && *named == console_address(config))
        return {};
    return fmt::format(
        "SETTLED_URL names {}, and {}: name the data directory of its server with --data", *url,
        runs ? "the server of the settings that are found here is " + console_address(config)
             : "no server runs on the settings that are found here");
}

int run_console(Invocation& in) {
    auto config = in.config();
    if (!config)
        return exit_usage;
    take_dev_address(*config);
    if (const std::string other = other_server(in, *config); !other.empty())
        return in.usage(other);
    if (!server::has_console())
        return in.out().problem(
            Error{Code::route_unknown, "this program was built without the console"});
    if (!config->console)
        return in.out().problem(Error{Code::route_unknown, "[console] enabled is false"});
    const auto link = make_sign_in_link(*config, in.text("--tenant", "main"));
    if (!link)
        return in.out().problem(link.error());
    const std::string_view url = link->url.reveal(); // what the command is for
    if (in.out().is_json()) {
        wire::JsonWriter w;
        w.object().member("url", url).member("expires_at", link->expires_at).end();
        in.out().json(std::move(w).text());
    } else {
        in.out().text(fmt::format("{}\n\nOpen it in a browser. It signs in {}, once, until {}.\n",
                                  url, user_name(), link->expires_at));
    }
    return exit_done;
}

} // namespace

std::vector<Command> console_commands() {
    return {{.name = "console",
             .sentence = "print a link that signs you in to the console",
             .place = Place::machine,
             .output = Output::both,
             .options = {tenant_option("whose console (default main)")},
             .notes =
                 "SETTLED_URL is passed over if it names the server whose settings this directory "
                 "has, such as that of its `settled dev`. The link works once, for five "
                 "minutes. What is done in the browser is written down under the name of the "
                 "user who ran this command.",
             .run = run_console}};
}

} // namespace settled::cli
