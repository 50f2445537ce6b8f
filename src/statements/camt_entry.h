// One Ntry of a camt statement and its TxDtls, which become entries of ours as they come: of a
// batch no more than two details are held at a time.
#pragma once

#include "statements/statement.h"

#include <vector>

namespace settled::statements {

class EntryTaker {
  public:
    virtual ~EntryTaker() = default;
    virtual Result<> take(const Entry& entry) = 0;
};

class CamtEntry {
  public:
    void begin() { *this = {}; }
    void begin_detail() { detail_ = {}; }
    // The text of an element at its path below the statement ("Ntry/Amt").
    Result<> take(std::string_view path, std::string_view text, std::string_view currency);
    Result<> end_detail(EntryTaker& taker);
    Result<> end(EntryTaker& taker);

  private:
    struct Amount {
        std::string digits;
        std::string currency;
    };
    struct Charge {
        Amount amount;
        bool was_taken = true; // off the credit or on top of the debit; else it was given
    };
    struct Party {
        std::string name;
        std::string account;
    };
    struct Detail {
        Entry ids; // its references alone
        Amount amount, transaction_amount;
        std::string direction;
        bool is_return = false;
        Party debtor, creditor;
        std::string unstructured, structured, additional;
        std::vector<Charge> charges;
    };

    void take_own(std::string_view path, std::string_view text, std::string_view currency);
    void take_detail(std::string_view path, std::string_view text, std::string_view currency);
    void take_party(std::string_view path, std::string_view text);
    static void take_charge(std::vector<Charge>& charges, std::string_view path,
                            std::string_view text, std::string_view currency);
    std::int64_t charges_minor() const; // of an entry of one detail, in the account's currency
    Result<> settle_own();              // reads what the entry says of itself, once
    std::optional<Money> amount_of(const Detail& detail) const;
    Entry entry_of(const Detail& detail, Money amount) const;
    Result<> emit_part(const Detail& detail, EntryTaker& taker);
    Result<> emit_rest(EntryTaker& taker);

    // As written.
    Amount amount_;
    std::string direction_, status_, reversal_, booked_, value_, reference_, additional_;
    std::vector<Charge> charges_; // of the entry itself
    // As read.
    bool is_read_ = false;
    bool counts_ = false;
    Entry own_;

    Detail detail_, first_;
    std::uint64_t details_ = 0;
    std::uint64_t parts_ = 0;
    std::int64_t parts_minor_ = 0; // credits less debits
};

} // namespace settled::statements
