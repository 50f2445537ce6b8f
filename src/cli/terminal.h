// The story on a screen: coloured and aligned on a terminal, plain ASCII without escape codes in a
// pipe or a file.
// Not thread-safe.
#pragma once

#include "cli/look.h"

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace settled::cli {

class Terminal {
  public:
    Terminal(std::FILE* out, Look look) : out_(out), look_(look) {}

    void title(std::string_view name, std::string_view sentence);
    void scene(int number, std::string_view name, std::string_view sentence);
    // A step that was checked, with a figure at the right.
    void passed(std::string_view what, std::string_view figure);
    void failed(std::string_view what, std::string_view expected, std::string_view seen);
    // A fact in addition to the steps: a label and a text. `faded` follows the text, less visible.
    void fact(std::string_view label, std::string_view text, std::string_view faded = {});
    void sentence(std::string_view text);
    // A line of the closing table.
    void row(bool good, std::string_view left, std::string_view right);
    void verdict(bool good, std::string_view text);
    // Drawn again in place; in a pipe only once, when it is complete.
    void progress(std::string_view label, std::size_t done, std::size_t total);
    void empty_line();

    // What stands for one character that was cut off.
    std::string_view cut_mark() const { return look_.unicode ? "·" : "."; }
    std::string_view arrow() const { return look_.unicode ? "→" : "->"; }

  private:
    enum class Tone { plain, strong, faded, good, bad };
    std::string toned(Tone tone, std::string_view text) const;
    std::size_t text_width() const;
    std::size_t mark_width() const { return look_.unicode ? 1 : 4; }
    std::string indent() const; // where texts begin, behind the mark
    std::string mark(bool good) const;
    void line(std::string_view text);
    void step(bool good, std::string_view what, std::string_view figure);
    std::string rule(std::size_t width) const;
    void end_progress();

    std::FILE* out_;
    Look look_;
    bool progress_open_ = false;
};

} // namespace settled::cli
