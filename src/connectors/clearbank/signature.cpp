#include "connectors/clearbank/signature.h"

#include "wire/base64.h"

namespace settled::connectors::clearbank {

Result<std::size_t> check_signature(std::span<const std::shared_ptr<const crypto::Verifier>> keys,
                                    std::optional<std::string_view> header, std::string_view body) {
    if (!header)
        return fail(Code::signature_missing, "send the DigitalSignature header");
    const auto signature = wire::parse_base64(*header);
    if (!signature)
        return fail(Code::signature_malformed, "the DigitalSignature is not base64");
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (keys[i]->verify(body, *signature))
            return i;
    return fail(Code::signature_invalid,
                "no key of this connector made this signature over this body");
}

} // namespace settled::connectors::clearbank
