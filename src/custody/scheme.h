// A place where private keys and other secrets are kept; a URI's first word names it. There is a
// folder for each: file/, env/, pkcs11/, aws/.
//
// Any thread. Reading and opening may wait, for a disk or for a device; each says how long at most.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "crypto/rsa.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace settled::custody {

// What listings call the kind of place.
enum class Kind : std::uint8_t { file, env, hsm, secrets_manager, s3 };
std::string_view token(Kind kind);

// How old a secret may be that a place keeps in memory, since asking for it costs time or money.
enum class Freshness : std::uint8_t {
    usual,   // as the settings say
    doubted, // some seconds: a system that it is for did not take it
    now,     // it is read, and the error is of now
};

class Scheme {
  public:
    virtual ~Scheme() = default;
    virtual std::string_view prefix() const = 0; // "file:"
    virtual Kind kind() const = 0;
    // `uri` begins with the prefix, here and below. Errors name the place and say why, never the
    // content.
    virtual Result<Secret> read(std::string_view uri) const = 0;
    // The same, of a place that keeps what it has read.
    virtual Result<Secret> read_kept(std::string_view uri, Freshness) const { return read(uri); }
    // It calls note_operation() itself, for what it does not have in memory (operations.h).
    virtual bool counts_itself() const { return false; }
    // True, once for each secret that is to be read again by those who use it.
    virtual bool take_due() const { return false; }
    // By how much the place's clock is ahead of this machine's, where that matters.
    virtual std::chrono::seconds clock_offset() const { return std::chrono::seconds(0); }
    // nullptr: its keys are secrets like others, PKCS#8 PEM texts that read() gives.
    virtual Result<std::shared_ptr<crypto::Signer>> open_signer(std::string_view) const {
        return nullptr;
    }
    // A new RSA key pair in that place, which nothing may have yet (state_conflict). Gives the
    // public half, PEM. Fails with custody_unsupported where keys cannot be made.
    virtual Result<std::string> generate(std::string_view uri, unsigned bits) const;
    // The same of a key that was made elsewhere, PKCS#8 PEM.
    virtual Result<std::string> import_key(std::string_view uri, const Secret& pem) const;
    // PINs that were refused are tried again, once.
    virtual void retry_pins() const {}
};

} // namespace settled::custody
