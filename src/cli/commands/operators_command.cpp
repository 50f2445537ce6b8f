#include "cli/operators_command.h"

#include "cli/client/ask_secret.h"
#include "cli/client/query.h"
#include "cli/invocation.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string with_code(const wire::Json& made) {
    return fmt::format(
        "{}\n\n{}\nThe address is for an authenticator app, and is shown this once.\n",
        text_at(made, "totp_uri"),
        facts({{"id", text_at(made, "id")},
               {"username", safe(text_at(made, "username"))},
               {"role", text_at(made, "role")}}));
}

std::string listed(const std::vector<wire::Json>& operators) {
    if (operators.empty())
        return "there are no operators; `settled operators add` adds one\n";
    std::vector<TableLine> lines{{"ID", "USERNAME", "ROLE", "CREATED"}};
    for (const wire::Json& one : operators)
        lines.push_back({text_at(one, "id"), safe(text_at(one, "username")), text_at(one, "role"),
                         text_at(one, "created_at")});
    return table(lines);
}

int run_add(Invocation& in) {
    const auto password = ask_secret("password");
    if (!password)
        return in.out().problem(password.error());
    wire::JsonWriter w;
    w.object().member("username", in.text("NAME"));
    w.member("password", password->reveal()); // to the API, which keeps its hash
    w.member("role", in.text("--role")).end();
    return show(in, {.method = "POST", .target = "/v1/operators", .body = std::move(w).text()},
                with_code);
}

int run_list(Invocation& in) {
    return show_list(in, "/v1/operators", listed);
}

// The operator's id, by the name or as it was given; "" when there is none, which was printed.
std::string id_of(Invocation& in, ApiSession& api) {
    const std::string name = in.text("NAME");
    if (name.starts_with("opr_"))
        return name;
    const auto page = api.ask({.method = "GET", .target = "/v1/operators?limit=500", .body = ""});
    if (!page) {
        (void)api.report(page.error());
        return {};
    }
    const auto data = page->root().member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i)
        if (text_at(data->at(i), "username") == name)
            return text_at(data->at(i), "id");
    (void)in.out().problem(Error{Code::not_found, "there is no operator " + name});
    return {};
}

int run_remove(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const std::string id = id_of(in, *api);
    if (id.empty())
        return exit_failed;
    const auto gone =
        api->call({.method = "DELETE", .target = "/v1/operators/" + query_text(id), .body = ""});
    if (!gone)
        return api->report(gone.error());
    if (gone->status != 204)
        return in.out().problem(*gone);
    in.changed(api->name());
    if (!in.out().is_json())
        in.out().sentence(fmt::format("{} signs in no more", in.text("NAME")));
    return exit_done;
}

int run_totp(Invocation& in) {
    auto api = in.api();
    if (!api)
        return exit_usage;
    const std::string id = id_of(in, *api);
    if (id.empty())
        return exit_failed;
    const auto made = api->ask(
        {.method = "POST", .target = "/v1/operators/" + query_text(id) + "/totp", .body = ""});
    if (!made)
        return api->report(made.error());
    in.changed(api->name());
    if (in.out().is_json())
        in.out().json(made->body());
    else
        in.out().text(with_code(made->root()));
    return exit_done;
}

} // namespace

std::vector<Command> operators_commands() {
    const Option tenant = tenant_option("whose operators (default main)");
    const Argument name{.name = "NAME", .help = "the username, or the id, opr_…"};
    return {
        {.name = "operators",
         .sentence = "add, list and remove people who sign in to the console with a password"},
        {.name = "operators add",
         .sentence = "add a person, and show the secret of the codes, once",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "NAME", .help = "lower-case letters, digits, '.', '-' and '_'"}},
         .options = {{.name = "--role",
                      .value = "ROLE",
                      .help = "viewer reads; operator also decides, delivers again and may look "
                              "at what is masked; admin does everything",
                      .choices = {"viewer", "operator", "admin"},
                      .required = true},
                     tenant},
         .notes = "The password is asked for, twice; in a pipe it is the first line. It has 12 "
                  "characters or more.",
         .run = run_add},
        {.name = "operators list",
         .sentence = "list operators",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list},
        {.name = "operators totp",
         .sentence = "make a new secret for a person's codes; their sessions end",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {tenant},
         .run = run_totp},
        {.name = "operators remove",
         .sentence = "remove a person; their sessions end",
         .place = Place::server,
         .output = Output::both,
         .arguments = {name},
         .options = {tenant},
         .run = run_remove},
    };
}

} // namespace settled::cli
