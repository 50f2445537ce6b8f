#include "custody/pkcs11/hsm_signer.h"

#include "crypto/hash.h"
#include "custody/pkcs11/public_half.h"
#include "custody/pkcs11/result.h"

#include <array>

namespace settled::custody::pkcs11 {

namespace {

constexpr std::chrono::seconds rest_after_failure{1};
constexpr std::size_t signature_bytes_max = 512; // RSA of 4096 bits

// What is signed in place of a message, when the token does not hash: DigestInfo of SHA-256
// (RFC 8017 section 9.2).
std::string digest_info(std::string_view message) {
    constexpr std::array<std::uint8_t, 19> prefix{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                                  0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                                  0x01, 0x05, 0x00, 0x04, 0x20};
    const crypto::Digest digest = crypto::sha256(message);
    return std::string(as_text(prefix)) + std::string(as_text(digest));
}

Result<bool> can_hash(Session& session, Mechanism mechanism) {
    if (mechanism != Mechanism::automatic)
        return mechanism == Mechanism::sha256_rsa_pkcs;
    CK_MECHANISM_INFO info{};
    const CK_RV result =
        session.functions().C_GetMechanismInfo(session.slot(), CKM_SHA256_RSA_PKCS, &info);
    return result == CKR_OK && (info.flags & CKF_SIGN) != 0;
}

// The network is not shown what is wrong with our token; trouble() shows it to the operator.
std::unexpected<Error> unavailable() {
    return fail(Code::key_unavailable,
                "the signing key cannot be used now; it is tried again by itself: send this again");
}

std::uint64_t next_number() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

} // namespace

HsmSigner::HsmSigner(std::shared_ptr<Token> token, Uri uri, Mechanism mechanism)
    : number_(next_number()), token_(std::move(token)), uri_(std::move(uri)),
      mechanism_(mechanism) {}

Result<HsmSigner::Found> HsmSigner::look(Session& session) const {
    TRY(const CK_OBJECT_HANDLE key, session.find(uri_, CKO_PRIVATE_KEY));
    Found found;
    TRY(found.public_key_pem, public_half_of(session, key));
    TRY(found.token_hashes, can_hash(session, mechanism_));
    if (session.is_set(key, CKA_EXTRACTABLE))
        found.weakness = "the token lets the key out (CKA_EXTRACTABLE)";
    else if (!session.is_set(key, CKA_SENSITIVE))
        found.weakness = "the token shows the key in the clear (not CKA_SENSITIVE)";
    return found;
}

Result<std::shared_ptr<HsmSigner>> HsmSigner::open(std::shared_ptr<Token> token, Uri uri,
                                                   Mechanism mechanism) {
    if (uri.type && *uri.type != ObjectType::private_key)
        return fail(Code::key_unsuitable, "a signing key is of type=private");
    std::shared_ptr<HsmSigner> signer(new HsmSigner(std::move(token), std::move(uri), mechanism));
    if (!signer->uri_.pin_source.empty())
        TRY_VOID(signer->token_->compare_pin(signer->uri_.pin_source));
    TRY(Found found,
        signer->token_->ask<Found>(signer->uri_.pin_source,
                                   [signer](Session& session) { return signer->look(session); }));
    signer->public_key_pem_ = std::move(found.public_key_pem);
    signer->weakness_ = std::move(found.weakness);
    signer->token_hashes_ = found.token_hashes;
    const auto proved = crypto::prove(*signer);
    if (!proved)
        return std::unexpected(signer->trouble().value_or(proved.error()));
    return signer;
}

Result<std::vector<Bytes>> HsmSigner::sign(std::span<const std::string_view> messages) {
    auto promise = std::make_shared<std::promise<Result<std::vector<Bytes>>>>();
    auto future = promise->get_future();
    sign_later(std::vector<std::string>(messages.begin(), messages.end()),
               [promise](Result<std::vector<Bytes>> made) { promise->set_value(std::move(made)); });
    return future.get();
}

void HsmSigner::sign_later(std::vector<std::string> messages, Signed done) {
    using Signatures = std::vector<Bytes>;
    if (is_resting())
        return done(unavailable());
    const auto self = shared_from_this();
    token_->begin<Signatures>(
        uri_.pin_source,
        [self, messages = std::move(messages)](Session& session) {
            return self->sign_in(session, messages);
        },
        [self, done = std::move(done)](Result<Signatures> made) mutable {
            self->note(made ? std::nullopt : std::optional(made.error()));
            done(made ? std::move(made) : unavailable());
        });
}

Result<CK_OBJECT_HANDLE> HsmSigner::key_in(Session& session) {
    if (const auto known = session.known(number_))
        return *known;
    TRY(const CK_OBJECT_HANDLE key, session.find(uri_, CKO_PRIVATE_KEY));
    TRY(const std::string pem, public_half_of(session, key));
    if (pem != public_key_pem_) // what signs must be what was proved
        return fail(Code::key_unsuitable, "another key has taken its name in the token; set the "
                                          "connector's signing key again");
    session.remember(number_, key);
    return key;
}

Result<std::vector<Bytes>> HsmSigner::sign_in(Session& session,
                                              const std::vector<std::string>& messages) {
    TRY(const CK_OBJECT_HANDLE key, key_in(session));
    std::vector<Bytes> signatures;
    for (const std::string& message : messages) {
        TRY(Bytes signature, sign_one(session, key, message));
        signatures.push_back(std::move(signature));
    }
    return signatures;
}

Result<Bytes> HsmSigner::sign_one(Session& session, CK_OBJECT_HANDLE key,
                                  const std::string& message) {
    if (token_hashes_) {
        auto signature = sign_with(session, key, CKM_SHA256_RSA_PKCS, message);
        const bool is_refused =
            !signature && signature.error().detail.starts_with("CKR_MECHANISM_INVALID");
        if (!is_refused || mechanism_ != Mechanism::automatic)
            return signature;
        token_hashes_ = false; // it promised what it does not do
    }
    return sign_with(session, key, CKM_RSA_PKCS, digest_info(message));
}

Result<Bytes> HsmSigner::sign_with(Session& session, CK_OBJECT_HANDLE key,
                                   CK_MECHANISM_TYPE mechanism, std::string data) {
    const auto& f = session.functions();
    CK_MECHANISM how{mechanism, nullptr, 0};
    if (const CK_RV result = f.C_SignInit(session.handle(), &how, key); result != CKR_OK)
        return failed(result, "signing");
    Bytes signature(signature_bytes_max);
    CK_ULONG size = signature.size();
    const CK_RV result = f.C_Sign(session.handle(), reinterpret_cast<unsigned char*>(data.data()),
                                  data.size(), signature.data(), &size);
    if (result != CKR_OK || size > signature.size())
        return failed(result, "signing");
    signature.resize(size);
    return signature;
}

bool HsmSigner::is_resting() const {
    const std::lock_guard lock(mutex_);
    return trouble_ && std::chrono::steady_clock::now() < rests_until_;
}

void HsmSigner::note(const std::optional<Error>& trouble) {
    const std::lock_guard lock(mutex_);
    trouble_ = trouble;
    rests_until_ = std::chrono::steady_clock::now() + rest_after_failure;
}

std::string HsmSigner::warning() {
    if (trouble()) // which says more
        return {};
    const auto flags =
        token_->ask<CK_FLAGS>(uri_.pin_source, [](Session& session) -> Result<CK_FLAGS> {
            TRY(const Slot slot, session.module().slot(session.slot()));
            return slot.flags;
        });
    return flags ? std::string(pin_warning(*flags)) : std::string();
}

std::optional<Error> HsmSigner::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

} // namespace settled::custody::pkcs11
