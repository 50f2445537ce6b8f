#include "custody/pkcs11/pin.h"

#include "custody/pkcs11/result.h"

namespace settled::custody::pkcs11 {

namespace {

constexpr std::string_view not_again =
    "the token refused this PIN, and it is not tried again, since tokens lock; put the right one "
    "into its pin-source, or say `settled signing-keys retry`";

Result<> check_flags(CK_FLAGS flags) {
    if ((flags & CKF_USER_PIN_LOCKED) != 0)
        return fail(Code::hsm_pin_refused,
                    "the token has locked its PIN; its security officer unlocks it");
    if ((flags & CKF_USER_PIN_FINAL_TRY) != 0)
        return fail(Code::hsm_pin_refused,
                    "one wrong PIN more would lock the token, so that none is tried; log in once "
                    "with a tool of the token's maker");
    return {};
}

bool is_about_the_pin(CK_RV result) {
    return result == CKR_PIN_INCORRECT || result == CKR_PIN_INVALID ||
           result == CKR_PIN_LEN_RANGE || result == CKR_PIN_EXPIRED || result == CKR_PIN_LOCKED;
}

} // namespace

std::string_view pin_warning(CK_FLAGS flags) {
    if ((flags & CKF_USER_PIN_LOCKED) != 0)
        return "the token has locked its PIN (CKF_USER_PIN_LOCKED), and cannot be opened again";
    if ((flags & CKF_USER_PIN_FINAL_TRY) != 0)
        return "one wrong PIN more locks the token (CKF_USER_PIN_FINAL_TRY)";
    if ((flags & CKF_USER_PIN_COUNT_LOW) != 0)
        return "a wrong PIN was given to the token, and few tries are left "
               "(CKF_USER_PIN_COUNT_LOW)";
    return {};
}

crypto::Digest PinKeeper::digest_of(const Secret& pin) const {
    return crypto::sha256(pin.reveal()); // in memory alone, to know it again
}

Result<> PinKeeper::log_in(const Module& module, CK_SESSION_HANDLE session, CK_SLOT_ID slot,
                           const std::string& source) {
    TRY(const Secret pin, read_(source));
    const crypto::Digest digest = digest_of(pin);
    if (refused_.contains(digest))
        return fail(Code::hsm_pin_refused, std::string(not_again));
    TRY(const Slot token, module.slot(slot));
    TRY_VOID(check_flags(token.flags));
    // The function takes a pointer that is not const, and writes nothing there.
    auto* const text = reinterpret_cast<unsigned char*>(const_cast<char*>(pin.reveal().data()));
    const CK_RV result = module.functions().C_Login(session, CKU_USER, text, pin.reveal().size());
    if (is_about_the_pin(result)) {
        refused_.insert(digest);
        return failed(result, "logging in", Code::hsm_pin_refused);
    }
    if (result != CKR_OK && result != CKR_USER_ALREADY_LOGGED_IN)
        return failed(result, "logging in");
    if (result == CKR_OK)
        accepted_ = digest;
    return {};
}

Result<> PinKeeper::compare(const std::string& source) const {
    TRY(const Secret pin, read_(source));
    const crypto::Digest digest = digest_of(pin);
    if (refused_.contains(digest))
        return fail(Code::hsm_pin_refused, std::string(not_again));
    if (accepted_ && *accepted_ != digest)
        return fail(Code::hsm_pin_refused,
                    "the token is open with another PIN than this one; if that was changed on the "
                    "token, say `settled signing-keys retry`");
    return {};
}

} // namespace settled::custody::pkcs11
