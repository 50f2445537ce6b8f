// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 section 8.2), the signature of ClearBank's webhooks, of
// our answers to them and of our API calls.
//
// The interface is a batch one, so that a provider which signs eight messages at once can be put in
// without touching a caller (docs/decisions/0005-signing.md). Software keys work on the calling
// thread. Key objects are immutable and may be shared by threads; OpenSSL contexts are kept for
// reuse inside the key, one for each call in progress.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace settled::crypto {

// A private key wherever it is kept.
class Signer {
  public:
    virtual ~Signer() = default;
    // One signature a message, in order. Fails with crypto_failed.
    virtual Result<std::vector<Bytes>> sign(std::span<const std::string_view> messages) = 0;
    Result<Bytes> sign(std::string_view message);
    // SubjectPublicKeyInfo, PEM: what the other side verifies with.
    virtual std::string public_key_pem() const = 0;
};

// A public key of the other side: RSA of 2048 to 4096 bits with an odd public exponent from 3 to
// 64 bits (a longer one would make a verification as dear as a signature).
class Verifier {
  public:
    // `pem`: SubjectPublicKeyInfo ("BEGIN PUBLIC KEY"), as the bank's portal gives it. Fails with
    // key_unreadable or key_unsuitable.
    static Result<std::shared_ptr<const Verifier>> from_pem(std::string_view pem);
    // Modulus and public exponent, big-endian, as a JSON Web Key has them (RFC 7518 section 6.3.1).
    static Result<std::shared_ptr<const Verifier>> from_numbers(BytesView modulus,
                                                                BytesView exponent);
    virtual ~Verifier() = default;

    struct Signed {
        std::string_view message;
        BytesView signature;
    };
    // True where the signature is that of the message.
    virtual std::vector<bool> verify(std::span<const Signed> items) const = 0;
    bool verify(std::string_view message, BytesView signature) const;
    // SHA-256 of the DER form, hex: names the key in logs and listings.
    virtual std::string fingerprint() const = 0;
};

// A signer from an unencrypted PKCS#8 PEM private key held in memory ("BEGIN PRIVATE KEY"), under
// the same limits as a Verifier. It signs a probe and verifies it, so a damaged key is found here.
// Fails with key_unreadable or key_unsuitable.
Result<std::shared_ptr<Signer>> software_signer(std::string_view private_key_pem);

// A new RSA-2048 key, PKCS#8 PEM: for the sandbox, tests and `settled keys`.
std::string generate_rsa_key_pem();

} // namespace settled::crypto
