// What PKCS#11 calls came to, in our words.
#pragma once

#include "base/error.h"

#include <p11-kit/pkcs11.h>

#include <string>
#include <string_view>

namespace settled::custody::pkcs11 {

// "CKR_PIN_INCORRECT"; a number for those of vendors.
std::string name_of(CK_RV result);

// "CKR_DEVICE_ERROR when signing", under that code.
std::unexpected<Error> failed(CK_RV result, std::string_view when, Code code = Code::hsm_failed);

// A fixed field of a structure, without the blanks at its end.
template <std::size_t size>
std::string text_of(const unsigned char (&field)[size]) {
    std::string_view text(reinterpret_cast<const char*>(field), size);
    const std::size_t last = text.find_last_not_of(std::string_view(" \0", 2));
    return std::string(text.substr(0, last == text.npos ? 0 : last + 1));
}

} // namespace settled::custody::pkcs11
