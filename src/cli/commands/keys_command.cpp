// `settled keys`: API keys.
#include "api/scope.h"
#include "cli/client/query.h"
#include "cli/commands.h"
#include "cli/duration.h"
#include "cli/invocation.h"
#include "wire/json_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace settled::cli {

namespace {

std::string made(const wire::Json& key) {
    return fmt::format("{}\n\n{}\nThe key is shown this once: it is not kept.\n",
                       text_at(key, "key"),
                       facts({{"id", text_at(key, "id")},
                              {"name", safe(text_at(key, "name"))},
                              {"scopes", list_at(key, "scopes", " ")},
                              {"expires", text_at(key, "expires_at")}}));
}

// The key alone, for scripts, or with what it is.
int show_new_key(Invocation& in, const ApiCall& call) {
    if (!in.has("--quiet"))
        return show(in, call, made);
    auto api = in.api();
    if (!api)
        return exit_usage;
    const auto answer = api->ask(call);
    if (!answer)
        return api->report(answer.error());
    in.changed(api->name());
    in.out().sentence(answer->at("key"));
    return exit_done;
}

std::string listed(const std::vector<wire::Json>& keys) {
    if (keys.empty())
        return "there are no keys; `settled keys create` makes one\n";
    std::vector<TableLine> lines{
        {"ID", "NAME", "SCOPES", "BEGINS", "CREATED", "LAST USED", "EXPIRES", "REVOKED"}};
    for (const wire::Json& key : keys)
        lines.push_back({text_at(key, "id"), safe(text_at(key, "name")),
                         list_at(key, "scopes", " "), text_at(key, "hint"),
                         text_at(key, "created_at"),
                         or_dash(to_minute(text_at(key, "last_used_at"))),
                         or_dash(text_at(key, "expires_at")), or_dash(text_at(key, "revoked_at"))});
    return table(lines);
}

int run_create(Invocation& in) {
    wire::JsonWriter w;
    w.object().member("name", in.text("--name")).key("scopes").array();
    for (const std::string& scope : in.all("--scopes"))
        w.value(scope);
    w.end();
    if (in.has("--expires-in")) {
        const auto life = seconds_of(in.text("--expires-in"));
        if (!life || *life == 0)
            return in.usage("--expires-in" + std::string(duration_advice));
        w.member("expires_in_seconds", *life);
    }
    w.end();
    return show_new_key(
        in,
        {.method = "POST", .target = "/v1/api-keys", .body = std::move(w).text(), .begins = true});
}

int run_rotate(Invocation& in) {
    const auto overlap = seconds_of(in.text("--overlap", "24h"));
    if (!overlap)
        return in.usage("--overlap" + std::string(duration_advice));
    wire::JsonWriter w;
    w.object().member("overlap_seconds", *overlap).end();
    return show_new_key(in, {.method = "POST",
                             .target = "/v1/api-keys/" + query_text(in.text("ID")) + "/rotate",
                             .body = std::move(w).text()});
}

int run_list(Invocation& in) {
    return show_list(in, "/v1/api-keys", listed);
}

int run_revoke(Invocation& in) {
    const std::string id = in.text("ID");
    const int status =
        show(in, {.method = "DELETE", .target = "/v1/api-keys/" + query_text(id), .body = ""},
             [](const wire::Json&) { return std::string(); });
    if (status == exit_done && !in.out().is_json())
        in.out().sentence(fmt::format("{} is worth nothing from now on", id));
    return status;
}

std::vector<std::string_view> all_scopes() {
    std::vector<std::string_view> scopes;
    for (auto i = static_cast<int>(api::Scope::payments_read);
         i <= static_cast<int>(api::Scope::admin); ++i)
        scopes.push_back(api::token(static_cast<api::Scope>(i)));
    scopes.emplace_back("*");
    return scopes;
}

std::string_view scopes_help() {
    static const std::string text =
        fmt::format("what it may do, separated by commas: {}, which is everything",
                    fmt::join(all_scopes(), ", "));
    return text;
}

} // namespace

std::vector<Command> keys_commands() {
    const Option tenant = tenant_option("whose keys (default main)");
    return {
        {.name = "keys", .sentence = "make, rotate, list and revoke API keys"},
        {.name = "keys create",
         .sentence = "make a key and show it, once",
         .place = Place::server,
         .output = Output::both,
         .options =
             {{.name = "--name", .value = "TEXT", .help = "what it is for", .required = true},
              {.name = "--scopes",
               .value = "SCOPES",
               .help = scopes_help(),
               .choices = all_scopes(),
               .required = true,
               .commas = true},
              {.name = "--expires-in",
               .value = "TIME",
               .help =
                   "how long it is worth something, such as 90d (default: until it is revoked)"},
              {.name = "--quiet", .help = "print the key alone"},
              tenant,
              {.name = "--new-tenant",
               .help = "the tenant is new, and is opened",
               .on_the_machine = true}},
         .notes = "Where there is no store yet, it makes one with its master key, and says so.",
         .run = run_create},
        {.name = "keys list",
         .sentence = "list keys (never the keys themselves)",
         .place = Place::server,
         .output = Output::both,
         .options = with_list_options({tenant}),
         .run = run_list},
        {.name = "keys rotate",
         .sentence = "make a new key in the place of one, which goes on for a while",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the old key's id, key_…"}},
         .options = {{.name = "--overlap",
                      .value = "TIME",
                      .help = "how long the old key works on, at most 7d (default 24h)"},
                     {.name = "--quiet", .help = "print the key alone"},
                     tenant},
         .notes = "The new key has the old one's name and scopes, and lives as long as that was "
                  "made to live. It is shown once.",
         .run = run_rotate},
        {.name = "keys revoke",
         .sentence = "make a key worthless from now on",
         .place = Place::server,
         .output = Output::both,
         .arguments = {{.name = "ID", .help = "the key's id, key_…"}},
         .options = {tenant},
         .run = run_revoke},
    };
}

} // namespace settled::cli
