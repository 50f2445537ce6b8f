#include "cli/console_command.h"

#include "cli/client/sign_in_link.h"
#include "cli/invocation.h"
#include "server/console_pages.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

int run_console(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
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
             .notes = "The link works once, for five minutes. What is done in the browser is "
                      "written down under the name of the user who ran this command.",
             .run = run_console}};
}

} // namespace settled::cli
