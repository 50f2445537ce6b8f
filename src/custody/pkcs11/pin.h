// The PIN of a token: read from its source at each login, and never tried twice when it was wrong,
// since tokens lock after a few wrong ones.
//
// Of one token. Not thread-safe: the token's login lock is held.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "custody/pkcs11/module.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace settled::custody::pkcs11 {

// Reads a secret by its URI (custody.h).
using ReadSecret = std::function<Result<Secret>(std::string_view uri)>;

// What the flags of a token that is open say of its user's PIN, in a clause for the operator; empty: nothing.
std::string_view pin_warning(CK_FLAGS flags);

class PinKeeper {
  public:
    explicit PinKeeper(ReadSecret read) : read_(std::move(read)) {}

    // Logs the session's user in with the PIN of that source, unless the token is logged in
    // already. Fails with hsm_pin_refused, hsm_failed, or as the source does.
    Result<> log_in(const Module& module, CK_SESSION_HANDLE session, CK_SLOT_ID slot,
                    const std::string& source);
    // A token that is logged in takes any PIN for granted: one that is named anew must be the one
    // that opened it. Fails with hsm_pin_refused, or as the source does.
    Result<> compare(const std::string& source) const;
    // The operator has looked at the token: what was refused is tried again, once, and a PIN that
    // was changed there is taken.
    void retry() {
        refused_.clear();
        accepted_.reset();
    }

  private:
    crypto::Digest digest_of(const Secret& pin) const;

    ReadSecret read_;
    std::set<crypto::Digest> refused_;
    std::optional<crypto::Digest> accepted_;
};

} // namespace settled::custody::pkcs11
