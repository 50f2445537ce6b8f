#include "custody/key_facts.h"

#include "custody/schemes.h"

#include <fmt/format.h>

namespace settled::custody {

KeyFacts facts_of(const crypto::Signer& signer) {
    KeyFacts facts;
    if (const auto half = crypto::Verifier::from_pem(signer.public_key_pem())) {
        facts.fingerprint = (*half)->fingerprint();
        facts.algorithm = fmt::format("RSA-{}", (*half)->bits());
    }
    facts.weakness = signer.weakness();
    facts.trouble = signer.trouble();
    return facts;
}

std::string_view custody_of(std::string_view uri) {
    const auto scheme = scheme_of(uri);
    return scheme ? token((*scheme)->kind()) : std::string_view();
}

} // namespace settled::custody
