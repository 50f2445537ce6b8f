// Whether the organisation has what the settings name: transaction channels, custom fields, time
// zone and currency. Source: Mambu API v2, "Transaction channels", "Custom field sets",
// "Organization setup".
#pragma once

#include "base/error.h"
#include "connectors/mambu/settings.h"
#include "domain/call.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::connectors::mambu {

domain::CallRequest find_channels_request();
domain::CallRequest find_loan_fields_request();
domain::CallRequest find_transaction_fields_request();
domain::CallRequest find_organisation_request();

// What is missing, each with what to do about it; empty: all is there. Fails with reply_unreadable.
using Missing = std::vector<std::string>;
Result<Missing> missing_channels(std::string_view body, const Channels& channels);
Result<Missing> missing_fields(std::string_view body, const std::vector<FieldPath>& fields,
                               std::string_view entity);
Result<Missing> wrong_organisation(std::string_view body, const Settings& settings);

// Of the reply to one of these requests, by its purpose and target.
Result<Missing> missing_in(const domain::CallRequest& request, std::string_view body,
                           const Settings& settings);

} // namespace settled::connectors::mambu
