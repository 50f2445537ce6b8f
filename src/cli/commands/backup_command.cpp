// `settled backup` and `settled restore`: the embedded store, whole, and back.
#include "cli/client/control_client.h"
#include "cli/commands.h"
#include "cli/invocation.h"
#include "server/backup.h"
#include "server/backup_desk.h"
#include "server/build.h"
#include "server/server.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace settled::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 100ms;

void say(std::string_view what) {
    fmt::print(stderr, "settled: {}\n", what);
}

// What a running server answers about its backup; nullopt: none runs.
Result<std::optional<std::string>> ask_server(const server::Config& config, std::string method) {
    const ApiCall call{std::move(method), std::string(server::backup_path), ""};
    const auto answer = call_over_control_socket(server::control_socket_path(config), call);
    if (!answer && answer.error().code == Code::connect_failed)
        return std::nullopt;
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->status != 200)
        return fail(Code::backup_running, answer->body);
    return answer->body;
}

// Has the running server copy its store, and waits until it has. False: none runs.
Result<bool> copy_by_server(const server::Config& config) {
    TRY(auto said, ask_server(config, "POST"));
    while (said) {
        const auto state = wire::JsonDocument::parse(*said);
        const std::string status = state ? text_at(state->root(), "status") : "";
        if (status == "done")
            return true;
        if (status != "running")
            return fail(Code::io_failed, "the server could not copy its store: " +
                                             (state ? text_at(state->root(), "reason") : ""));
        std::this_thread::sleep_for(look_every);
        TRY(said, ask_server(config, "GET"));
        if (!said)
            return fail(Code::peer_closed, "the server ended while it copied its store");
    }
    return false;
}

std::string without_slash(std::string path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

int refuse_database(Invocation& in) {
    return in.usage("the store is a database: back it up with its own tools, such as\n"
                    "  pg_basebackup --pgdata=DIR --wal-method=stream --checkpoint=fast\n"
                    "After one was put back: settled restore --mark");
}

std::string as_json(const server::BackedUp& done) {
    wire::JsonWriter w;
    w.object().member("directory", done.directory);
    w.member("bytes", static_cast<std::int64_t>(done.bytes));
    w.key("manifest").raw(server::to_json(done.manifest)).end();
    return std::move(w).text();
}

int run_backup(Invocation& in) {
    auto config = in.config();
    if (!config)
        return exit_usage;
    if (!config->store_url.empty())
        return refuse_database(in);
    config->data = without_slash(config->data);
    const auto done = server::back_up(
        *config, without_slash(in.text("DIR")), server::version,
        [&] { return copy_by_server(*config); }, say);
    if (!done)
        return in.out().problem(done.error());
    if (const auto noted = ask_server(*config, "PUT"); !noted)
        return in.out().problem(noted.error());
    if (in.out().is_json())
        in.out().json(as_json(*done));
    else
        in.out().sentence(fmt::format(
            "{}: {} MiB, verified. The master key is not in it: keep {} elsewhere, too",
            done->directory, done->bytes >> 20U,
            config->master_key.empty() ? config->data + "/master.key" : config->master_key));
    return exit_done;
}

int run_mark(Invocation& in, const server::Config& config) {
    if (const auto marked = server::mark_restored(config); !marked)
        return in.out().problem(marked.error());
    in.out().sentence("the store is marked: no call that moves money is sent until `settled calls "
                      "resume`");
    return exit_done;
}

int run_restore(Invocation& in) {
    auto config = in.config();
    if (!config)
        return exit_usage;
    if (in.has("--mark"))
        return in.text("FROM").empty() ? run_mark(in, *config)
                                       : in.usage("--mark takes no backup: the store is there");
    if (!config->store_url.empty())
        return refuse_database(in);
    if (in.text("FROM").empty())
        return in.usage("which backup? settled restore DIR/settled-TIME --data NEW");
    if (in.text("--master-key").empty())
        return in.usage("--master-key FILE: the key is not in the backup, and nothing can be read "
                        "without it");
    config->data = without_slash(config->data);
    const auto done =
        server::restore(*config, without_slash(in.text("FROM")), in.text("--master-key"), say);
    if (!done)
        return in.out().problem(done.error());
    if (in.out().is_json()) {
        wire::JsonWriter w;
        w.object().member("store", done->store);
        w.key("manifest").raw(server::to_json(done->manifest)).end();
        in.out().json(w.text());
    } else {
        in.out().text(fmt::format(
            "{} is the store of {}\n"
            "Calls that move money are held. Start the server: it asks the bank for everything "
            "since. Then:\n  settled catch-ups list --data {}\n  settled calls resume --reason "
            "TEXT --data {}\n",
            done->store, done->manifest.begun, config->data, config->data));
    }
    return exit_done;
}

} // namespace

std::vector<Command> backup_commands() {
    return {
        {.name = "backup",
         .sentence = "copy the store into DIR while it is in use, and verify the copy",
         .place = Place::machine,
         .output = Output::both,
         .arguments = {{.name = "DIR", .help = "where backups are kept; each gets its directory"}},
         .notes =
             "The copy holds names, accounts and amounts, and never the master key. Everything "
             "that was acknowledged before the command is in it.",
         .run = run_backup},
        {.name = "restore",
         .sentence = "put a backup into a new data directory, and hold calls that move money",
         .place = Place::machine,
         .output = Output::both,
         .arguments = {{.name = "FROM", .help = "a backup, DIR/settled-TIME", .required = false}},
         .options = {{.name = "--master-key",
                      .value = "FILE",
                      .help = "the master key that the store was begun with",
                      .is_file = true},
                     {.name = "--mark",
                      .help = "only hold the calls: a database was put back by its own tools"}},
         .notes = "--data names the new directory. What happened after the backup is learnt from "
                  "the bank when the server starts; see docs/operating/restore.md.",
         .run = run_restore},
    };
}

} // namespace settled::cli
