// Which unit of a group may go on: units of one transaction share its connection, so the database's
// locks do not keep them apart. Each name has a queue in the order of asking; shared holders at its
// head go together, an exclusive one goes alone.
#pragma once

#include "store/lock.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace settled::store::postgres {

// A lock as the database knows it: a hash of what it names.
struct LockName {
    std::int64_t name = 0;
    bool shared = false;
};

// `salt` sets apart installations that share a database.
LockName name_of(const Lock& lock, std::uint64_t salt);

// Adds the missing locks; an exclusive one replaces a shared one. True: something changed.
bool add_lock(std::vector<LockName>& locks, const LockName& lock);

class Turns {
  public:
    using Unit = std::size_t;

    // Puts the unit at the end of the queues that it is not in yet. False: it holds one of them
    // shared and now wants it exclusively, which needs a new start.
    bool ask(Unit unit, std::span<const LockName> locks);
    // No other unit is before this one in any queue.
    bool may_go(Unit unit) const;
    // Takes the unit out; returns those that waited after it, in order.
    std::vector<Unit> leave(Unit unit);

  private:
    struct Place {
        Unit unit;
        bool shared;
    };
    std::map<std::int64_t, std::vector<Place>> queues_;
    std::map<Unit, std::vector<std::int64_t>> asked_;
};

} // namespace settled::store::postgres
