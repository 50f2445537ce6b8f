// The settings of an endpoint as clients write them: schedule, order, rate, retries, filter,
// format.
// Strict; errors as in reader.h.
#pragma once

#include "domain/endpoint_settings.h"
#include "payloads/reader.h"

#include <functional>
#include <vector>

namespace settled::api {

// What a request changes of the settings, in order. null takes a member away.
using SettingsChanges = std::vector<std::function<void(domain::EndpointSettings&)>>;

// `root` is the object that `in` reads.
SettingsChanges read_settings(payloads::Reader& in, const wire::Json& root);

// Settings that are each legal but together wrong. `public_url`: this server's, "" when none is set. Fails with value_invalid.
Result<> check_settings(const domain::EndpointSettings& settings, std::string_view url,
                        std::string_view public_url);

} // namespace settled::api
