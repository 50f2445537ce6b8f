// `settled bench match`: the matching engine over two files, with the truth beside it.
#include "app/commands.h"
#include "app/demo/terminal.h"
#include "link/linker.h"
#include "link/score.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

namespace settled::app {

namespace {

struct Options {
    std::string origin;
    std::string destination;
    std::string truth;
    std::string window = "21d";
    std::string band = "6%";
    bool json = false;
};

// "21d", "36h", "90m".
Result<std::chrono::microseconds> parse_window(std::string_view text) {
    using std::chrono::days, std::chrono::hours, std::chrono::minutes;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (error == std::errc() && number >= 0 && number <= 3660) {
        if (unit == "d")
            return days(number);
        if (unit == "h")
            return hours(number);
        if (unit == "m")
            return minutes(number);
    }
    return fail(Code::value_invalid, "--window is a number of days, hours or minutes, such as 21d");
}

// "6%", "0.5%", to parts in a million; exact, at most four decimals.
Result<std::int64_t> parse_band(std::string_view text) {
    const auto refused =
        fail(Code::value_invalid, "--amount-band is a share from 0% to 50%, such as 6%");
    if (!text.ends_with('%'))
        return refused;
    text.remove_suffix(1);
    std::int64_t ppm = 0;
    int decimals = -1;
    for (const char c : text) {
        if (c == '.' && decimals < 0) {
            decimals = 0;
        } else if (c >= '0' && c <= '9' && ppm <= 500'000 && decimals < 4) {
            ppm = ppm * 10 + (c - '0');
            decimals += decimals >= 0 ? 1 : 0;
        } else {
            return refused;
        }
    }
    for (int i = std::max(decimals, 0); i < 4; ++i)
        ppm *= 10;
    if (text.empty() || text == "." || ppm > 500'000)
        return refused;
    return ppm;
}

// A file name, or an error that says which.
Result<std::ifstream> open(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(Code::io_failed, fmt::format("{} cannot be opened", path));
    return file;
}

struct Run {
    link::Score score;
    bool learnt = false;
    double expected_wrong = 0;
    double seconds = 0; // of matching, without reading the files
    double read_seconds = 0;
};

double seconds_since(Clock::Steady start) {
    return std::chrono::duration<double>(SystemClock().steady() - start).count();
}

Result<Run> run(const Options& options) {
    link::LinkOptions how;
    TRY(how.bounds.window, parse_window(options.window));
    TRY(how.bounds.band_ppm, parse_band(options.band));
    how.threads = std::thread::hardware_concurrency();
    const demo::Look look = demo::Look::of(stderr);
    demo::Terminal terminal(stderr, look);
    if (look.live)
        how.progress = [&](std::string_view what, std::size_t done, std::size_t total) {
            terminal.progress(what, done, total);
        };

    Run run;
    const auto started = SystemClock().steady();
    link::Texts texts;
    TRY(std::ifstream origin_file, open(options.origin));
    TRY(const link::Side origins, link::read_side(origin_file, options.origin, texts));
    TRY(std::ifstream destination_file, open(options.destination));
    TRY(const link::Side destinations,
        link::read_side(destination_file, options.destination, texts));
    std::vector<link::TruePair> truth;
    if (!options.truth.empty()) {
        TRY(std::ifstream truth_file, open(options.truth));
        TRY(truth, link::read_truth(truth_file, options.truth, origins, destinations));
    }
    run.read_seconds = seconds_since(started);
    const auto matching = SystemClock().steady();
    const link::Linked linked = link::link_sides(origins, destinations, texts, how);
    run.seconds = seconds_since(matching);
    run.learnt = linked.learnt;
    run.expected_wrong = linked.expected_wrong;
    run.score = link::score(linked, origins, destinations, texts, truth, !options.truth.empty());
    return run;
}

double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::size_t per_second(const Run& run) {
    const double seconds = std::max(run.seconds + run.read_seconds, 1e-6);
    return static_cast<std::size_t>(static_cast<double>(run.score.destinations) / seconds);
}

void print_json(const Run& run) {
    const link::Score& score = run.score;
    const auto number = [](double value) { return fmt::format("{:.6f}", value); };
    wire::JsonWriter w;
    w.object().member("origins", score.origins).member("destinations", score.destinations);
    const std::size_t possible = score.has_truth ? score.possible : score.destinations;
    w.member("pairs_possible", possible);
    w.member("pairs_possible_of", score.has_truth ? "truth" : "destinations");
    w.member("matched", score.matched);
    w.key("matched_share")
        .raw(number(share(score.has_truth ? score.right : score.matched, possible)));
    w.key("matched_share_of_destinations").raw(number(share(score.matched, score.destinations)));
    w.key("right");
    score.has_truth ? w.value(score.right) : w.null();
    w.key("wrong");
    score.has_truth ? w.value(score.wrong) : w.null();
    w.member("ambiguous", score.ambiguous).member("unmatched", score.unmatched);
    w.key("per_rank").object();
    for (const auto& [rank, count] : score.per_rank)
        w.member(rank, count);
    w.end();
    w.key("wrong_per_rank").object();
    for (const auto& [rank, count] : score.wrong_per_rank)
        w.member(rank, count);
    w.end();
    w.member("learnt", run.learnt);
    w.key("expected_wrong").raw(number(run.expected_wrong));
    w.key("seconds").raw(number(run.seconds + run.read_seconds));
    w.member("settlements_per_s", per_second(run)).end();
    fmt::print("{}\n", w.text());
}

void print_text(const Run& run) {
    const link::Score& score = run.score;
    const auto line = [](std::string_view name, const std::string& value) {
        fmt::print("{:<34}{:>14}\n", name, value);
    };
    const auto count = [&](std::string_view name, std::size_t value) {
        line(name, fmt::format("{}", value));
    };
    count("origins", score.origins);
    count("destinations", score.destinations);
    if (score.has_truth) {
        count("pairs_possible (truth)", score.possible);
        line("matched_share (of possible)",
             fmt::format("{:.4f}", share(score.right, score.possible)));
    }
    line(score.has_truth ? "matched of all destinations" : "matched_share (of destinations)",
         fmt::format("{:.4f}", share(score.matched, score.destinations)));
    count("matched", score.matched);
    if (score.has_truth)
        count("wrong", score.wrong);
    line("expected_wrong", fmt::format("{:.2f}", run.expected_wrong));
    count("ambiguous", score.ambiguous);
    count("unmatched", score.unmatched);
    for (const auto& [rank, number] : score.per_rank)
        count(fmt::format("rank {}", rank), number);
    line("settlements/s", fmt::format("{}", per_second(run)));
    if (!run.learnt)
        fmt::print("too little to learn from: only the exact ranks were used\n");
}

} // namespace

void add_bench(CommandLine& line) {
    CLI::App* const bench =
        line.root.add_subcommand("bench", "measure the engine on your own data");
    bench->require_subcommand(1);
    auto options = std::make_shared<Options>();
    CLI::App* const match = bench->add_subcommand(
        "match", "match two CSV files, payments sent and settlements arrived");
    match
        ->add_option("--origin", options->origin,
                     "CSV of payments sent: id, date, amount, "
                     "currency, reference and others")
        ->required();
    match->add_option("--destination", options->destination, "CSV of settlements arrived, likewise")
        ->required();
    match->add_option("--truth", options->truth, "CSV of the true pairs: origin, destination");
    match->add_option("--window", options->window,
                      "how much later a settlement may be (default 21d)");
    match->add_option("--amount-band", options->band,
                      "how far amounts may differ, of the larger (default 6%)");
    match->add_flag("--json", options->json, "print JSON");
    match->callback([&line, options] {
        const auto result = run(*options);
        if (!result)
            line.exit_status = report(result.error());
        else if (options->json)
            print_json(*result);
        else
            print_text(*result);
    });
}

} // namespace settled::app
