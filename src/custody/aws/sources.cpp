#include "custody/aws/sources.h"

#include "custody/aws/endpoint.h"
#include "custody/aws/reply.h"
#include "custody/file/secret_file.h"
#include "wire/json.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::custody::aws {

namespace {

constexpr std::string_view container_host = "http://169.254.170.2";
constexpr std::string_view metadata_host = "http://169.254.169.254";
constexpr std::string_view metadata_roles = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view session_name_default = "settled";

std::unexpected<Error> missing(std::string_view place, std::string_view why) {
    return fail(Code::aws_credentials_missing, fmt::format("{}: {}", place, why));
}

std::unexpected<Error> unreachable(std::string_view place, const Error& error) {
    return fail(Code::aws_unreachable,
                fmt::format("{} does not answer: {}", place, info(error.code).title));
}

std::string text_at(const wire::Json& json, std::string_view name) {
    const auto member = json.member(name);
    const auto text = member ? member->string() : std::nullopt;
    return std::string(text.value_or(std::string_view()));
}

// What AWS says in place of a token.
std::unexpected<Error> refused(const HttpReply& reply) {
    constexpr std::string_view place = "the token of AWS_WEB_IDENTITY_TOKEN_FILE";
    const std::string name = error_name(reply);
    if (trouble_of(reply) == Trouble::expired)
        return fail(
            Code::aws_credentials_expired,
            fmt::format("{} has expired ({}); what puts it there must renew it", place, name));
    if (trouble_of(reply) == Trouble::passing)
        return fail(Code::aws_failed, fmt::format("STS answers {} {}", reply.status, name));
    return fail(Code::aws_denied,
                fmt::format("STS does not give the role of AWS_ROLE_ARN for {} ({} {}); compare "
                            "the role's trust policy",
                            place, reply.status, name));
}

Result<Credentials> parse_assumed_role(const Secret& xml) {
    const std::string_view text = xml.reveal(); // it is taken apart
    const auto key_id = xml_text(text, "AccessKeyId");
    auto secret_key = xml_text(text, "SecretAccessKey");
    auto token = xml_text(text, "SessionToken");
    const auto until = xml_text(text, "Expiration");
    const auto expires_at = wire::parse_rfc3339(until.value_or(""));
    if (!key_id || !secret_key || !token || !expires_at)
        return fail(Code::aws_failed, "STS answers without credentials");
    return Credentials{*key_id, Secret(*std::move(secret_key)), Secret(*std::move(token)),
                       *expires_at};
}

Result<Secret> container_authorization(const Environment& environment) {
    const std::string file = environment.text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (file.empty())
        return environment.secret("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    return read_key_file(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", FileIs::open);
}

bool is_header_text(const Secret& value) {
    return value.reveal().find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string region_for_sts(const SourceDeps& deps) {
    for (std::string region : {deps.settings.region, deps.environment.text("AWS_REGION"),
                               deps.environment.text("AWS_DEFAULT_REGION")})
        if (!region.empty())
            return region;
    const auto of_profile = region_of_profile(deps.environment);
    return of_profile ? *of_profile : std::string();
}

} // namespace

std::string_view token(Source source) {
    switch (source) {
    case Source::automatic:
        return "auto";
    case Source::environment:
        return "environment";
    case Source::web_identity:
        return "web-identity";
    case Source::profile:
        return "profile";
    case Source::container:
        return "container";
    case Source::instance:
        return "instance";
    }
    return "";
}

Source source_of(const Settings& settings, const Environment& environment) {
    if (settings.credentials != Source::automatic)
        return settings.credentials;
    if (!environment.text("AWS_ACCESS_KEY_ID").empty() ||
        !environment.secret("AWS_SECRET_ACCESS_KEY").empty())
        return Source::environment;
    if (!environment.text("AWS_WEB_IDENTITY_TOKEN_FILE").empty())
        return Source::web_identity;
    if (has_profile(environment))
        return Source::profile;
    if (!environment.text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
        !environment.text("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty())
        return Source::container;
    return Source::instance;
}

Result<Credentials> read_credentials(const SourceDeps& deps) {
    switch (source_of(deps.settings, deps.environment)) {
    case Source::environment:
        return credentials_of_environment(deps);
    case Source::web_identity:
        return credentials_of_web_identity(deps);
    case Source::profile:
        return credentials_of_profile(deps);
    case Source::container:
        return credentials_of_container(deps);
    case Source::automatic:
    case Source::instance:
        break;
    }
    return credentials_of_instance(deps);
}

Result<Credentials> credentials_of_environment(const SourceDeps& deps) {
    Credentials credentials{deps.environment.text("AWS_ACCESS_KEY_ID"),
                            deps.environment.secret("AWS_SECRET_ACCESS_KEY"),
                            deps.environment.secret("AWS_SESSION_TOKEN")};
    if (credentials.key_id.empty() || credentials.secret_key.empty())
        return missing("environment", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together");
    return credentials;
}

Result<Credentials> credentials_of_web_identity(const SourceDeps& deps) {
    const std::string file = deps.environment.text("AWS_WEB_IDENTITY_TOKEN_FILE");
    const std::string role = deps.environment.text("AWS_ROLE_ARN");
    if (file.empty() || role.empty())
        return missing("web identity", "AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN go together");
    const std::string region = region_for_sts(deps);
    if (region.empty())
        return missing("web identity", "STS needs a region: set AWS_REGION or [aws] region");
    // Its name and mode are those that the orchestrator gives; the token lives for hours.
    TRY(const Secret identity, read_key_file(file, "AWS_WEB_IDENTITY_TOKEN_FILE", FileIs::open));
    TRY(const Endpoint endpoint,
        endpoint_of(Service::sts, region, deps.settings, deps.environment));
    const std::string given = deps.environment.text("AWS_ROLE_SESSION_NAME");
    HttpCall call;
    call.method = "POST";
    call.url = endpoint.root + "/";
    call.fields = {{"Content-Type", "application/x-www-form-urlencoded"},
                   {"Accept", "application/xml"}};
    call.body = Secret(canonical_query(
        {{"Action", "AssumeRoleWithWebIdentity"},
         {"Version", "2011-06-15"},
         {"RoleArn", role},
         {"RoleSessionName", given.empty() ? std::string(session_name_default) : given},
         // It goes to STS, which it is for.
         {"WebIdentityToken", std::string(identity.reveal())}}));
    const auto reply = deps.http.send(call);
    if (!reply)
        return unreachable("STS", reply.error());
    if (reply->status != 200)
        return refused(*reply);
    return parse_assumed_role(reply->body);
}

Result<Credentials> credentials_of_container(const SourceDeps& deps) {
    const std::string relative = deps.environment.text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const std::string url = relative.empty()
                                ? deps.environment.text("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                                : std::string(container_host) + relative;
    if (!relative.empty() && !relative.starts_with('/'))
        return missing("container",
                       "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with a slash");
    if (!is_near(url))
        return missing("container",
                       "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or lead to a "
                       "loopback or link-local address");
    TRY(const Secret authorization, container_authorization(deps.environment));
    HttpCall call{.url = url, .wait = near_wait};
    if (!authorization.empty()) {
        if (!is_header_text(authorization))
            return missing("container", "its authorization token has a line end");
        // Into the one header that it is for.
        call.fields.emplace_back("Authorization", std::string(authorization.reveal()));
    }
    const auto reply = deps.http.send(call);
    if (!reply)
        return unreachable("the container's credentials endpoint", reply.error());
    if (reply->status != 200)
        return missing("container", fmt::format("its endpoint answers {}", reply->status));
    return parse_credentials(reply->body, "container");
}

Result<Credentials> credentials_of_instance(const SourceDeps& deps) {
    constexpr std::string_view place = "instance metadata";
    constexpr std::string_view nothing =
        "there are none in variables, a web identity token, a profile or a container, and";
    if (deps.environment.text("AWS_EC2_METADATA_DISABLED") == "true")
        return missing(place, fmt::format("{} AWS_EC2_METADATA_DISABLED is true", nothing));
    std::string root = deps.environment.text("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (root.empty())
        root = metadata_host;
    if (!is_near(root))
        return missing(place, "AWS_EC2_METADATA_SERVICE_ENDPOINT must lead to a loopback or "
                              "link-local address");
    while (root.ends_with('/'))
        root.pop_back();
    // Version 2 alone: version 1 answers any client that makes this machine send a GET.
    const auto session =
        deps.http.send({.method = "PUT",
                        .url = root + "/latest/api/token",
                        .fields = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}},
                        .wait = near_wait});
    if (!session || session->status != 200 || !is_header_text(session->body))
        return missing(place, fmt::format("{} it gives no token", nothing));
    // Into the one header that it is for.
    const HttpFields proof{{"X-aws-ec2-metadata-token", std::string(session->body.reveal())}};
    const auto roles = deps.http.send(
        {.url = root + std::string(metadata_roles), .fields = proof, .wait = near_wait});
    if (!roles)
        return unreachable(place, roles.error());
    const std::string_view list = roles->body.reveal(); // a role's name
    const std::string role(list.substr(0, list.find('\n')));
    if (roles->status != 200 || role.empty())
        return missing(place, "this machine has no role");
    const auto reply =
        deps.http.send({.url = root + std::string(metadata_roles) + uri_encoded(role),
                        .fields = proof,
                        .wait = near_wait});
    if (!reply)
        return unreachable(place, reply.error());
    if (reply->status != 200)
        return missing(place, fmt::format("it answers {} for the role", reply->status));
    return parse_credentials(reply->body, place);
}

Result<Credentials> parse_credentials(const Secret& json, std::string_view place) {
    const auto document = wire::JsonDocument::parse(json.reveal()); // it is taken apart
    if (!document)
        return missing(place, "what it answers is no JSON");
    const wire::Json root = document->root();
    Credentials credentials{text_at(root, "AccessKeyId"), Secret(text_at(root, "SecretAccessKey")),
                            Secret(text_at(root, "Token"))};
    if (credentials.key_id.empty() || credentials.secret_key.empty())
        return missing(place, "what it answers has no credentials");
    if (const auto until = wire::parse_rfc3339(text_at(root, "Expiration")))
        credentials.expires_at = *until;
    return credentials;
}

} // namespace settled::custody::aws
