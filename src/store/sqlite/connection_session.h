// A Session on one SQLite connection, for the writer and the readers alike.
#pragma once

#include "store/session.h"
#include "store/sqlite/connection.h"
#include "store/tally.h"

namespace settled::store::sqlite {

// Statements are done at once; one that fails leaves the unit waiting, to be abandoned.
class ConnectionSession final : public Session, public Tally {
  public:
    explicit ConnectionSession(Connection& connection) : connection_(connection) {}

    // The result of the last statement.
    const Result<>& last() const { return last_; }

  protected:
    bool perform(const Statement& statement, std::span<const Value> values, Rows* out,
                 std::coroutine_handle<>) override {
        last_ = connection_.run(statement, values, out);
        return last_.has_value();
    }

  private:
    Connection& connection_;
    Result<> last_ = {};
};

} // namespace settled::store::sqlite
