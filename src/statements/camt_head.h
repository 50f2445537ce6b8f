// What a camt statement says of itself: account, number, period, balances.
#pragma once

#include "statements/statement.h"

namespace settled::statements {

bool is_yes(std::string_view text); // of an indicator

class CamtHead {
  public:
    // What the group header says of the message's pages.
    void set_message(std::string id, std::optional<std::int64_t> page, bool is_last);
    // The text of an element at its path below the statement.
    Result<> take(std::string_view path, std::string_view text, std::string_view currency);
    void begin_balance() { balance_ = {}; }
    Result<> end_balance();
    // Entries may not be of another currency, and make the period where none is said.
    Result<> see(const Entry& entry);

    Result<Head> head(Kind kind, const std::string& format) const;
    Result<Tail> tail() const;

  private:
    struct Balance {
        std::string type;
        std::string amount;
        std::string currency;
        std::string direction;
        std::optional<Instant> day;
    };
    Result<> use_currency(Currency currency);

    std::string iban_, other_account_;
    std::string number_;
    std::optional<std::int64_t> electronic_, legal_; // sequence numbers
    std::optional<Instant> from_, to_, created_;
    bool to_is_midnight_ = false;
    std::string message_id_;
    std::optional<std::int64_t> page_;
    bool is_last_page_ = true;
    std::optional<Currency> currency_;
    std::optional<Instant> first_, last_; // booking days of the entries

    Balance balance_; // the one that is read
    std::optional<Money> opening_, previous_closing_, closing_, first_interim_, last_interim_;
    int interims_ = 0;
    std::optional<Instant> closing_day_;
};

} // namespace settled::statements
