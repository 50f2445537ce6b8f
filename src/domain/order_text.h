// Parties and addresses of orders as JSON: what the store holds and the API shows.
#pragma once

#include "domain/order.h"
#include "wire/json_writer.h"

#include <string>
#include <string_view>

namespace settled::domain {

struct OrderParty {
    Party party;
    PostalAddress address;
};
std::string to_json(const OrderParty& party);
// Of a text that to_json() has written.
OrderParty parse_order_party(std::string_view json);
// As members of an object that is open; members without a value are left out.
void write_order_party(wire::JsonWriter& w, const OrderParty& party);

} // namespace settled::domain
