// An endpoint's row as what it means: rows that an older version wrote included.
#pragma once

#include "domain/endpoint_settings.h"
#include "store/queries/endpoints.h"

namespace settled::units {

// Fails with value_invalid: the settings were not written by us.
Result<domain::EndpointSettings> endpoint_settings(const store::EndpointRow& row);
// Writes settings, auth and username into the row.
void set_endpoint_settings(store::EndpointRow& row, const domain::EndpointSettings& settings);

} // namespace settled::units
