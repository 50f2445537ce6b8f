#include "app/commands.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cstdio>

int main(int argc, char** argv) {
    using namespace settled::app;
    ::umask(077); // what we make is ours alone, but for what is given another mode
    CommandLine line;
    line.root.require_subcommand(1);
    line.root.set_version_flag("--version", "settled " SETTLED_VERSION);
    add_serve(line);
    add_check_config(line);
    add_migrate(line);
    add_store(line);
    add_keys(line);
    add_sources(line);
    add_webhooks(line);
    add_institutions(line);
    add_import(line);
    add_export(line);
    add_reviews(line);
    add_sandbox(line);
    add_demo(line);
    add_bench(line);
    add_audit(line);
    add_replay(line);
    try {
        line.root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return line.root.exit(error);
    } catch (const std::exception& error) {
        fmt::print(stderr, "settled: {}\n", error.what());
        return 70; // EX_SOFTWARE
    }
    return line.exit_status;
}
