// What a file says in all, found without keeping its entries: the sums, whether the balance holds,
// and a digest by which the same statement is known again whatever its file is called.
#pragma once

#include "crypto/hash.h"
#include "statements/statement.h"

#include <string>
#include <vector>

namespace settled::statements {

struct Side {
    std::int64_t count = 0;
    std::int64_t minor = 0;

    friend bool operator==(const Side&, const Side&) = default;
};

struct Summary {
    Head head;
    Tail tail;
    Side credits, debits;
    crypto::Digest digest{};
};

// Collects a summary of each statement. Fails with amount_invalid when sums are beyond 18 digits.
class Summarizer final : public Sink {
  public:
    Result<> begin(const Head& head) override;
    Result<> entry(const Entry& entry) override;
    Result<> end(const Tail& tail) override;

    const std::vector<Summary>& statements() const { return done_; }

  private:
    void add(std::string_view text);
    void add(std::int64_t number);
    void flush();

    Summary now_;
    std::string pending_; // not in the digest yet
    std::vector<Summary> done_;
};

} // namespace settled::statements
