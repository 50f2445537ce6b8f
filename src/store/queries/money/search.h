// Payments, settlements, orders, returns and links by what people know of them: ids, of which the caller reads
// those that it shows. Every search is by an index, and looks at a bounded number of its rows.
#pragma once

#include "base/id.h"
#include "base/money.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/queries/search_words.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <string>
#include <vector>

namespace settled::store {

enum class SearchKey : std::uint8_t {
    payment_client_id, // in small letters
    payment_end_to_end_id,
    payment_uetr,
    payment_payer,      // account_key()
    payment_payer_name, // canonical, the whole of it
    payment_reference,
    settlement_end_to_end_id,
    settlement_uetr,
    settlement_payer,
    settlement_payer_name, // canonical, the whole of it
    settlement_reference,
    order_client_id,     // in small letters
    order_end_to_end_id, // in small letters
    order_creditor,
    return_client_id, // in small letters
    return_end_to_end_id,
    link_client_id, // in small letters
    link_iban,
};
// Those whose field is that value, which is not empty: the newest `limit` below an id, newest
// first.
Step<std::vector<std::int64_t>> newest_with(Session& s, TenantId tenant, SearchKey key,
                                            std::string value, std::size_t limit,
                                            std::int64_t before = INT64_MAX);

enum class SearchAmount : std::uint8_t { payments, settlements, orders };
struct OfAmount {
    std::int64_t id = 0;
    Currency currency;
};
// Those of so many minor units of any currency: the newest `limit`, newest first.
Step<std::vector<OfAmount>> newest_of_amount(Session& s, TenantId tenant, SearchAmount which,
                                             std::int64_t minor, std::size_t limit,
                                             std::int64_t before = INT64_MAX);

// What begins with a text: rows of an index, at most `rows_max`; those of the text itself come first, the newest of them
// first.
struct Beginnings {
    struct Row {
        std::int64_t id = 0;
        bool exact = false; // it is the whole
    };
    std::vector<Row> rows;
    bool limit_reached = false; // there may be more
};
enum class SearchReference : std::uint8_t { payments, settlements };
Step<Beginnings> references_from(Session& s, TenantId tenant, SearchReference which,
                                 std::string beginning, std::size_t rows_max);
Step<Beginnings> words_from(Session& s, TenantId tenant, WordsOf kind, std::string beginning,
                            std::size_t rows_max);

// Those of them that exist, in any order.
Step<std::vector<domain::Payment>> find_existing_payments(Session& s, TenantId tenant,
                                                          std::vector<std::int64_t> ids);
Step<std::vector<domain::Settlement>> find_existing_settlements(Session& s, TenantId tenant,
                                                                std::vector<std::int64_t> ids);
Step<std::vector<domain::Order>> find_existing_orders(Session& s, TenantId tenant,
                                                      std::vector<std::int64_t> ids);

} // namespace settled::store
