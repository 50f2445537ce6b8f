// The keys of the model world, as files. Both sides of the bank's connection get theirs from here:
// the model bank its own, `settled` the institution's private key, the bank's public key and the
// token, just as a bank's portal would hand them out (source: ClearBank "Getting started").
//
// Files that are there already are used again, so that a restarted sandbox still fits the
// configuration of its server. All are closed to group and others.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "crypto/rsa.h"

#include <memory>
#include <string>

namespace settled::sandbox {

struct KeyFiles {
    std::string bank_private_key;
    std::string bank_public_key;
    std::string institution_private_key;
    std::string institution_public_key;
    std::string api_token;
    std::string partner_authority;
    std::string partner_certificate;
    std::string partner_private_key;
    std::string platform_password;      // with which the platform notifies
    std::string platform_client_secret; // with which its content is asked for
    std::string core_bank_key;          // of its API
    std::string core_bank_webhook;      // the secret in the header of its webhooks
};

struct Keys {
    KeyFiles files; // their paths
    std::shared_ptr<crypto::Signer> bank;
    std::shared_ptr<const crypto::Verifier> institution;
    Secret api_token;
    Secret platform_password;
    Secret platform_client_secret;
    Secret core_bank_key;
    Secret core_bank_webhook;
};

// Makes the directory if needed. Fails with io_failed, key_unreadable, crypto_failed.
Result<Keys> prepare_keys(const std::string& directory);

} // namespace settled::sandbox
