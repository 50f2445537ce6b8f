#include "custody/aws/environment.h"

#include "custody/env/kept_variables.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace settled::custody::aws {

namespace {

constexpr std::array<std::string_view, 3> secrets{"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
                                                  "AWS_CONTAINER_AUTHORIZATION_TOKEN"};
constexpr std::array texts{"AWS_ACCESS_KEY_ID",
                           "AWS_REGION",
                           "AWS_DEFAULT_REGION",
                           "AWS_PROFILE",
                           "AWS_SHARED_CREDENTIALS_FILE",
                           "AWS_CONFIG_FILE",
                           "AWS_WEB_IDENTITY_TOKEN_FILE",
                           "AWS_ROLE_ARN",
                           "AWS_ROLE_SESSION_NAME",
                           "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                           "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                           "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                           "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                           "AWS_EC2_METADATA_DISABLED",
                           "AWS_ENDPOINT_URL",
                           "AWS_ENDPOINT_URL_SECRETS_MANAGER",
                           "AWS_ENDPOINT_URL_S3",
                           "AWS_ENDPOINT_URL_STS",
                           "HOME"};

} // namespace

Environment Environment::of_this_process() {
    Environment environment;
    for (const char* const name : texts)
        if (const char* const value = std::getenv(name); value != nullptr)
            environment.plain_.emplace(name, value);
    for (const std::string_view name : secrets)
        if (auto value = kept_variable(name))
            environment.secret_.emplace(name, *std::move(value));
    return environment;
}

Environment Environment::of(std::map<std::string, std::string, std::less<>> variables) {
    Environment environment;
    for (auto& [name, value] : variables)
        if (std::ranges::find(secrets, name) != secrets.end())
            environment.secret_.emplace(name, Secret(std::move(value)));
        else
            environment.plain_.emplace(name, std::move(value));
    return environment;
}

std::string Environment::text(std::string_view name) const {
    const auto found = plain_.find(name);
    return found == plain_.end() ? std::string() : found->second;
}

Secret Environment::secret(std::string_view name) const {
    const auto found = secret_.find(name);
    return found == secret_.end() ? Secret() : found->second.copy();
}

std::vector<std::string> secret_variables() {
    return {secrets.begin(), secrets.end()};
}

} // namespace settled::custody::aws
