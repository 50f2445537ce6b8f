// Key pairs made in a token, or brought there: the private half is sensitive and not extractable.
#pragma once

#include "custody/pkcs11/session.h"

#include <string>
#include <string_view>

namespace settled::custody::pkcs11 {

// In a session that may write. Both halves get the URI's object and id; without an id, 16 random
// bytes. Nothing is overwritten: fails with state_conflict when a private key has that name. Gives
// the public half, PEM.
Result<std::string> generate_pair(Session& session, const Uri& uri, unsigned bits);
Result<std::string> import_pair(Session& session, const Uri& uri, std::string_view private_key_pem);

} // namespace settled::custody::pkcs11
