#include "domain/order_text.h"

#include "wire/json.h"

#include <array>
#include <utility>

namespace settled::domain {

namespace {

struct Member {
    std::string_view name;
    std::string& (*of)(OrderParty&);
};

constexpr std::array party_members{
    Member{"name", [](OrderParty& p) -> std::string& { return p.party.name; }},
    Member{"iban", [](OrderParty& p) -> std::string& { return p.party.iban; }},
    Member{"sort_code", [](OrderParty& p) -> std::string& { return p.party.sort_code; }},
    Member{"account_number", [](OrderParty& p) -> std::string& { return p.party.account_number; }},
};
constexpr std::array address_members{
    Member{"line", [](OrderParty& p) -> std::string& { return p.address.line; }},
    Member{"building_number",
           [](OrderParty& p) -> std::string& { return p.address.building_number; }},
    Member{"building_name", [](OrderParty& p) -> std::string& { return p.address.building_name; }},
    Member{"street_name", [](OrderParty& p) -> std::string& { return p.address.street_name; }},
    Member{"town_name", [](OrderParty& p) -> std::string& { return p.address.town_name; }},
    Member{"country", [](OrderParty& p) -> std::string& { return p.address.country; }},
    Member{"post_code", [](OrderParty& p) -> std::string& { return p.address.post_code; }},
};

template <class Members>
bool any_given(const Members& members, OrderParty& party) {
    for (const Member& member : members)
        if (!member.of(party).empty())
            return true;
    return false;
}

template <class Members>
void write(wire::JsonWriter& w, const Members& members, OrderParty& party) {
    for (const Member& member : members)
        if (const std::string& value = member.of(party); !value.empty())
            w.member(member.name, value);
}

template <class Members>
void read(const wire::Json& object, const Members& members, OrderParty& party) {
    for (const Member& member : members)
        if (const auto value = object.member(member.name))
            member.of(party) = value->string().value_or("");
}

} // namespace

void write_order_party(wire::JsonWriter& w, const OrderParty& given) {
    OrderParty party = given;
    write(w, party_members, party);
    if (!any_given(address_members, party))
        return;
    w.key("address").object();
    write(w, address_members, party);
    w.end();
}

std::string to_json(const OrderParty& party) {
    wire::JsonWriter w;
    w.object();
    write_order_party(w, party);
    w.end();
    return std::move(w).text();
}

OrderParty parse_order_party(std::string_view json) {
    OrderParty party;
    const auto document = wire::JsonDocument::parse(json);
    if (!document)
        return party;
    read(document->root(), party_members, party);
    if (const auto address = document->root().member("address"))
        read(*address, address_members, party);
    return party;
}

} // namespace settled::domain
