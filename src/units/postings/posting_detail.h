// What a posting carries in addition to its amount, as JSON: the store holds it and the API shows it.
#pragma once

#include "connectors/mambu/bookings.h"

#include <string>
#include <string_view>

namespace settled::units {

struct PostingDetail {
    connectors::mambu::PaymentDetails payment; // of a status: its `status` alone
    std::string note;                          // of an adjustment: why, for people
    std::string iban, virtual_account_id;      // of the fields of a link
};
// Members without a value are left out.
std::string to_json(const PostingDetail& detail);
// Of a text that to_json() has written.
PostingDetail parse_posting_detail(std::string_view json);

} // namespace settled::units
