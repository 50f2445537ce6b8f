// How a copy of a store gets on, for people: a bar that moves on a terminal, a line for each table
// in a pipe or a file.
#pragma once

#include "store/copy/copy.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace settled::cli {

class CopyDisplay {
  public:
    CopyDisplay(std::FILE* out, bool live) : out_(out), live_(live) {}
    ~CopyDisplay() { end_line(); }
    CopyDisplay(const CopyDisplay&) = delete;
    CopyDisplay& operator=(const CopyDisplay&) = delete;

    void show(const store::CopyProgress& progress);

  private:
    void draw(const store::CopyProgress& progress);
    void end_line();

    std::FILE* out_;
    bool live_;
    bool is_open_ = false;
    std::string shown_; // phase and table of the last line
    std::chrono::steady_clock::time_point drawn_at_;
};

} // namespace settled::cli
