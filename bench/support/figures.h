// Figures of a benchmark: printed as a table, written as JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::bench {

// Latencies in microseconds.
class Latencies {
  public:
    void add(std::int64_t us) { us_.push_back(us); }
    void add_all(const Latencies& other) {
        us_.insert(us_.end(), other.us_.begin(), other.us_.end());
    }
    std::size_t size() const { return us_.size(); }
    // `share` of them are no slower, 0 to 1; in milliseconds. 0 when there are none.
    double percentile_ms(double share) const;

  private:
    std::vector<std::int64_t> us_;
};

double median(std::vector<double> values);

class Report {
  public:
    void heading(std::string text);
    void number(std::string name, double value, std::string_view unit);
    void text(std::string name, std::string value);

    // The table, to standard output.
    void print() const;
    // One JSON object with every figure as a member. False when the file cannot be written.
    bool write_json(const std::string& path) const;

  private:
    struct Line {
        std::string name; // empty: a heading
        std::string shown;
        std::string json;
    };
    std::vector<Line> lines_;
};

// Processor, cores, kernel: figures mean nothing without.
std::string machine();

} // namespace settled::bench
