// `settled replay --rules FILE`: what the recorded facts would have come to under other rules.
#include "app/commands.h"
#include "app/demo/terminal.h"
#include "app/open_store.h"
#include "app/replay_report.h"
#include "app/rules_file.h"
#include "app/run.h"
#include "app/tenant.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace settled::app {

namespace {

struct Options {
    InstallationOptions installation;
    std::string tenant = "main";
    std::string rules;
    bool json = false;
};

// A directory of our own that goes when we go: it holds a copy of what was recorded.
class ScratchDirectory {
  public:
    static Result<ScratchDirectory> make() {
        std::error_code error;
        const auto parent = std::filesystem::temp_directory_path(error);
        std::string pattern = (parent / "settled-replay-XXXXXX").string();
        if (error || ::mkdtemp(pattern.data()) == nullptr) // mode 0700
            return fail(Code::io_failed, fmt::format("cannot make {}: {}", pattern,
                                                     std::generic_category().message(errno)));
        return ScratchDirectory(std::move(pattern));
    }
    ScratchDirectory(ScratchDirectory&& other) noexcept
        : path_(std::exchange(other.path_, std::string())) {}
    ScratchDirectory& operator=(ScratchDirectory&&) = delete;
    ~ScratchDirectory() {
        std::error_code ignored;
        if (!path_.empty())
            std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

  private:
    explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

Result<units::ReplayReport> run(const Options& options, const Config& config,
                                std::shared_ptr<const match::RuleSet> rules) {
    SystemRng rng;
    TRY(const OpenedStore opened, open_store_for_reading(config, rng));
    TRY(const TenantId tenant, run_to_end(find_tenant(*opened.store, options.tenant)));
    TRY(const ScratchDirectory directory, ScratchDirectory::make());
    TRY(const auto scratch, store::sqlite::open({.directory = directory.path()}));
    const demo::Look look = demo::Look::of(stderr);
    demo::Terminal terminal(stderr, look);
    units::ReplayOptions how;
    how.tenant = tenant;
    how.rules = std::move(rules);
    how.unmatched_grace = config.unmatched_after;
    how.watermark = config.watermark;
    how.until = SystemClock().now();
    if (look.live)
        how.progress = [&terminal](std::int64_t done, std::int64_t all) {
            terminal.progress("replaying", static_cast<std::size_t>(done),
                              static_cast<std::size_t>(all));
        };
    auto report = run_to_end(units::replay(*opened.store, *scratch, std::move(how)));
    scratch->stop();
    opened.store->stop();
    return report;
}

int run(const Options& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    const auto rules = load_rules(options.rules);
    if (!rules)
        return report(rules.error());
    const auto result = run(options, *config, std::make_shared<const match::RuleSet>(*rules));
    if (!result)
        return report(result.error());
    if (options.json)
        fmt::print("{}\n", replay_as_json(*result, rules->name));
    else
        fmt::print("{}", replay_as_text(*result, rules->name));
    return 0;
}

} // namespace

void add_replay(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = line.root.add_subcommand(
        "replay", "what the recorded payments and settlements would come to under other rules");
    options->installation.add_to(*command, false);
    command->add_option("--rules", options->rules, "TOML file of the rule set (docs/matching.md)")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_option("--tenant", options->tenant, "whose facts (default main)");
    command->add_flag("--json", options->json, "print JSON");
    command->callback([&line, options] { line.exit_status = run(*options); });
}

} // namespace settled::app
