// What every reader of statements keeps, whatever it is given: for the fuzzers.
#pragma once

#include "base/assert.h"
#include "statements/bounds.h"
#include "statements/reader.h"
#include "statements/summary.h"
#include "statements/text.h"

#include <sstream>

namespace settled::statements::fuzzing {

class Checker final : public Sink {
  public:
    Result<> begin(const Head& head) override {
        SETTLED_ASSERT(!is_open_, "a statement begins inside another");
        SETTLED_ASSERT(!head.account.empty(), "a statement without an account");
        SETTLED_ASSERT(head.number.size() <= bounds::id_bytes_max, "a long number");
        is_open_ = true;
        check_text(head.account);
        check_text(head.number);
        return summary_.begin(head);
    }
    Result<> entry(const Entry& entry) override {
        SETTLED_ASSERT(is_open_, "an entry outside of a statement");
        SETTLED_ASSERT(entry.amount.minor > 0, "an entry of nothing");
        SETTLED_ASSERT(day_of(entry.booked) == entry.booked && day_of(entry.value) == entry.value,
                       "a moment instead of a day");
        for (const std::string* text :
             {&entry.end_to_end_id, &entry.instruction_id, &entry.transaction_id,
              &entry.bank_reference, &entry.uetr, &entry.remittance, &entry.counterparty_name,
              &entry.counterparty_account})
            check_text(*text);
        if (first_ == Instant{} || entry.booked < first_)
            first_ = entry.booked;
        last_ = std::max(last_, entry.booked);
        return summary_.entry(entry);
    }
    Result<> end(const Tail& tail) override {
        SETTLED_ASSERT(is_open_, "the end of no statement");
        SETTLED_ASSERT(tail.from <= tail.to, "a period that ends before it begins");
        SETTLED_ASSERT(first_ == Instant{} || (tail.from <= first_ && last_ <= tail.to),
                       "an entry outside of the period");
        is_open_ = false;
        first_ = last_ = {};
        return summary_.end(tail);
    }

  private:
    static void check_text(const std::string& text) {
        SETTLED_ASSERT(text.size() <= bounds::remittance_bytes_max, "a long text");
        SETTLED_ASSERT(clean_text(text, bounds::remittance_bytes_max) == text, "an unclean text");
    }

    bool is_open_ = false;
    Instant first_, last_;
    Summarizer summary_;
};

inline void read(std::string_view text, Format format, const CsvOptions& options = {}) {
    std::istringstream in{std::string(text)};
    Checker checker;
    const auto done = read_statements(in, "f", format, options, checker);
    SETTLED_ASSERT(done || !done.error().detail.empty(), "a refusal says why");
}

} // namespace settled::statements::fuzzing
