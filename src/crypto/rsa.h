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

#include <functional>
#include <memory>
#include <optional>
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

    // True: the key is in another device, and sign() waits for that; an io thread uses
    // sign_later().
    virtual bool waits() const { return false; }
    using Signed = std::move_only_function<void(Result<std::vector<Bytes>>)>;
    // `done` is called once, within some seconds, on any thread. Fails with key_unavailable while
    // the device does not sign, whose detail says nothing of the device; trouble() does.
    virtual void sign_later(std::vector<std::string> messages, Signed done);
    // Why it does not sign now, for the operator; nullopt: nothing is known against it.
    virtual std::optional<Error> trouble() const { return std::nullopt; }
    // What is weak about how it is kept, in a clause for the operator; empty: nothing is known.
    virtual std::string weakness() const { return {}; }
    // What its device says now that the operator must know although it signs, in a clause; empty: nothing. Asks the
    // device, and waits as sign() does.
    virtual std::string warning() { return {}; }
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
    virtual unsigned bits() const = 0; // of the modulus
};

// It signs a probe, which its public half must verify. Fails with key_unsuitable when the two do not
// belong together or the key is outside of a Verifier's limits, and as sign() does.
Result<> prove(Signer& signer);

// A signer from an unencrypted PKCS#8 PEM private key held in memory ("BEGIN PRIVATE KEY"), under
// the same limits as a Verifier. It signs a probe and verifies it, so a damaged key is found here.
// Fails with key_unreadable or key_unsuitable.
Result<std::shared_ptr<Signer>> software_signer(std::string_view private_key_pem);

// A new RSA key of 2048, 3072 or 4096 bits, PKCS#8 PEM: for the sandbox, tests and
// `settled signing-keys`.
std::string generate_rsa_key_pem(unsigned bits = 2048);

} // namespace settled::crypto
