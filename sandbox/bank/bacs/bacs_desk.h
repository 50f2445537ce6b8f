// The model bank's Bacs: notice on the second day, money on the third, and what may come between.
//
// Days pass when a test says so. About a held credit that the bank blocks no webhook follows, as
// with the real one. Source: ClearBank page "Bacs Payment Services Providers".
// Threads: used on one io_context only.
#pragma once

#include "base/rng.h"
#include "sandbox/bank/bacs/bacs_item.h"
#include "sandbox/bank/payments/bank_calendar.h"
#include "sandbox/bank/payments/ledger.h"
#include "sandbox/bank/webhooks/sender.h"

#include <map>
#include <string>
#include <string_view>

namespace settled::sandbox {

class BacsDesk {
  public:
    struct Parts {
        Ledger& ledger;
        WebhookSender& sender;
        const BankCalendar& calendar;
        Rng& rng;
    };
    explicit BacsDesk(Parts parts) : parts_(parts) {}

    // The BacsTransactionId. With `with_notice` the second day's webhook goes out. Fails with
    // limit_reached.
    Result<std::string> announce(BacsItem item, bool with_notice);
    // "hold", "block", "recall", "settle", "return", "claim". Fail with not_found, state_conflict,
    // value_invalid.
    Result<> act(std::string_view id, std::string_view action, const std::string& reason);
    // The third day of all that are announced.
    void settle_all();
    // The institution returns a credit that was applied. Fails with not_found, state_conflict.
    Result<> return_credit(std::string_view transaction_id, const std::string& reason);
    const BacsItem* find(std::string_view id) const;
    void tell_mandate(BacsMandate mandate, std::string_view type);

  private:
    void submit(Payload payload);
    void settle(BacsItem& item);
    void send_back(BacsItem& item, const std::string& reason);
    void book(const BacsItem& item, bool back, const std::string& transaction_id);

    Parts parts_;
    std::map<std::string, BacsItem, std::less<>> items_; // by BacsTransactionId
};

} // namespace settled::sandbox
