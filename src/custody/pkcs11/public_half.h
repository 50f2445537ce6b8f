// The public half of a private key in a token: from the key itself, else from the public key, else
// from the certificate that has the same CKA_ID.
#pragma once

#include "custody/pkcs11/session.h"

#include <string>

namespace settled::custody::pkcs11 {

// SubjectPublicKeyInfo, PEM. Fails with key_unsuitable (not RSA, or outside of a Verifier's limits;
// or no public half is there), hsm_failed.
Result<std::string> public_half_of(Session& session, CK_OBJECT_HANDLE private_key);

} // namespace settled::custody::pkcs11
