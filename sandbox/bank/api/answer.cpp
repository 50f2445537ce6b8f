#include "sandbox/bank/api/answer.h"

#include "wire/base64.h"
#include "wire/json.h"

namespace settled::sandbox {

Verdict judge_answer(const net::Reply& reply, std::int64_t nonce,
                     const crypto::Verifier& institution) {
    if (reply.status != 200)
        return Verdict::http;
    const std::optional<std::string_view> header = reply.fields.find("DigitalSignature");
    if (!header || reply.fields.count("DigitalSignature") != 1)
        return Verdict::non_repudiation;
    const Result<Bytes> signature = wire::parse_base64(*header);
    if (!signature || reply.body_cut || !institution.verify(reply.body, *signature))
        return Verdict::non_repudiation;

    const std::optional<std::string_view> type = reply.fields.find("Content-Type");
    if (!type || !type->starts_with("application/json"))
        return Verdict::format;
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(reply.body);
    if (!document)
        return Verdict::format;
    const std::optional<wire::Json> echoed = document->root().member("Nonce");
    return echoed && echoed->integer() == nonce ? Verdict::acknowledged : Verdict::format;
}

} // namespace settled::sandbox
