// Signatures of HTTP messages (RFC 9421): the text that is signed, and the two fields that carry it.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace settled::crypto {

// "@method", "POST"; or a field's name in lower case and its value.
struct MessageComponent {
    std::string_view name;
    std::string_view value;
};

struct MessageSignatureTerms {
    std::int64_t created = 0; // seconds since 1970
    std::string_view key_id;
    std::string_view algorithm; // "" : not stated
};

// ("@method" "content-type");created=1618884473;keyid="…";alg="…"
std::string signature_parameters(const std::vector<MessageComponent>& components,
                                 const MessageSignatureTerms& terms);
// What is signed (section 2.5); `parameters` as above.
std::string signature_base(const std::vector<MessageComponent>& components,
                           std::string_view parameters);

// "sig1=" and the parameters; "sig1=:…:"
std::string signature_input_field(std::string_view label, std::string_view parameters);
std::string signature_field(std::string_view label, BytesView signature);

// sha-256=:…: (RFC 9530)
std::string content_digest(std::string_view body);

} // namespace settled::crypto
