// `settled bench match`: the matching engine over two files, with the true pairs for comparison.
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/progress.h"
#include "record_linkage/linker.h"
#include "record_linkage/score.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

namespace settled::cli {

namespace {

// "21d", "36h", "90m".
std::optional<std::chrono::microseconds> parse_window(std::string_view text) {
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
    return std::nullopt;
}

// "6%", "0.5%", to parts in a million; exact, at most four decimals.
std::optional<std::int64_t> parse_band(std::string_view text) {
    if (!text.ends_with('%'))
        return std::nullopt;
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
            return std::nullopt;
        }
    }
    for (int i = std::max(decimals, 0); i < 4; ++i)
        ppm *= 10;
    if (text.empty() || text == "." || ppm > 500'000)
        return std::nullopt;
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
    record_linkage::Score score;
    bool learnt = false;
    double expected_wrong = 0;
    double seconds = 0; // of matching, without reading the files
    double read_seconds = 0;
    std::size_t truth_unknown = 0; // rows of the truth with an id of neither file
};

double seconds_since(Clock::Steady start) {
    return std::chrono::duration<double>(SystemClock().steady() - start).count();
}

struct Files {
    std::string origin;
    std::string destination;
    std::string truth; // empty: it is not known
};

Result<Run> run(const Files& files, record_linkage::LinkOptions how) {
    how.threads = std::thread::hardware_concurrency();
    Progress bar;
    how.progress = [&bar](std::string_view what, std::size_t done, std::size_t total) {
        bar.show(what, done, total);
    };
    Run run;
    const auto started = SystemClock().steady();
    record_linkage::Texts texts;
    TRY(std::ifstream origin_file, open(files.origin));
    TRY(const record_linkage::Side origins,
        record_linkage::read_side(origin_file, files.origin, texts));
    TRY(std::ifstream destination_file, open(files.destination));
    TRY(const record_linkage::Side destinations,
        record_linkage::read_side(destination_file, files.destination, texts));
    record_linkage::Truth truth;
    if (!files.truth.empty()) {
        TRY(std::ifstream truth_file, open(files.truth));
        TRY(truth, record_linkage::read_truth(truth_file, files.truth, origins, destinations));
    }
    run.read_seconds = seconds_since(started);
    const auto matching = SystemClock().steady();
    const record_linkage::Linked linked =
        record_linkage::link_sides(origins, destinations, texts, how);
    run.seconds = seconds_since(matching);
    run.learnt = linked.learnt;
    run.expected_wrong = linked.expected_wrong;
    run.score = record_linkage::score(linked, origins, destinations, texts, truth.pairs,
                                      !files.truth.empty());
    run.truth_unknown = truth.unknown;
    return run;
}

double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::size_t per_second(const Run& run) {
    const double seconds = std::max(run.seconds + run.read_seconds, 1e-6);
    return static_cast<std::size_t>(static_cast<double>(run.score.destinations) / seconds);
}

std::string as_json(const Run& run) {
    const record_linkage::Score& score = run.score;
    const auto number = [](double value) { return fmt::format("{:.6f}", value); };
    wire::JsonWriter w;
    w.object().member("origins", score.origins).member("destinations", score.destinations);
    const std::size_t possible = score.has_truth ? score.possible : score.destinations;
    w.member("pairs_possible", possible);
    w.member("pairs_possible_of", score.has_truth ? "truth" : "destinations");
    w.member("truth_unknown", run.truth_unknown);
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
    return std::move(w).text();
}

void print_text(const Run& run) {
    const record_linkage::Score& score = run.score;
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
        if (run.truth_unknown > 0)
            count("truth with ids of neither file", run.truth_unknown);
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

int run_match(Invocation& in) {
    const auto window = parse_window(in.text("--window", "21d"));
    if (!window)
        return in.usage("--window takes a number of days, hours or minutes, such as 21d");
    const auto band = parse_band(in.text("--amount-band", "6%"));
    if (!band)
        return in.usage("--amount-band takes a share from 0% to 50%, such as 6%");
    record_linkage::LinkOptions how;
    how.bounds.window = *window;
    how.bounds.band_ppm = *band;
    const auto result =
        run({in.text("--origin"), in.text("--destination"), in.text("--truth")}, std::move(how));
    if (!result)
        return in.out().problem(result.error());
    if (in.out().is_json())
        in.out().json(as_json(*result));
    else
        print_text(*result);
    return exit_done;
}

} // namespace

std::vector<Command> bench_commands() {
    return {
        {.name = "bench", .sentence = "measure the engine on your own data"},
        {.name = "bench match",
         .sentence = "match two CSV files, payments sent and settlements arrived",
         .output = Output::both,
         .options = {{.name = "--origin",
                      .value = "FILE",
                      .help = "CSV of payments sent: id, date, amount, currency, reference and "
                              "others",
                      .required = true},
                     {.name = "--destination",
                      .value = "FILE",
                      .help = "CSV of settlements arrived, likewise",
                      .required = true},
                     {.name = "--truth",
                      .value = "FILE",
                      .help = "CSV of the true pairs: origin, destination"},
                     {.name = "--window",
                      .value = "TIME",
                      .help = "how much later a settlement may be (default 21d)"},
                     {.name = "--amount-band",
                      .value = "SHARE",
                      .help = "how far amounts may differ, of the larger (default 6%)"}},
         .run = run_match},
    };
}

} // namespace settled::cli
