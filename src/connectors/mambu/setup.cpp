#include "connectors/mambu/setup.h"

#include "connectors/mambu/members.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace settled::connectors::mambu {

namespace {

using domain::CallPurpose;
using domain::CallRequest;
using wire::Json;

constexpr std::string_view loan_entity = "LOAN_ACCOUNT";
constexpr std::string_view transaction_entity = "TRANSACTION_CHANNEL";
constexpr int listed_max = 1000; // of Mambu's pages

CallRequest get(CallPurpose purpose, std::string target) {
    return {.purpose = purpose, .method = "GET", .target = std::move(target), .body = {}};
}

CallRequest find_fields_request(std::string_view entity) {
    return get(
        CallPurpose::find_custom_fields,
        fmt::format("/customfieldsets?availableFor={}&offset=0&limit={}", entity, listed_max));
}

} // namespace

CallRequest find_channels_request() {
    return get(CallPurpose::find_channels,
               fmt::format("/organization/transactionChannels?offset=0&limit={}", listed_max));
}

CallRequest find_loan_fields_request() {
    return find_fields_request(loan_entity);
}

CallRequest find_transaction_fields_request() {
    return find_fields_request(transaction_entity);
}

CallRequest find_organisation_request() {
    return get(CallPurpose::find_organisation, "/setup/organization");
}

Result<Missing> missing_channels(std::string_view body, const Channels& channels) {
    TRY(const wire::JsonDocument document, list_in(body));
    std::set<std::string> active;
    for (std::size_t i = 0; i < document.root().size(); ++i) {
        const Json channel = document.root().at(i);
        if (text_of(channel, "state") != "INACTIVE")
            active.insert(id_of(channel, "id"));
    }
    Missing missing;
    for (const std::string& channel : used_channels(channels))
        if (!active.contains(channel))
            missing.push_back(
                fmt::format("create or activate the transaction channel {}", channel));
    return missing;
}

Result<Missing> missing_fields(std::string_view body, const std::vector<FieldPath>& fields,
                               std::string_view entity) {
    TRY(const wire::JsonDocument document, list_in(body));
    std::set<std::string> there;
    for (std::size_t i = 0; i < document.root().size(); ++i) {
        const Json set = document.root().at(i);
        const auto members = member_of(set, "customFields");
        for (std::size_t j = 0; members && j < members->size(); ++j)
            there.insert(FieldPath{id_of(set, "id"), id_of(members->at(j), "id")}.search_name());
    }
    Missing missing;
    for (const FieldPath& field : fields)
        if (!there.contains(field.search_name()))
            missing.push_back(
                fmt::format("create the custom field {} in the set {}, available for {}",
                            field.field, field.set, entity));
    return missing;
}

Result<Missing> wrong_organisation(std::string_view body, const Settings& settings) {
    TRY(const wire::JsonDocument document, object_in(body));
    Missing missing;
    std::string zone = text_of(document.root(), "timeZoneID");
    if (zone.empty())
        zone = text_of(document.root(), "timeZoneId");
    const bool is_fixed = settings.time_zone.name() != "Europe/London";
    if (!zone.empty() && zone != settings.time_zone.name() && !is_fixed)
        missing.push_back(
            fmt::format("set time_zone to the offset of {}, the organisation's", zone));
    const std::string currency = text_of(document.root(), "currency");
    if (!currency.empty() && currency != "GBP")
        missing.push_back(
            fmt::format("loans in GBP alone are paid; the organisation has {}", currency));
    return missing;
}

Result<Missing> missing_in(const CallRequest& request, std::string_view body,
                           const Settings& settings) {
    if (request.purpose == CallPurpose::find_channels)
        return missing_channels(body, settings.channels);
    if (request.purpose == CallPurpose::find_organisation)
        return wrong_organisation(body, settings);
    if (request.target.contains(loan_entity))
        return missing_fields(body, used_fields(settings.loan_fields), "loan accounts");
    return missing_fields(body, used_fields(settings.transaction_fields), "transactions");
}

} // namespace settled::connectors::mambu
