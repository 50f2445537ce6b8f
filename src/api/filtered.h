// A page of the rows that pass a test which no index knows. Rows are read by what an index knows and
// looked through, at most counted_max of them for a page: what lies further back is not found, as it
// is not counted.
#pragma once

#include "api/handlers/why/status_figures.h"
#include "api/page.h"

#include <utility>
#include <vector>

namespace settled::api {

template <class Row>
class Filtered {
  public:
    explicit Filtered(const Page& page) : wanted_(page.wanted()), before_(page.before) {}

    bool wants_more() const { return !is_at_end_ && rows_.size() < wanted_ && seen_ < counted_max; }
    std::int64_t before() const { return before_; }
    // `rows`: the next limits::page_size_max below before(); fewer: there are no more.
    template <class Test>
    void take(std::vector<Row> rows, const Test& passes) {
        is_at_end_ = rows.size() < limits::page_size_max;
        seen_ += static_cast<std::int64_t>(rows.size());
        if (!rows.empty())
            before_ = rows.back().id.value;
        for (Row& row : rows)
            if (rows_.size() < wanted_ && passes(row))
                rows_.push_back(std::move(row));
    }
    std::vector<Row> rows() { return std::move(rows_); }

  private:
    std::size_t wanted_;
    std::int64_t before_;
    std::int64_t seen_ = 0;
    bool is_at_end_ = false;
    std::vector<Row> rows_;
};

} // namespace settled::api
