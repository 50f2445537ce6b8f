#include "dev/guide.h"

#include "cli/shell_word.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::dev {

std::vector<std::string> commands_to_try(const cli::DevState& state) {
    return {"settled listen", "settled trigger settlement",
            fmt::format("settled explain {}", state.payment)};
}

std::string guide_text(const cli::DevState& state, const std::string& directory,
                       std::string_view console) {
    const std::string console_line =
        console.empty() ? "" : fmt::format("  console    {}   (works once)\n", console);
    std::string text =
        fmt::format("settled dev is up: {}\n"
                    "{}"
                    "  directory  {}   (settled.toml, server.log, data/)\n"
                    "             settled console --data {}   (as doctor, backup and "
                    "audit, from any directory)\n"
                    "  sandbox    {}   (GET /state says everything)\n"
                    "  account    {}\n"
                    "  endpoint   {}   at the model partner\n\n"
                    "In other terminals, anywhere (settled trigger lists more):\n\n",
                    state.url, console_line, directory, cli::shell_word(directory + "/data"),
                    state.control, state.account, state.endpoint);
    text += fmt::format("export SETTLED_URL={} SETTLED_KEY={} SETTLED_SANDBOX={}\n", state.url,
                        state.key.reveal(), state.control);
    for (const std::string& command : commands_to_try(state))
        text += command + "\n";
    return text + "\nIt runs until Ctrl-C; started again it is the same.\n";
}

std::string guide_json(const cli::DevState& state, std::string_view console) {
    wire::JsonWriter w;
    w.object().member("url", state.url);
    w.member("key", state.key.reveal()); // as the text
    w.member("account", state.account).member("endpoint", state.endpoint);
    if (!console.empty())
        w.member("console", console);
    w.member("sandbox", state.control).key("commands").array();
    for (const std::string& command : commands_to_try(state))
        w.value(command);
    w.end().end();
    return std::move(w).text() + "\n";
}

} // namespace settled::dev
