// Reading RSA keys from PEM, strictly, and what both kinds of key need. Internal to crypto/.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "crypto/openssl_ptr.h"

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace settled::crypto {

// Each takes exactly one PEM block of the one form we document, with nothing around it except white
// space. Fail with key_unreadable (not that form) or key_unsuitable (encrypted, not RSA, size,
// exponent).
Result<PkeyPtr> read_public_key(std::string_view pem);
Result<PkeyPtr> read_private_key(std::string_view pem);
// The same limits for a key given as big-endian numbers.
Result<PkeyPtr> make_public_key(BytesView modulus, BytesView exponent);

// SubjectPublicKeyInfo.
Bytes public_key_der(EVP_PKEY* key);
std::string public_key_pem_of(EVP_PKEY* key);

// Contexts for PKCS#1 v1.5 over SHA-256 digests, made once and lent to one call at a time. Making
// one costs about as much as a tenth of a verification; the lock here is held for a few
// nanoseconds. They live in the key and die with it: per-thread caches would keep private keys
// alive in threads that no longer use them. Thread-safe.
class ContextPool {
  public:
    using Prepare = int (*)(EVP_PKEY_CTX*); // EVP_PKEY_sign_init or EVP_PKEY_verify_init

    ContextPool(EVP_PKEY* key, Prepare prepare) : key_(key), prepare_(prepare) {}

    // nullptr when OpenSSL cannot make one.
    PkeyContextPtr take();
    void give_back(PkeyContextPtr context);

  private:
    EVP_PKEY* key_; // outlives the pool
    Prepare prepare_;
    std::mutex mutex_;
    std::vector<PkeyContextPtr> idle_;
};

} // namespace settled::crypto
