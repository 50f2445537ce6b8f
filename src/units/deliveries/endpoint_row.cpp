#include "units/deliveries/endpoint_row.h"

namespace settled::units {

using domain::AuthSettings;
using domain::AuthType;

Result<domain::EndpointSettings> endpoint_settings(const store::EndpointRow& row) {
    TRY(domain::EndpointSettings settings, domain::parse_endpoint_settings(row.settings));
    // Before there were settings the columns said it.
    const bool says_auth =
        settings.auth.size() != 1 || settings.auth.front().type != AuthType::signature;
    if (row.auth == domain::token(AuthType::basic) && !says_auth) {
        AuthSettings basic;
        basic.type = AuthType::basic;
        basic.username = row.username;
        settings.auth = {basic};
    }
    return settings;
}

void set_endpoint_settings(store::EndpointRow& row, const domain::EndpointSettings& settings) {
    row.settings = domain::to_json(settings);
    row.auth.clear();
    row.username.clear();
    for (const AuthSettings& auth : settings.auth) {
        row.auth += (row.auth.empty() ? "" : " ") + std::string(domain::token(auth.type));
        if (auth.type == AuthType::basic)
            row.username = auth.username;
    }
}

} // namespace settled::units
