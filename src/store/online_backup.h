// A store that can be copied while it is in use: the embedded one. A database has tools of its own.
#pragma once

#include "base/error.h"

#include <functional>
#include <string>

namespace settled::store {

class OnlineBackup {
  public:
    virtual ~OnlineBackup() = default;

    // Copies the store into a file that is not there. Everything that was acknowledged before the
    // call is in the copy. `done` is called once, on the engine's thread: the copy is whole and on
    // the disk, or of no use. One at a time: backup_running.
    virtual void copy_to(std::string file, std::function<void(Result<>)> done) = 0;
};

} // namespace settled::store
