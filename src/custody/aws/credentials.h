// The credentials in use: read when they are first needed, renewed five minutes before they end, one
// renewal at a time.
//
// Any thread. get() may wait, for the place that they come from.
#pragma once

#include "custody/aws/sources.h"
#include "custody/aws/surroundings.h"

#include <memory>
#include <mutex>

namespace settled::custody::aws {

class CredentialKeeper {
  public:
    using Kept = std::shared_ptr<const Credentials>;

    CredentialKeeper(SourceDeps deps, Surroundings surroundings)
        : deps_(deps), surroundings_(std::move(surroundings)) {}

    // Those that are near their end are used until it, when there are no new ones. Fails as their place
    // does (sources.h).
    Result<Kept> get();
    // AWS does not take these any more: the next get() reads their place again.
    void drop(const Kept& refused);

  private:
    SourceDeps deps_;
    Surroundings surroundings_;
    std::mutex mutex_; // held while they are read
    Kept kept_;
};

} // namespace settled::custody::aws
