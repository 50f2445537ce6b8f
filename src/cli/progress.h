// A bar on standard error while a command works, drawn again in its place. On a terminal only. It
// is gone before anything else is printed there: code that prints ends it first. Not thread-safe.
#pragma once

#include "cli/look.h"

#include <cstdio>
#include <string_view>

namespace settled::cli {

class Progress {
  public:
    explicit Progress(std::FILE* out = stderr) : Progress(out, Look::of(out)) {}
    Progress(std::FILE* out, Look look) : out_(out), look_(look) {}
    ~Progress() { end(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::string_view what, std::size_t done, std::size_t total);
    // Takes the bar away; it may be shown again.
    void end();

  private:
    std::FILE* out_;
    Look look_;
    bool is_shown_ = false;
};

} // namespace settled::cli
