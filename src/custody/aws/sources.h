// The places that AWS credentials come from. Each reads its place once; credentials.h keeps what came
// and renews it. Every read may wait, for as long as `wait` of bounds below.
//
// Errors: aws_credentials_missing (the place does not have them, and why), aws_credentials_expired,
// aws_denied (the role is not ours to take), aws_unreachable, key_unreadable (a file), config_invalid.
#pragma once

#include "base/error.h"
#include "custody/aws/environment.h"
#include "custody/aws/http.h"
#include "custody/aws/settings.h"
#include "custody/aws/sigv4.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace settled::custody::aws {

// Instance metadata and container agents are on this machine, or next to it.
inline constexpr std::chrono::milliseconds near_wait{1000};

struct SourceDeps {
    const Settings& settings;
    const Environment& environment;
    Http& http;
};

// Which of them is configured; the first counts, and when it fails there is no next one. Instance
// metadata is what is left when there is no other.
Source source_of(const Settings& settings, const Environment& environment);
std::string_view token(Source source);

Result<Credentials> read_credentials(const SourceDeps& deps);

// Of the profile; empty: it names none. Fails as the profile does.
Result<std::string> region_of_profile(const Environment& environment);

// Each for itself.
Result<Credentials> credentials_of_environment(const SourceDeps& deps);
Result<Credentials> credentials_of_web_identity(const SourceDeps& deps);
Result<Credentials> credentials_of_profile(const SourceDeps& deps);
Result<Credentials> credentials_of_container(const SourceDeps& deps);
Result<Credentials> credentials_of_instance(const SourceDeps& deps);

// {"AccessKeyId","SecretAccessKey","Token","Expiration"}, of a container or an instance; `place` is for
// the error.
Result<Credentials> parse_credentials(const Secret& json, std::string_view place);
bool has_profile(const Environment& environment);

} // namespace settled::custody::aws
