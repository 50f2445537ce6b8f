#include "custody/pkcs11/key_pairs.h"

#include "crypto/hash.h"
#include "crypto/public_key.h"
#include "custody/pkcs11/public_half.h"
#include "custody/pkcs11/result.h"

#include <array>

namespace settled::custody::pkcs11 {

namespace {

CK_BBOOL yes = CK_TRUE;
CK_BBOOL no = CK_FALSE;
constexpr std::size_t id_bytes = 16;

CK_ATTRIBUTE flag(CK_ATTRIBUTE_TYPE type, CK_BBOOL& value) {
    return {type, &value, sizeof value};
}

CK_ATTRIBUTE number(CK_ATTRIBUTE_TYPE type, Bytes& value) {
    return {type, value.data(), value.size()};
}

void add_name(std::vector<CK_ATTRIBUTE>& to, const Uri& uri, std::string& id) {
    if (!uri.object.empty())
        to.push_back({CKA_LABEL, const_cast<char*>(uri.object.data()), uri.object.size()});
    to.push_back({CKA_ID, id.data(), id.size()});
}

// The two halves belong together by it.
std::string id_of(const Uri& uri, BytesView modulus) {
    if (!uri.id.empty())
        return uri.id;
    const crypto::Digest digest = crypto::sha256(as_text(modulus));
    return std::string(as_text(digest).substr(0, id_bytes));
}

Result<> check_is_free(Session& session, const Uri& uri) {
    if (uri.type && *uri.type != ObjectType::private_key)
        return fail(Code::value_invalid, "a key pair is named without a type, or by type=private");
    const auto there = session.find(uri, CKO_PRIVATE_KEY);
    if (there || there.error().code == Code::hsm_key_ambiguous ||
        there.error().code == Code::key_unsuitable)
        return fail(Code::state_conflict,
                    "the token holds an object of this name; nothing is overwritten");
    if (there.error().code != Code::hsm_key_missing)
        return std::unexpected(there.error());
    return {};
}

std::vector<CK_ATTRIBUTE> private_half() {
    return {flag(CKA_TOKEN, yes), flag(CKA_PRIVATE, yes), flag(CKA_SENSITIVE, yes),
            flag(CKA_EXTRACTABLE, no), flag(CKA_SIGN, yes)};
}

// Half of a pair is worse than none.
Result<> add_public_half(Session& session, const Uri& uri, std::string& id,
                         crypto::PrivateNumbers& numbers, CK_OBJECT_HANDLE private_key) {
    CK_OBJECT_CLASS object = CKO_PUBLIC_KEY;
    CK_KEY_TYPE type = CKK_RSA;
    std::vector<CK_ATTRIBUTE> half{{CKA_CLASS, &object, sizeof object},
                                   {CKA_KEY_TYPE, &type, sizeof type},
                                   flag(CKA_TOKEN, yes),
                                   flag(CKA_VERIFY, yes),
                                   number(CKA_MODULUS, numbers.modulus),
                                   number(CKA_PUBLIC_EXPONENT, numbers.public_exponent)};
    add_name(half, uri, id);
    CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
    const CK_RV result =
        session.functions().C_CreateObject(session.handle(), half.data(), half.size(), &made);
    if (result == CKR_OK)
        return {};
    (void)session.functions().C_DestroyObject(session.handle(), private_key);
    return failed(result, "storing the public half");
}

} // namespace

Result<std::string> generate_pair(Session& session, const Uri& uri, unsigned bits) {
    TRY_VOID(check_is_free(session, uri));
    const auto& f = session.functions();
    std::string id = uri.id;
    if (id.empty()) {
        id.resize(id_bytes);
        if (const CK_RV result = f.C_GenerateRandom(
                session.handle(), reinterpret_cast<unsigned char*>(id.data()), id.size());
            result != CKR_OK)
            return failed(result, "drawing an id");
    }
    CK_ULONG modulus_bits = bits;
    std::array<unsigned char, 3> exponent{1, 0, 1}; // 65537
    std::vector<CK_ATTRIBUTE> public_half{flag(CKA_TOKEN, yes),
                                          flag(CKA_VERIFY, yes),
                                          {CKA_MODULUS_BITS, &modulus_bits, sizeof modulus_bits},
                                          {CKA_PUBLIC_EXPONENT, exponent.data(), exponent.size()}};
    add_name(public_half, uri, id);
    std::vector<CK_ATTRIBUTE> own_half = private_half();
    add_name(own_half, uri, id);
    CK_MECHANISM how{CKM_RSA_PKCS_KEY_PAIR_GEN, nullptr, 0};
    CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
    const CK_RV result =
        f.C_GenerateKeyPair(session.handle(), &how, public_half.data(), public_half.size(),
                            own_half.data(), own_half.size(), &public_key, &private_key);
    if (result != CKR_OK)
        return failed(result, "making the key pair");
    return public_half_of(session, private_key);
}

Result<std::string> import_pair(Session& session, const Uri& uri,
                                std::string_view private_key_pem) {
    TRY(crypto::PrivateNumbers numbers, crypto::private_numbers(private_key_pem));
    TRY_VOID(check_is_free(session, uri));
    std::string id = id_of(uri, numbers.modulus);
    CK_OBJECT_CLASS object = CKO_PRIVATE_KEY;
    CK_KEY_TYPE type = CKK_RSA;
    std::vector<CK_ATTRIBUTE> half = private_half();
    half.push_back({CKA_CLASS, &object, sizeof object});
    half.push_back({CKA_KEY_TYPE, &type, sizeof type});
    half.push_back(number(CKA_MODULUS, numbers.modulus));
    half.push_back(number(CKA_PUBLIC_EXPONENT, numbers.public_exponent));
    half.push_back(number(CKA_PRIVATE_EXPONENT, numbers.private_exponent));
    half.push_back(number(CKA_PRIME_1, numbers.prime_1));
    half.push_back(number(CKA_PRIME_2, numbers.prime_2));
    half.push_back(number(CKA_EXPONENT_1, numbers.exponent_1));
    half.push_back(number(CKA_EXPONENT_2, numbers.exponent_2));
    half.push_back(number(CKA_COEFFICIENT, numbers.coefficient));
    add_name(half, uri, id);
    CK_OBJECT_HANDLE made = CK_INVALID_HANDLE;
    if (const CK_RV result =
            session.functions().C_CreateObject(session.handle(), half.data(), half.size(), &made);
        result != CKR_OK)
        return failed(result, "storing the private key");
    TRY_VOID(add_public_half(session, uri, id, numbers, made));
    return public_half_of(session, made);
}

} // namespace settled::custody::pkcs11
