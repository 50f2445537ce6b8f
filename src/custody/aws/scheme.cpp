#include "custody/aws/scheme.h"

#include "crypto/hash.h"
#include "custody/file/secret_file.h"
#include "custody/operations.h"
#include "wire/base64.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::custody::aws {

namespace {

constexpr std::string_view get_secret = "secretsmanager.GetSecretValue";

std::unexpected<Error> unsuitable(std::string_view why) {
    return fail(Code::key_unsuitable, std::string(why));
}

// The URI has no secret: it is in settings and listings.
std::unexpected<Error> about(std::string_view uri, const Error& error) {
    return fail(error.code, fmt::format("{}: {}", uri, error.detail));
}

Result<Secret> without_line_end(std::string_view text) {
    if (text.ends_with('\n'))
        text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    if (text.empty())
        return unsuitable("is empty");
    if (text.size() > key_file_bytes_max)
        return unsuitable("is larger than 64 KiB");
    return Secret(std::string(text));
}

// Of GetSecretValue.
Result<Secret> secret_in(const Secret& body) {
    const auto document = wire::JsonDocument::parse(body.reveal()); // it is taken apart
    if (!document)
        return fail(Code::aws_failed, "AWS answers with what is no JSON");
    if (const auto text = document->root().member("SecretString"); text && text->is_string())
        return Secret(std::string(*text->string()));
    const auto binary = document->root().member("SecretBinary");
    const auto encoded = binary ? binary->string() : std::nullopt;
    if (!encoded)
        return unsuitable("has no value");
    TRY(const Bytes bytes, wire::parse_base64(*encoded));
    return Secret(std::string(as_text(bytes)));
}

std::string request_body(const SecretUri& uri) {
    wire::JsonWriter w;
    w.object().member("SecretId", uri.name);
    if (!uri.version_id.empty())
        w.member("VersionId", uri.version_id);
    else if (!uri.version_stage.empty())
        w.member("VersionStage", uri.version_stage);
    w.end();
    return std::move(w).text();
}

bool is_encrypted_by_kms(const HttpReply& reply) {
    const auto how = reply.find("x-amz-server-side-encryption");
    return how == "aws:kms" || how == "aws:kms:dsse";
}

} // namespace

Result<Secret> part_of(Secret content, const std::string& member) {
    if (member.empty())
        return without_line_end(content.reveal()); // a part of it
    const auto document = wire::JsonDocument::parse(content.reveal());
    if (!document && document.error().code == Code::json_duplicate_member)
        return unsuitable("names a member of its JSON twice");
    if (!document || !document->root().is_object())
        return unsuitable("is no JSON object, of which a member could be taken");
    const auto found = document->root().member(member);
    const auto text = found ? found->string() : std::nullopt;
    if (!text)
        return unsuitable("has no text in the member that the URI names");
    return without_line_end(*text);
}

Result<Secret> SecretsManagerScheme::fetch(const SecretUri& uri) const {
    AwsCall call{.service = Service::secrets_manager};
    TRY(call.region, client().region_of(uri.region));
    call.fields = {{"Content-Type", "application/x-amz-json-1.1"},
                   {"X-Amz-Target", std::string(get_secret)}};
    call.body = request_body(uri);
    TRY(const HttpReply reply, client().send(call));
    TRY(Secret content, secret_in(reply.body));
    return part_of(std::move(content), uri.member);
}

Result<Secret> SecretsManagerScheme::read_kept(std::string_view uri, Freshness freshness) const {
    TRY(const SecretUri parsed, parse_secret_uri(uri));
    auto got = kept().get({std::string(uri), !parsed.version_id.empty()}, freshness,
                          [&] { return counted(kind(), [&] { return fetch(parsed); }); });
    return got ? std::move(got) : about(uri, got.error());
}

Result<Secret> ObjectScheme::fetch(const ObjectUri& uri) const {
    AwsCall call{.service = Service::s3};
    TRY(call.region, client().region_of(uri.region));
    call.method = "GET";
    call.bucket = uri.bucket;
    call.path = "/" + uri.key;
    if (!uri.version_id.empty())
        call.query = {{"versionId", uri.version_id}};
    TRY(HttpReply reply, client().send(call));
    if (!is_encrypted_by_kms(reply) && !client().settings().allow_s3_without_kms)
        return unsuitable("is not encrypted by KMS: S3 must say x-amz-server-side-encryption: "
                          "aws:kms, or [custody] allow_s3_without_kms be true");
    return part_of(std::move(reply.body), uri.member);
}

Result<Secret> ObjectScheme::read_kept(std::string_view uri, Freshness freshness) const {
    TRY(const ObjectUri parsed, parse_object_uri(uri));
    auto got = kept().get({std::string(uri), !parsed.version_id.empty()}, freshness,
                          [&] { return counted(kind(), [&] { return fetch(parsed); }); });
    return got ? std::move(got) : about(uri, got.error());
}

} // namespace settled::custody::aws
