#include "sandbox/core_bank/core_shapes.h"

#include "sandbox/base/handler.h"
#include "wire/time.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace settled::sandbox {

namespace {

using wire::Json;
using wire::JsonWriter;

std::unexpected<CoreError> invalid(std::string source) {
    return std::unexpected(CoreError{400, 4, "INVALID_PARAMETERS", std::move(source)});
}

// All times are in one offset; London's winter is UTC.
std::string organisation_time(Instant at) {
    return wire::to_rfc3339(at).substr(0, 19) + "+00:00";
}

std::string amount_text(std::int64_t minor) {
    return decimal({minor, *Currency::parse("GBP")});
}

void write_fields(JsonWriter& w, const CustomFields& fields) {
    for (const auto& [set, values] : fields) {
        w.key(set).object();
        for (const auto& [field, value] : values)
            w.member(field, value);
        w.end();
    }
}

std::string text_of(Json object, std::string_view name) {
    const auto found = object.member(name);
    return std::string(found ? found->string().value_or("") : "");
}

CoreResult<std::optional<std::int64_t>> amount_of(Json object) {
    const auto found = object.member("amount");
    if (!found || found->is_null())
        return std::nullopt;
    const auto digits = found->number();
    const auto money = digits ? parse_money(*digits, *Currency::parse("GBP")) : Result<Money>();
    if (!digits || !money)
        return invalid("amount");
    return money->minor;
}

CoreResult<std::optional<Instant>> time_of(Json object, std::string_view name) {
    const std::string text = text_of(object, name);
    if (text.empty())
        return std::nullopt;
    const auto at = wire::parse_rfc3339(text);
    if (!at || text.ends_with('Z')) // with the organisation's offset, and no other form
        return invalid(std::string(name));
    return *at;
}

CoreResult<CustomFields> fields_of(Json object) {
    CustomFields fields;
    for (std::size_t i = 0; i < object.size(); ++i) {
        const std::string set(object.name_at(i));
        if (!set.starts_with('_'))
            continue;
        if (!object.at(i).is_object())
            return invalid(set);
        for (std::size_t j = 0; j < object.at(i).size(); ++j) {
            const auto value = object.at(i).at(j).string();
            if (!value || value->empty())
                return invalid(set);
            fields[set][std::string(object.at(i).name_at(j))] = *value;
        }
    }
    return fields;
}

CoreResult<wire::JsonDocument> document_of(std::string_view body) {
    auto document = wire::JsonDocument::parse(body);
    if (!document)
        return invalid("body");
    return *std::move(document);
}

} // namespace

net::Response core_refusal(const CoreError& error) {
    JsonWriter w;
    w.object().key("errors").array().object().member("errorCode", error.code);
    w.member("errorReason", error.reason);
    if (!error.source.empty())
        w.member("errorSource", error.source);
    w.end().end().end();
    return json_answer(error.status, std::move(w).text());
}

void write_core_loan(JsonWriter& w, const CoreLoan& loan, bool is_full) {
    w.object().member("encodedKey", loan.key).member("id", loan.id);
    w.member("accountHolderType", loan.holder.is_group ? "GROUP" : "CLIENT");
    w.member("accountHolderKey", loan.holder.key);
    w.member("creationDate", organisation_time(loan.created));
    w.member("accountState", loan.state);
    if (!loan.sub_state.empty())
        w.member("accountSubState", loan.sub_state);
    w.key("loanAmount").raw(amount_text(loan.amount_minor));
    w.key("currency").object().member("code", loan.currency).end();
    w.key("balances").object().key("principalBalance").raw(amount_text(loan.owed_minor));
    w.member("interestBalance", 0).member("feesBalance", 0).member("penaltyBalance", 0).end();
    if (is_full)
        write_fields(w, loan.fields);
    w.end();
}

void write_core_booking(JsonWriter& w, const CoreBooking& booking, bool is_full) {
    w.object().member("encodedKey", booking.key).member("id", booking.id);
    if (!booking.external_id.empty())
        w.member("externalId", booking.external_id);
    w.member("parentAccountKey", booking.loan_key).member("type", booking.type);
    w.member("creationDate", organisation_time(booking.created));
    w.member("valueDate", organisation_time(booking.value_date));
    w.key("amount").raw(amount_text(booking.amount_minor));
    if (!booking.notes.empty())
        w.member("notes", booking.notes);
    w.key("transactionDetails").object().member("transactionChannelId", booking.channel).end();
    if (!booking.adjusted_by.empty())
        w.member("adjustmentTransactionKey", booking.adjusted_by);
    if (!booking.original.empty())
        w.member("originalTransactionKey", booking.original);
    if (is_full)
        write_fields(w, booking.fields);
    w.end();
}

