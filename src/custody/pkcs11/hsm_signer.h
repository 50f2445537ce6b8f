// A private RSA key in a token. It never leaves it: the token signs.
//
// The key is looked for in each session anew, and must be the one whose public half was found when
// the signer was opened. After a failure the signer answers key_unavailable at once for a second,
// then lets the token try again; trouble() says why until a signature succeeds.
//
// Thread-safe.
#pragma once

#include "crypto/rsa.h"
#include "custody/pkcs11/token.h"
#include "custody/pkcs11/uri.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace settled::custody::pkcs11 {

class HsmSigner final : public crypto::Signer, public std::enable_shared_from_this<HsmSigner> {
  public:
    // The key is found and has signed a probe. Fails with hsm_*, key_unsuitable, key_unavailable.
    static Result<std::shared_ptr<HsmSigner>> open(std::shared_ptr<Token> token, Uri uri,
                                                   Mechanism mechanism);

    using Signer::sign;
    Result<std::vector<Bytes>> sign(std::span<const std::string_view> messages) override;
    std::string public_key_pem() const override { return public_key_pem_; }
    bool waits() const override { return true; }
    void sign_later(std::vector<std::string> messages, Signed done) override;
    std::optional<Error> trouble() const override;
    std::string weakness() const override { return weakness_; }
    // That few tries of the token's PIN are left.
    std::string warning() override;

  private:
    struct Found {
        std::string public_key_pem;
        std::string weakness;
        bool token_hashes = false;
    };
    HsmSigner(std::shared_ptr<Token> token, Uri uri, Mechanism mechanism);
    Result<Found> look(Session& session) const;
    bool is_resting() const;
    void note(const std::optional<Error>& trouble);
    Result<CK_OBJECT_HANDLE> key_in(Session& session);
    Result<std::vector<Bytes>> sign_in(Session& session, const std::vector<std::string>& messages);
    Result<Bytes> sign_one(Session& session, CK_OBJECT_HANDLE key, const std::string& message);
    Result<Bytes> sign_with(Session& session, CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE mechanism,
                            std::string data);

    const std::uint64_t number_; // of all signers of the process: sessions know keys by it
    const std::shared_ptr<Token> token_;
    const Uri uri_;
    const Mechanism mechanism_;
    std::string public_key_pem_;
    std::string weakness_;
    std::atomic<bool> token_hashes_{true};

    mutable std::mutex mutex_;
    std::optional<Error> trouble_;
    std::chrono::steady_clock::time_point rests_until_{};
};

} // namespace settled::custody::pkcs11
