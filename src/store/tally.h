// What units have counted and no commit has written yet: figures and sums of money. The session that an
// engine runs units on is one.
#pragma once

#include "store/figures.h"
#include "store/money_sums.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace settled::store {

struct Counted {
    std::vector<FigureItem> figures;
    std::vector<MoneyItem> money;

    bool is_empty() const { return figures.empty() && money.empty(); }
    void append(Counted more);
};

class Tally {
  public:
    void add(const FigureItem& item) { counted_.figures.push_back(item); }
    void add(const MoneyItem& item) { counted_.money.push_back(item); }
    Counted take() { return std::exchange(counted_, {}); }

  protected:
    ~Tally() = default;

  private:
    Counted counted_;
};

// Of the unit that this session runs.
Tally& tally_of(Session& s);

// Adds what was counted to the rows of that writer. The engine calls it before it commits; the
// statements' rows are not waited for.
Step<> write_counted(Session& s, Counted counted, std::int64_t writer);

} // namespace settled::store
