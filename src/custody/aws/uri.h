// The names of secrets in AWS:
//   aws-sm:NAME-OR-ARN[?region=R&version-stage=S | version-id=V&member=M]
//   s3://BUCKET/KEY[?region=R&version-id=V&member=M]      (s3:BUCKET/KEY is the same)
// percent-coded. Pure. Fails with value_invalid; errors repeat nothing of the URI.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::custody::aws {

inline constexpr std::string_view secret_prefix = "aws-sm:";
inline constexpr std::string_view object_prefix = "s3:";

struct SecretUri {
    std::string name;          // or its ARN
    std::string region;        // of the URI or the ARN; empty: neither names one
    std::string version_stage; // empty: AWSCURRENT, unless there is a version-id
    std::string version_id;
    std::string member; // of the JSON object that the secret is; empty: the secret as it is

    bool is_arn() const { return name.starts_with("arn:"); }
};
Result<SecretUri> parse_secret_uri(std::string_view uri);

struct ObjectUri {
    std::string bucket;
    std::string key;
    std::string region;
    std::string version_id;
    std::string member;
};
Result<ObjectUri> parse_object_uri(std::string_view uri);

// Whether the secret or object is one that a tenant may name: its name, or bucket and key, begin with
// "PREFIX/TENANT/". A secret that is named by its ARN is not.
bool is_tenants(std::string_view uri, std::string_view prefix, std::string_view tenant);

} // namespace settled::custody::aws
