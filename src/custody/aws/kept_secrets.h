// Secrets that were read from AWS, so that it is asked once in a while and not at each look.
//
// Any thread. One is read at a time, and a read may wait for as long as the reader of it does.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "custody/aws/surroundings.h"
#include "custody/scheme.h"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace settled::custody::aws {

class KeptSecrets {
  public:
    struct Name {
        std::string uri;
        bool is_pinned = false; // to a version: it never changes, and is read once
    };
    using Read = std::function<Result<Secret>()>;

    KeptSecrets(std::chrono::seconds refresh, Surroundings surroundings)
        : refresh_(refresh), surroundings_(std::move(surroundings)) {}

    // What is kept, when it is fresh enough, and else what `read` gives. After a failure the same error
    // is given until it is time for the next try, unless the caller asks for Freshness::now.
    Result<Secret> get(const Name& name, Freshness freshness, const Read& read);
    // True, once for each that is to be read again: the callers of get() are to call it.
    bool take_due();

  private:
    struct Entry {
        std::optional<Secret> value;
        std::optional<Error> trouble; // of the last read
        Clock::Steady read_at{};      // the last one
        Clock::Steady asked_at{};
        int failures = 0;
        bool is_announced = false; // as due
    };
    bool is_fresh(const Entry& entry, const Name& name, Freshness freshness,
                  Clock::Steady now) const;
    static std::chrono::seconds wait_after(int failures);
    Result<Secret> keep(Entry& entry, Result<Secret> read, Clock::Steady now) const;

    std::chrono::seconds refresh_;
    Surroundings surroundings_;
    std::mutex reading_; // held while one is read; taken before mutex_
    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
};

} // namespace settled::custody::aws
