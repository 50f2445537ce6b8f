// Public halves of RSA keys in the forms that devices and certificates have them.
#pragma once

#include "base/bytes.h"
#include "base/error.h"

#include <string>
#include <string_view>

namespace settled::crypto {

// SubjectPublicKeyInfo, PEM, of a modulus and public exponent (big-endian). Fails with
// key_unreadable or key_unsuitable, under the limits of a Verifier (rsa.h).
Result<std::string> public_key_pem_of_numbers(BytesView modulus, BytesView exponent);
// Of an X.509 certificate in DER.
Result<std::string> public_key_pem_of_certificate(BytesView der);

// The numbers of an unencrypted PKCS#8 PEM private key, big-endian: what a device takes when a key
// is imported. Wiped on destruction.
struct PrivateNumbers {
    Bytes modulus;
    Bytes public_exponent;
    Bytes private_exponent;
    Bytes prime_1;
    Bytes prime_2;
    Bytes exponent_1;
    Bytes exponent_2;
    Bytes coefficient;

    PrivateNumbers() = default;
    PrivateNumbers(const PrivateNumbers&) = delete;
    PrivateNumbers& operator=(const PrivateNumbers&) = delete;
    PrivateNumbers(PrivateNumbers&&) = default;
    PrivateNumbers& operator=(PrivateNumbers&&) = default;
    ~PrivateNumbers();
};
// Fails with key_unreadable or key_unsuitable.
Result<PrivateNumbers> private_numbers(std::string_view private_key_pem);

} // namespace settled::crypto
