#include "custody/pkcs11/public_half.h"

#include "crypto/public_key.h"

#include <cstring>

namespace settled::custody::pkcs11 {

namespace {

Result<> check_is_rsa(Session& session, CK_OBJECT_HANDLE key) {
    TRY(const Bytes type, session.bytes_of(key, CKA_KEY_TYPE));
    CK_KEY_TYPE value = 0;
    if (type.size() == sizeof value)
        std::memcpy(&value, type.data(), sizeof value);
    if (type.size() != sizeof value || value != CKK_RSA)
        return fail(Code::key_unsuitable, "the key is not an RSA key");
    return {};
}

Result<std::string> from_numbers(Session& session, CK_OBJECT_HANDLE key) {
    TRY(const Bytes modulus, session.bytes_of(key, CKA_MODULUS));
    TRY(const Bytes exponent, session.bytes_of(key, CKA_PUBLIC_EXPONENT));
    if (modulus.empty() || exponent.empty())
        return fail(Code::hsm_failed, "the token does not show the key's numbers");
    return crypto::public_key_pem_of_numbers(modulus, exponent);
}

// nullopt: there is none, or several.
std::optional<CK_OBJECT_HANDLE> with_same_id(Session& session, Bytes& id, CK_OBJECT_CLASS wanted) {
    const auto found =
        session.find_all({{CKA_CLASS, &wanted, sizeof wanted}, {CKA_ID, id.data(), id.size()}});
    return found && found->size() == 1 ? std::optional(found->front()) : std::nullopt;
}

} // namespace

Result<std::string> public_half_of(Session& session, CK_OBJECT_HANDLE private_key) {
    TRY_VOID(check_is_rsa(session, private_key));
    auto own = from_numbers(session, private_key);
    if (own || own.error().code != Code::hsm_failed)
        return own;
    auto id = session.bytes_of(private_key, CKA_ID);
    if (!id || id->empty())
        return own; // the token failed, or shows nothing that leads to the public half
    if (const auto key = with_same_id(session, *id, CKO_PUBLIC_KEY))
        return from_numbers(session, *key);
    if (const auto certificate = with_same_id(session, *id, CKO_CERTIFICATE)) {
        TRY(const Bytes der, session.bytes_of(*certificate, CKA_VALUE));
        return crypto::public_key_pem_of_certificate(der);
    }
    return fail(Code::key_unsuitable, "the token holds no public half of the key: neither a public "
                                      "key nor a certificate has its CKA_ID");
}

} // namespace settled::custody::pkcs11
