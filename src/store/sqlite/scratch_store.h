// An empty store in a directory of its own, mode 0700, below the machine's directory for temporary files: it
// holds a copy of what was recorded, and goes with its directory.
//
// Making it and ending it block: files are written, and threads started and joined.
#pragma once

#include "store/store.h"

#include <memory>
#include <string>

namespace settled::store::sqlite {

class ScratchStore {
  public:
    // Fails with io_failed, and as open() does.
    static Result<std::unique_ptr<ScratchStore>> make();
    ~ScratchStore(); // nothing of it is under way any more
    ScratchStore(const ScratchStore&) = delete;
    ScratchStore& operator=(const ScratchStore&) = delete;

    Store& store() { return *store_; }

  private:
    explicit ScratchStore(std::string directory) : directory_(std::move(directory)) {}

    std::string directory_;
    std::unique_ptr<Store> store_;
};

} // namespace settled::store::sqlite
