// The directory of one run of a benchmark, below TMPDIR; it goes with the run.
#pragma once

#include <string>

namespace settled::bench {

class RunDirectory {
  public:
    RunDirectory();
    ~RunDirectory();
    RunDirectory(const RunDirectory&) = delete;
    RunDirectory& operator=(const RunDirectory&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

} // namespace settled::bench
