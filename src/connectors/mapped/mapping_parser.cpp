#include "connectors/mapped/mapping.h"

#include "base/limits.h"

#include <algorithm>
#include <initializer_list>

namespace settled::connectors::mapped {

namespace {

using wire::Json;

constexpr std::size_t conditions_max = 8;
constexpr std::size_t values_max = 32;

std::unexpected<Error> wrong(std::string_view member, std::string_view why) {
    return fail(Code::value_invalid, std::string(member) + ": " + std::string(why));
}

Result<> only(Json object, std::string_view name, std::initializer_list<std::string_view> known) {
    if (!object.is_object())
        return wrong(name, "give an object");
    for (std::size_t i = 0; i < object.size(); ++i)
        if (std::ranges::find(known, object.name_at(i)) == known.end())
            return wrong(name, "there is no member " + std::string(object.name_at(i)));
    return {};
}

} // namespace

class Mapping::Parser {
  public:
    static Result<Pointer> needed(Json object, std::string_view name) {
        const auto member = object.member(name);
        if (!member)
            return wrong(name, "is missing");
        auto pointer = Pointer::parse(*member);
        if (!pointer)
            return wrong(name, pointer.error().detail);
        return pointer;
    }

    static Result<Field> optional(Json object, std::string_view name) {
        if (!object.member(name))
            return Field();
        TRY(Pointer pointer, needed(object, name));
        return Field(std::move(pointer));
    }

    static Result<Conditions> conditions(Json object, std::string_view name) {
        const auto list = object.member(name);
        if (!list)
            return Conditions();
        if (!list->is_array() || list->size() == 0 || list->size() > conditions_max)
            return wrong(name, "give a list of 1 to 8 conditions");
        Conditions all;
        for (std::size_t i = 0; i < list->size(); ++i) {
            TRY(Condition one, condition(list->at(i), name));
            all.push_back(std::move(one));
        }
        return all;
    }

    static Result<PartyFields> party(Json object, std::string_view name) {
        PartyFields fields;
        const auto written = object.member(name);
        if (!written)
            return fields;
        TRY_VOID(only(*written, name, {"name", "iban", "bban", "sort_code", "account_number"}));
        TRY(fields.name, optional(*written, "name"));
        TRY(fields.iban, optional(*written, "iban"));
        TRY(fields.bban, optional(*written, "bban"));
        TRY(fields.sort_code, optional(*written, "sort_code"));
        TRY(fields.account_number, optional(*written, "account_number"));
        return fields;
    }

    static Result<std::vector<std::string>> new_in_each_delivery(Json written) {
        constexpr std::string_view name = "new_in_each_delivery";
        std::vector<std::string> members;
        const auto list = written.member(name);
        if (!list)
            return members;
        if (written.member("payload"))
            return wrong(name, "give payload or new_in_each_delivery, not both: "
                               "new_in_each_delivery is for bodies without a payload");
        if (!list->is_array() || list->size() == 0 || list->size() > values_max)
            return wrong(name, "list 1 to 32 JSON pointers");
        for (std::size_t i = 0; i < list->size(); ++i) {
            const auto text = list->at(i).string();
            const auto pointer = text ? wire::JsonPointer::parse(*text)
                                      : Result<wire::JsonPointer>(wrong(name, "list texts"));
            if (!pointer || pointer->has_index())
                return wrong(name, "list JSON pointers to members, such as \"/EventId\"");
            members.emplace_back(*text);
        }
        return members;
    }

    static Result<SettlementFields> settlement(Json written) {
        TRY_VOID(only(written, "settlement",
                      {"when", "credit_when", "return_when", "transaction_id", "amount",
                       "amount_form", "currency", "settled_at", "zone", "scheme", "reference",
                       "end_to_end_id", "uetr", "account", "counterparty"}));
        SettlementFields fields;
        TRY(fields.when, conditions(written, "when"));
        if (fields.when.empty())
            return wrong("when", "say which webhooks are settlements");
        TRY(fields.credit_when, conditions(written, "credit_when"));
        TRY(fields.return_when, conditions(written, "return_when"));
        TRY(fields.transaction_id, needed(written, "transaction_id"));
        TRY(fields.amount, needed(written, "amount"));
        TRY(fields.amount_form, amount_form(written));
        TRY(fields.currency, needed(written, "currency"));
        TRY(fields.settled_at, needed(written, "settled_at"));
        TRY(fields.zone_offset, zone(written));
        TRY(fields.scheme, optional(written, "scheme"));
        TRY(fields.reference, optional(written, "reference"));
        TRY(fields.end_to_end_id, optional(written, "end_to_end_id"));
        TRY(fields.uetr, optional(written, "uetr"));
        TRY(fields.account, party(written, "account"));
        TRY(fields.counterparty, party(written, "counterparty"));
        const PartyFields& account = fields.account;
        if (!account.iban && !account.bban && !(account.sort_code && account.account_number))
            return wrong("account",
                         "say where its iban, bban, or sort_code and account_number are");
        return fields;
    }

  private:
    static Result<Condition> condition(Json written, std::string_view name) {
        TRY_VOID(only(written, name, {"at", "is"}));
        Condition condition;
        TRY(condition.at, needed(written, "at"));
        const auto values = written.member("is");
        if (!values || !values->is_array() || values->size() == 0 || values->size() > values_max)
            return wrong(name, "\"is\" lists 1 to 32 texts");
        for (std::size_t i = 0; i < values->size(); ++i) {
            const auto text = values->at(i).string();
            if (!text || text->size() > limits::text_bytes_max)
                return wrong(name, "\"is\" lists texts");
            condition.is.emplace_back(*text);
        }
        return condition;
    }

    // "utc", "+01:00", "-05:30".
    static Result<std::optional<std::chrono::minutes>> zone(Json written) {
        const auto member = written.member("zone");
        if (!member)
            return std::nullopt;
        const std::string_view text = member->string().value_or(std::string_view());
        if (text == "utc" || text == "UTC")
            return std::chrono::minutes(0);
        const auto two = [&](std::size_t at) {
            const bool digits =
                text[at] >= '0' && text[at] <= '9' && text[at + 1] >= '0' && text[at + 1] <= '9';
            return digits ? (text[at] - '0') * 10 + (text[at + 1] - '0') : 99;
        };
        if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
            two(1) > 14 || two(4) > 59)
            return wrong("zone", "give utc, or an offset such as +01:00");
        const std::chrono::minutes offset(two(1) * 60 + two(4));
        return text[0] == '-' ? -offset : offset;
    }

    static Result<AmountForm> amount_form(Json written) {
        const auto form = written.member("amount_form").and_then(&Json::string);
        if (form == "decimal")
            return AmountForm::decimal;
        if (form == "minor")
            return AmountForm::minor;
        return wrong("amount_form", "give decimal or minor");
    }
};

Result<Mapping> Mapping::parse(Json written) {
    TRY_VOID(only(written, "mapping",
                  {"each", "type", "id", "payload", "new_in_each_delivery", "settlement"}));
    Mapping mapping;
    TRY(mapping.each_, Parser::optional(written, "each"));
    TRY(mapping.type_, Parser::needed(written, "type"));
    TRY(mapping.id_, Parser::needed(written, "id"));
    TRY(mapping.payload_, Parser::optional(written, "payload"));
    TRY(mapping.new_in_each_delivery_, Parser::new_in_each_delivery(written));
    const auto settlement = written.member("settlement");
    if (!settlement)
        return wrong("settlement", "is missing");
    TRY(mapping.settlement_, Parser::settlement(*settlement));
    return mapping;
}

} // namespace settled::connectors::mapped
