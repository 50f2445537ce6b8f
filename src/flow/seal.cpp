#include "flow/seal.h"

#include "crypto/hash.h"

namespace settled::flow {

namespace {

// Of the hashed bytes. Seals are in stores: another layout needs another word here, and a way to
// verify what was sealed under this one.
constexpr std::string_view layout = "settled-seal-1";

void append_raw(std::string& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU));
}

} // namespace

void append_number(std::string& bytes, std::int64_t number) {
    bytes.push_back('i');
    append_raw(bytes, static_cast<std::uint64_t>(number));
}

void append_text(std::string& bytes, std::string_view text) {
    bytes.push_back('t');
    append_raw(bytes, text.size());
    bytes.append(text);
}

std::string digest_of(TenantId tenant, const Seal& seal, std::span<const SealedRecord> records) {
    std::string message;
    append_text(message, layout);
    append_text(message, seal.previous);
    append_number(message, tenant.value);
    append_number(message, seal.number);
    append_number(message, seal.from_id);
    append_number(message, seal.to_id);
    append_number(message, static_cast<std::int64_t>(records.size()));
    for (const SealedRecord& record : records)
        append_text(message, record.bytes);
    return to_hex(crypto::sha256(message));
}

} // namespace settled::flow
