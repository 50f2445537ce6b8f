// A certificate authority of one's own and a server certificate for loopback under it, so that the
// model partner can be reached by HTTPS and a client must really verify.
#pragma once

#include "base/error.h"

#include <string>

namespace settled::sandbox {

struct ServerCertificate {
    std::string authority_pem;   // to be trusted by callers
    std::string certificate_pem; // for localhost, 127.0.0.1 and ::1
    std::string private_key_pem;
};

// P-256 keys; valid from yesterday for ten years. Fails with crypto_failed.
Result<ServerCertificate> make_server_certificate();

} // namespace settled::sandbox
