// Credentials and region of a profile: ~/.aws/credentials and ~/.aws/config, as the AWS tools write them.
#include "custody/aws/sources.h"
#include "custody/file/secret_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace settled::custody::aws {

namespace {

using Section = std::map<std::string, Secret, std::less<>>;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

// Nested values ("s3 =" and lines that are indented) are none of ours.
Section section_of(std::string_view content, std::string_view wanted) {
    Section section;
    bool is_inside = false;
    while (!content.empty()) {
        const std::size_t end = content.find('\n');
        const std::string_view whole = content.substr(0, end);
        content = end == content.npos ? std::string_view() : content.substr(end + 1);
        const std::string_view line = trimmed(whole);
        if (line.empty() || line.front() == '#' || line.front() == ';')
            continue;
        if (line.front() == '[') {
            is_inside = line.ends_with(']') && trimmed(line.substr(1, line.size() - 2)) == wanted;
            continue;
        }
        const std::size_t sign = line.find('=');
        if (!is_inside || sign == line.npos || whole.front() == ' ' || whole.front() == '\t')
            continue;
        section.insert_or_assign(std::string(trimmed(line.substr(0, sign))),
                                 Secret(std::string(trimmed(line.substr(sign + 1)))));
    }
    return section;
}

std::string path_of(const Environment& environment, std::string_view variable,
                    std::string_view below_home) {
    std::string path = environment.text(variable);
    if (!path.empty())
        return path;
    const std::string home = environment.text("HOME");
    return home.empty() ? std::string() : fmt::format("{}/{}", home, below_home);
}

std::string credentials_path(const Environment& environment) {
    return path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
}

std::string config_path(const Environment& environment) {
    return path_of(environment, "AWS_CONFIG_FILE", ".aws/config");
}

bool is_there(const std::string& path) {
    return !path.empty() && ::access(path.c_str(), F_OK) == 0;
}

std::string profile_name(const Environment& environment) {
    std::string name = environment.text("AWS_PROFILE");
    return name.empty() ? "default" : name;
}

// [default], and [profile NAME] for all others.
std::string config_section(const std::string& name) {
    return name == "default" ? name : "profile " + name;
}

bool holds_secret(const Section& section) {
    return section.contains("aws_secret_access_key") || section.contains("aws_session_token");
}

Result<Section> read_section(const std::string& path, const std::string& section, FileIs is) {
    if (!is_there(path))
        return Section();
    TRY(const Secret content, read_key_file(path, path, is));
    return section_of(content.reveal(), section); // it is taken apart
}

// The settings may be open to all, unless there is a secret among them.
Result<Section> read_config(const Environment& environment) {
    const std::string path = config_path(environment);
    const std::string name = config_section(profile_name(environment));
    TRY(Section section, read_section(path, name, FileIs::open));
    if (!holds_secret(section))
        return section;
    return read_section(path, name, FileIs::secret);
}

std::string text_of(const Section& section, std::string_view name) {
    const auto found = section.find(name);
    return found == section.end() ? std::string() : std::string(found->second.reveal()); // settings
}

Secret secret_of(const Section& section, std::string_view name) {
    const auto found = section.find(name);
    return found == section.end() ? Secret() : found->second.copy();
}

std::unexpected<Error> missing(const std::string& name, std::string_view why) {
    return fail(Code::aws_credentials_missing, fmt::format("profile {}: {}", name, why));
}

} // namespace

bool has_profile(const Environment& environment) {
    if (!environment.text("AWS_PROFILE").empty())
        return true;
    if (is_there(credentials_path(environment)))
        return true;
    // A file with a region alone is no place of credentials.
    const auto config = read_config(environment);
    constexpr std::array ways{"aws_access_key_id", "credential_process", "sso_session",
                              "sso_start_url", "role_arn"};
    if (!config)
        return true; // and it says why when it is read
    for (const char* const way : ways)
        if (config->contains(way))
            return true;
    return false;
}

Result<std::string> region_of_profile(const Environment& environment) {
    TRY(const Section config, read_config(environment));
    return text_of(config, "region");
}

Result<Credentials> credentials_of_profile(const SourceDeps& deps) {
    const std::string name = profile_name(deps.environment);
    TRY(const Section own, read_section(credentials_path(deps.environment), name, FileIs::secret));
    TRY(const Section config, read_config(deps.environment));
    const Section& section = own.contains("aws_access_key_id") ? own : config;
    Credentials credentials{text_of(section, "aws_access_key_id"),
                            secret_of(section, "aws_secret_access_key"),
                            secret_of(section, "aws_session_token")};
    if (!credentials.key_id.empty() && !credentials.secret_key.empty())
        return credentials;
    for (const Section* const one : {&own, &config}) {
        if (one->contains("credential_process"))
            return missing(name, "credential_process is not supported: no program is run");
        if (one->contains("sso_session") || one->contains("sso_start_url"))
            return missing(name, "SSO is not supported: no person signs in at a server");
        if (one->contains("role_arn"))
            return missing(name, "role_arn is not supported in a profile; give the role by "
                                 "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, or to the machine");
    }
    return missing(name, "there is no aws_access_key_id with an aws_secret_access_key");
}

} // namespace settled::custody::aws
