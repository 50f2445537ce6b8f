#include "bench/support/figures.h"

#include "wire/json_writer.h"

#include <fmt/format.h>

#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

namespace settled::bench {

double Latencies::percentile_ms(double share) const {
    if (us_.empty())
        return 0;
    std::vector<std::int64_t> sorted = us_;
    std::ranges::sort(sorted);
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1]) / 1000.0;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void Report::heading(std::string text) {
    lines_.push_back({"", std::move(text), ""});
}

void Report::number(std::string name, double value, std::string_view unit) {
    const std::string digits = std::abs(value) >= 100 ? fmt::format("{:.0f}", value)
                               : std::abs(value) >= 1 ? fmt::format("{:.2f}", value)
                                                      : fmt::format("{:.3f}", value);
    lines_.push_back({std::move(name), fmt::format("{:>12} {}", digits, unit), digits});
}

void Report::text(std::string name, std::string value) {
    wire::JsonWriter w;
    w.value(value);
    lines_.push_back({std::move(name), std::move(value), std::move(w).text()});
}

void Report::print() const {
    for (const Line& line : lines_) {
        if (line.name.empty())
            fmt::print("\n{}\n", line.shown);
        else
            fmt::print("  {:<34} {}\n", line.name, line.shown);
    }
}

bool Report::write_json(const std::string& path) const {
    wire::JsonWriter w;
    w.object();
    for (const Line& line : lines_)
        if (!line.name.empty())
            w.key(line.name).raw(line.json);
    w.end();
    std::ofstream file(path);
    file << w.text() << '\n';
    return file.good();
}

std::string machine() {
    std::string processor = "unknown processor";
    std::ifstream cpuinfo("/proc/cpuinfo");
    for (std::string line; std::getline(cpuinfo, line);)
        if (line.starts_with("model name")) {
            processor = line.substr(line.find(':') + 2);
            break;
        }
    utsname kernel{};
    ::uname(&kernel);
    return fmt::format("{}, {} cores, {} {}", processor, std::thread::hardware_concurrency(),
                       kernel.sysname, kernel.release);
}

} // namespace settled::bench
