// Between our values and PostgreSQL's binary wire formats.
#pragma once

#include "store/rows.h"
#include "store/session.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

struct pg_result;

namespace settled::store::postgres {

inline constexpr std::size_t parameters_max = 48;

// The parameters of one statement, as libpq wants them. Borrows what the values borrow.
class Parameters {
  public:
    explicit Parameters(std::span<const Value> values);

    int count() const { return count_; }
    const char* const* values() const { return values_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }
    // Type OIDs for the statement's first preparation; 0 where the server must find out.
    const unsigned int* types() const { return types_.data(); }

  private:
    void set(std::size_t index, const Value& value);

    int count_ = 0;
    std::array<const char*, parameters_max> values_{};
    std::array<int, parameters_max> lengths_{};
    std::array<int, parameters_max> formats_{};
    std::array<unsigned int, parameters_max> types_{};
    std::array<std::array<char, 8>, parameters_max> integers_;
    std::vector<std::string> mended_; // texts that had to be changed
};

// Text as a PostgreSQL database in UTF-8 can hold it: invalid UTF-8, and NUL, become U+FFFD. False:
// `text` is fine as it is.
bool mend_text(std::string_view text, std::string& mended);

// False when a column has a type that none of our statements asks for.
bool copy_rows(const pg_result* result, Rows& out);

} // namespace settled::store::postgres