std::string core_holder_json(const CoreHolder& holder) {
    JsonWriter w;
    w.object().member("encodedKey", holder.key);
    if (holder.is_group)
        w.member("groupName", holder.last_name);
    else
        w.member("firstName", holder.first_name).member("lastName", holder.last_name);
    w.key("addresses").array();
    if (!holder.line1.empty()) {
        w.object().member("line1", holder.line1).member("line2", holder.line2);
        w.member("city", holder.city).member("postcode", holder.postcode);
        w.member("country", holder.country).end();
    }
    w.end().end();
    return std::move(w).text();
}

CoreResult<CoreOrder> read_core_order(std::string_view body) {
    constexpr std::array<std::string_view, 6> known{
        "amount", "valueDate", "bookingDate", "externalId", "notes", "transactionDetails"};
    auto document = document_of(body);
    if (!document)
        return std::unexpected(document.error());
    const Json root = document->root();
    if (!root.is_object())
        return invalid("body");
    CoreOrder order;
    auto amount = amount_of(root);
    auto value_date = time_of(root, "valueDate");
    auto fields = fields_of(root);
    if (!amount || !value_date || !fields)
        return std::unexpected(!amount       ? amount.error()
                               : !value_date ? value_date.error()
                                             : fields.error());
    order.amount_minor = *amount;
    order.value_date = *value_date;
    order.fields = *std::move(fields);
    order.external_id = text_of(root, "externalId");
    order.notes = text_of(root, "notes");
    if (order.notes.size() > 255)
        return invalid("notes");
    if (const auto details = root.member("transactionDetails"))
        order.channel = text_of(*details, "transactionChannelId");
    for (std::size_t i = 0; i < root.size(); ++i)
        if (std::ranges::find(known, root.name_at(i)) == std::end(known) &&
            !root.name_at(i).starts_with('_'))
            order.extra.append(order.extra.empty() ? "" : ",")
                .append(root.name_at(i))
                .append("=")
                .append(root.at(i).raw());
    return order;
}

CoreResult<std::vector<CorePatch>> read_core_patch(std::string_view body) {
    auto document = document_of(body);
    if (!document)
        return std::unexpected(document.error());
    const Json root = document->root();
    if (!root.is_array() || root.size() == 0)
        return invalid("body");
    std::vector<CorePatch> changes;
    for (std::size_t i = 0; i < root.size(); ++i) {
        const std::string path = text_of(root.at(i), "path");
        const std::size_t slash = path.find('/', 1);
        if (!path.starts_with("/_") || slash == path.npos)
            return invalid("path");
        changes.push_back({text_of(root.at(i), "op"), path.substr(1, slash - 1),
                           path.substr(slash + 1), text_of(root.at(i), "value")});
    }
    return changes;
}

CoreResult<std::string> read_core_notes(std::string_view body) {
    auto document = document_of(body);
    if (!document)
        return std::unexpected(document.error());
    const std::string notes = text_of(document->root(), "notes");
    if (notes.empty())
        return invalid("notes");
    return notes;
}

CoreResult<std::vector<CoreFilter>> read_core_filters(std::string_view body) {
    auto document = document_of(body);
    if (!document)
        return std::unexpected(document.error());
    const auto list = document->root().member("filterCriteria");
    if (!list || !list->is_array())
        return invalid("filterCriteria");
    std::vector<CoreFilter> filters;
    for (std::size_t i = 0; i < list->size(); ++i)
        filters.push_back({text_of(list->at(i), "field"), text_of(list->at(i), "operator"),
                           text_of(list->at(i), "value")});
    return filters;
}

CoreResult<bool> fits(const CoreBooking& booking, const std::vector<CoreFilter>& filters) {
    for (const CoreFilter& filter : filters) {
        const bool is_equal =
            filter.operation == "EQUALS" || filter.operation == "EQUALS_CASE_SENSITIVE";
        if (filter.field == "externalId" && is_equal) {
            if (booking.external_id != filter.value)
                return false;
        } else if (filter.field == "transactionDetails.transactionChannelId" &&
                   filter.operation == "EQUALS") {
            if (booking.channel != filter.value)
                return false;
        } else if (filter.field == "creationDate" && filter.operation == "AFTER") {
            // A day in the form yyyy-MM-dd, and what was created on a later one.
            if (filter.value.size() != 10)
                return invalid(filter.field);
            if (organisation_time(booking.created).substr(0, 10) <= filter.value)
                return false;
        } else {
            return invalid(filter.field);
        }
    }
    return true;
}

} // namespace settled::sandbox
