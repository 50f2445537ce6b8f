#include "demo/demo_keys.h"

#include "custody/aws/client.h"
#include "custody/custody.h"
#include "custody/schemes.h"
#include "server/secrets_http.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <cstdlib>

namespace settled::demo {

namespace {

namespace aws = custody::aws;

constexpr std::string_view module_file = "/usr/lib/softhsm/libsofthsm2.so";
constexpr std::string_view secret_name = "settled/demo/signing-key";
constexpr std::string_view bucket = "settled-demo-keys";
constexpr std::string_view object_key = "bank/api.token";

Result<Secret> read_file(const std::string& path) {
    return custody::read_secret("file:" + path);
}

Result<KeyPlaces> put_into_token(const sandbox::KeyFiles& keys) {
    const char* const pin_file = std::getenv("SETTLED_DEMO_PIN_FILE");
    if (pin_file == nullptr)
        return fail(Code::config_invalid, "there is no token: say `make demo KEYS=softhsm`");
    const std::string uri =
        fmt::format("pkcs11:token=demo;object=institution?pin-source={}", pin_file);
    TRY(const auto scheme, custody::scheme_of(uri));
    TRY(const Secret key, read_file(keys.institution_private_key));
    TRY(const std::string public_half, scheme->import_key(uri, key));
    return KeyPlaces{uri, "file:" + keys.api_token};
}

Result<> put_secret(aws::Client& client, const std::string& region, const Secret& key) {
    wire::JsonWriter w;
    // Where the key is to be kept.
    w.object().member("Name", secret_name).member("SecretString", key.reveal());
    w.member("ClientRequestToken", "5e771edd-0000-4000-8000-000000000001").end();
    aws::AwsCall call{.service = aws::Service::secrets_manager, .region = region};
    call.fields = {{"Content-Type", "application/x-amz-json-1.1"},
                   {"X-Amz-Target", "secretsmanager.CreateSecret"}};
    call.body = std::move(w).text();
    TRY_VOID(client.send(call));
    return {};
}

Result<> put_object(aws::Client& client, const std::string& region, const Secret& token) {
    aws::AwsCall make{.service = aws::Service::s3, .region = region, .method = "PUT"};
    make.bucket = bucket;
    make.body = fmt::format("<CreateBucketConfiguration><LocationConstraint>{}</LocationConstraint>"
                            "</CreateBucketConfiguration>",
                            region);
    TRY_VOID(client.send(make));
    aws::AwsCall put{.service = aws::Service::s3, .region = region, .method = "PUT"};
    put.bucket = bucket;
    put.path = "/" + std::string(object_key);
    put.fields = {{"X-Amz-Server-Side-Encryption", "aws:kms"}};
    put.body = token.reveal(); // where it is to be kept
    TRY_VOID(client.send(put));
    return {};
}

Result<KeyPlaces> put_into_aws(const server::Config& config, const sandbox::KeyFiles& keys) {
    if (std::getenv("AWS_ENDPOINT_URL") == nullptr)
        return fail(Code::config_invalid, "there is no AWS: say `make demo KEYS=aws`");
    aws::Client client(server::custody_settings(config).aws, aws::Environment::of_this_process(),
                       server::make_secrets_http(config), aws::Surroundings::of_this_machine());
    TRY(const std::string region, client.region_of(""));
    TRY(const Secret key, read_file(keys.institution_private_key));
    TRY_VOID(put_secret(client, region, key));
    TRY(const Secret token, read_file(keys.api_token));
    TRY_VOID(put_object(client, region, token));
    return KeyPlaces{fmt::format("aws-sm:{}", secret_name),
                     fmt::format("s3://{}/{}", bucket, object_key)};
}

} // namespace

std::optional<KeysIn> keys_in_of(std::string_view word) {
    if (word == "file")
        return KeysIn::files;
    if (word == "softhsm")
        return KeysIn::softhsm;
    return word == "aws" ? std::optional(KeysIn::aws) : std::nullopt;
}

std::string_view name_of(KeysIn place) {
    switch (place) {
    case KeysIn::files:
        return "a file";
    case KeysIn::softhsm:
        return "a token of SoftHSM";
    case KeysIn::aws:
        return "AWS Secrets Manager";
    }
    return "";
}

std::string_view custody_of(KeysIn place) {
    switch (place) {
    case KeysIn::files:
        return "file";
    case KeysIn::softhsm:
        return "hsm";
    case KeysIn::aws:
        return "secrets_manager";
    }
    return "";
}

std::string settings_of(KeysIn place) {
    return place == KeysIn::softhsm ? fmt::format("\n[pkcs11]\nmodules = [\"{}\"]\n", module_file)
                                    : std::string();
}

Result<KeyPlaces> put_keys(const server::Config& config, const sandbox::KeyFiles& keys,
                           KeysIn place) {
    switch (place) {
    case KeysIn::softhsm:
        return put_into_token(keys);
    case KeysIn::aws:
        return put_into_aws(config, keys);
    case KeysIn::files:
        break;
    }
    return KeyPlaces{"file:" + keys.institution_private_key, "file:" + keys.api_token};
}

} // namespace settled::demo
