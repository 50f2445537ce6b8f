#include "crypto/certificate_request.h"

#include "crypto/rsa_key.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>
#include <vector>

namespace settled::crypto {

namespace {

using RequestPtr = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;
using NamePtr = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, FreeWith<X509_ALGOR_free>>;
using BitsPtr = std::unique_ptr<ASN1_BIT_STRING, FreeWith<ASN1_BIT_STRING_free>>;

constexpr std::string_view advice = "--subject is such as \"CN=settled,O=A Shop Ltd,C=GB\"";

std::unexpected<Error> failed() {
    ERR_clear_error();
    return fail(Code::crypto_failed, "the certificate signing request could not be made");
}

// "CN=a\,b,O=c": {"CN", "a,b"}, {"O", "c"}.
Result<std::vector<std::pair<std::string, std::string>>> read_subject(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> parts;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t sign = text.find('=', at);
        if (sign == text.npos || sign == at)
            return fail(Code::value_invalid, std::string(advice));
        std::string name(text.substr(at, sign - at));
        if (name.starts_with(' '))
            name.erase(0, 1);
        std::string value;
        for (at = sign + 1; at < text.size() && text[at] != ','; ++at) {
            if (text[at] == '\\' && at + 1 < text.size())
                ++at;
            value += text[at];
        }
        if (value.empty())
            return fail(Code::value_invalid, std::string(advice));
        parts.emplace_back(std::move(name), std::move(value));
        ++at; // the comma
    }
    if (parts.empty())
        return fail(Code::value_invalid, std::string(advice));
    return parts;
}

Result<NamePtr> name_of(std::string_view subject) {
    TRY(const auto parts, read_subject(subject));
    NamePtr name(X509_NAME_new());
    if (!name)
        return failed();
    for (const auto& [type, value] : parts) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
        if (X509_NAME_add_entry_by_txt(name.get(), type.c_str(), MBSTRING_UTF8, bytes,
                                       static_cast<int>(value.size()), -1, 0) != 1) {
            ERR_clear_error();
            return fail(Code::value_invalid, "--subject: " + type +
                                                 " is no attribute of a name, "
                                                 "or its value is too long; " +
                                                 std::string(advice));
        }
    }
    return name;
}

// What is signed: CertificationRequestInfo, DER.
Result<std::string> info_of(X509_REQ* request) {
    std::uint8_t* der = nullptr;
    const int size = i2d_re_X509_REQ_tbs(request, &der);
    if (size <= 0)
        return failed();
    std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

Result<> sign(X509_REQ* request, Signer& signer) {
    TRY(const std::string info, info_of(request));
    TRY(const Bytes signature, signer.sign(info));
    const AlgorithmPtr algorithm(X509_ALGOR_new());
    BitsPtr bits(ASN1_BIT_STRING_new());
    if (!algorithm || !bits ||
        X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256WithRSAEncryption), V_ASN1_NULL,
                        nullptr) != 1 ||
        X509_REQ_set1_signature_algo(request, algorithm.get()) != 1 ||
        ASN1_BIT_STRING_set(bits.get(), const_cast<std::uint8_t*>(signature.data()),
                            static_cast<int>(signature.size())) != 1)
        return failed();
    // Whole bytes: without this flag, zeros at the end would be cut.
    bits->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07);
    bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;
    X509_REQ_set0_signature(request, bits.release());
    return {};
}

} // namespace

Result<std::string> certificate_request(Signer& signer, std::string_view subject) {
    TRY(const NamePtr name, name_of(subject));
    TRY(const PkeyPtr key, read_public_key(signer.public_key_pem()));
    const RequestPtr request(X509_REQ_new());
    if (!request || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_subject_name(request.get(), name.get()) != 1 ||
        X509_REQ_set_pubkey(request.get(), key.get()) != 1)
        return failed();
    TRY_VOID(sign(request.get(), signer));
    if (X509_REQ_verify(request.get(), key.get()) != 1) {
        ERR_clear_error();
        return fail(Code::key_unsuitable, "the request does not verify under its own key");
    }
    const BioPtr out(BIO_new(BIO_s_mem()));
    if (!out || PEM_write_bio_X509_REQ(out.get(), request.get()) != 1)
        return failed();
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

} // namespace settled::crypto
