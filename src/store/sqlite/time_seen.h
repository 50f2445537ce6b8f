// The latest time inside that the store has seen: the next start goes on from it, whatever the
// machine's clock says then.
#pragma once

#include "base/rising_clock.h"
#include "store/sqlite/connection.h"

namespace settled::store::sqlite {

// At the first start there is none, and the clock is left as it is.
Result<> go_on_from_what_was_seen(Connection& connection, RisingClock& time);

// Written in commits. Writing it each time would cost a page a commit: it is written when it is a
// second old, and a start adds that second.
class TimeSeen {
  public:
    explicit TimeSeen(const Clock* time) : time_(time) {}

    // Called in the transaction, after all other statements.
    Result<> leave(Connection& connection);
    void committed() { written_ = leaving_; }

  private:
    const Clock* time_; // null: none is kept
    Instant written_, leaving_;
};

} // namespace settled::store::sqlite
