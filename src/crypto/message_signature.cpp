#include "crypto/message_signature.h"

#include "crypto/hash.h"
#include "wire/base64.h"

#include <fmt/format.h>

namespace settled::crypto {

std::string signature_parameters(const std::vector<MessageComponent>& components,
                                 const MessageSignatureTerms& terms) {
    std::string text = "(";
    for (const MessageComponent& component : components)
        text += fmt::format("{}\"{}\"", text.size() == 1 ? "" : " ", component.name);
    text += fmt::format(");created={};keyid=\"{}\"", terms.created, terms.key_id);
    if (!terms.algorithm.empty())
        text += fmt::format(";alg=\"{}\"", terms.algorithm);
    return text;
}

std::string signature_base(const std::vector<MessageComponent>& components,
                           std::string_view parameters) {
    std::string base;
    for (const MessageComponent& component : components)
        base += fmt::format("\"{}\": {}\n", component.name, component.value);
    return base + fmt::format("\"@signature-params\": {}", parameters);
}

std::string signature_input_field(std::string_view label, std::string_view parameters) {
    return fmt::format("{}={}", label, parameters);
}

std::string signature_field(std::string_view label, BytesView signature) {
    return fmt::format("{}=:{}:", label, wire::to_base64(signature));
}

std::string content_digest(std::string_view body) {
    return fmt::format("sha-256=:{}:", wire::to_base64(sha256(body)));
}

} // namespace settled::crypto
