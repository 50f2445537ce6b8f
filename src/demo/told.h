// The notifications that the model partner received, read from its own records: by the transaction
// that they name, and whether one id ever came with two bodies.
//
// Reads only what is new, so that it may be asked again and again. One thread.
#pragma once

#include "sandbox/partner/records.h"

#include <map>
#include <string>
#include <vector>

namespace settled::demo {

struct Told {
    std::string id;
    std::string type;
    std::string client_id;      // of the payment
    std::string transaction_id; // the bank's, "" when it is about no settlement
    // The order, link, return, Bacs item or notification that it is about; or "".
    std::string subject;
    std::string body;
    std::vector<std::string> candidates; // of settlement.ambiguous: client ids
    std::int64_t version = 0;
    std::int64_t rank = 0;
    Instant received; // the first time
    int times = 1;    // that this id came
};

class ToldBook {
  public:
    void read(const sandbox::PartnerRecords& records);

    // In the order of their first arrival.
    std::vector<const Told*> about(std::string_view transaction_id) const;
    const Told* find(std::string_view transaction_id, std::string_view type) const;
    // Of an order, a link or a return; of a Bacs item by the bank's id.
    const Told* find_of(std::string_view subject, std::string_view type) const;
    std::size_t of_type(std::string_view type) const;

    std::size_t events() const { return by_id_.size(); }
    std::size_t received() const { return received_; }
    std::size_t repeated() const { return received_ - by_id_.size(); }
    // Must stay 0: not signed by the server, unreadable, an id with other bytes than before.
    std::size_t not_authentic() const { return not_authentic_; }
    std::size_t changed() const { return changed_; }

  private:
    void add(const sandbox::PartnerRecord& record);

    std::map<std::string, Told, std::less<>> by_id_;
    std::map<std::string, std::vector<std::string>, std::less<>> by_transaction_;
    std::int64_t last_number_ = 0;
    std::size_t received_ = 0;
    std::size_t not_authentic_ = 0;
    std::size_t changed_ = 0;
};

} // namespace settled::demo
