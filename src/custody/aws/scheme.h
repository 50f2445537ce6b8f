// Secrets in AWS Secrets Manager (`aws-sm:`) and in objects of S3 (`s3:`); uri.h has their names.
//
// No key signs there: a signing key is a PKCS#8 PEM text, read like any other secret. What was read is
// kept in memory and read again every [custody] refresh_seconds, or when it is doubted; it is never on
// disk. An object must be encrypted by KMS.
//
// Errors: those of client.h, value_invalid, and key_unsuitable: what is there is no such secret.
#pragma once

#include "custody/aws/client.h"
#include "custody/aws/kept_secrets.h"
#include "custody/aws/uri.h"
#include "custody/scheme.h"

#include <memory>

namespace settled::custody::aws {

class AwsScheme : public Scheme {
  public:
    explicit AwsScheme(std::shared_ptr<Client> client, const Surroundings& surroundings)
        : client_(std::move(client)), kept_(client_->settings().refresh, surroundings) {}

    bool counts_itself() const override { return true; }
    bool take_due() const override { return kept_.take_due(); }
    std::chrono::seconds clock_offset() const override { return client_->clock_offset(); }

  protected:
    Client& client() const { return *client_; }
    KeptSecrets& kept() const { return kept_; }

  private:
    std::shared_ptr<Client> client_;
    mutable KeptSecrets kept_;
};

class SecretsManagerScheme final : public AwsScheme {
  public:
    using AwsScheme::AwsScheme;
    std::string_view prefix() const override { return secret_prefix; }
    Kind kind() const override { return Kind::secrets_manager; }
    Result<Secret> read(std::string_view uri) const override {
        return read_kept(uri, Freshness::now);
    }
    Result<Secret> read_kept(std::string_view uri, Freshness freshness) const override;

  private:
    Result<Secret> fetch(const SecretUri& uri) const;
};

class ObjectScheme final : public AwsScheme {
  public:
    using AwsScheme::AwsScheme;
    std::string_view prefix() const override { return object_prefix; }
    Kind kind() const override { return Kind::s3; }
    Result<Secret> read(std::string_view uri) const override {
        return read_kept(uri, Freshness::now);
    }
    Result<Secret> read_kept(std::string_view uri, Freshness freshness) const override;

  private:
    Result<Secret> fetch(const ObjectUri& uri) const;
};

// "The secret as it is", or the text of a member of its JSON object. Fails with key_unsuitable.
Result<Secret> part_of(Secret content, const std::string& member);

} // namespace settled::custody::aws
