#include "domain/seal.h"

#include "base/bytes.h"

#include <array>

namespace settled::domain {

namespace {

// Of the hashed bytes. Seals are in stores: another layout needs another word here, and a way to
// verify what was sealed under this one.
constexpr std::string_view layout = "settled-seal-2";

void append_raw(std::string& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU));
}

} // namespace

std::string_view token(SealedKind kind) {
    static constexpr std::array<std::string_view, 6> tokens{"match",     "payment", "settlement",
                                                            "match_end", "event",   "change"};
    return tokens.at(static_cast<std::size_t>(kind));
}

void append_number(std::string& bytes, std::int64_t number) {
    bytes.push_back('i');
    append_raw(bytes, static_cast<std::uint64_t>(number));
}

void append_text(std::string& bytes, std::string_view text) {
    bytes.push_back('t');
    append_raw(bytes, text.size());
    bytes.append(text);
}

void append_null(std::string& bytes) {
    bytes.push_back('n');
}

crypto::Digest SealedRecord::hash() const {
    if (kept_hash)
        return *kept_hash;
    std::string message;
    append_text(message, token(kind));
    append_number(message, position);
    append_number(message, id);
    append_text(message, bytes);
    return crypto::sha256(message);
}

std::string name_of(const SealedRecord& record) {
    switch (record.kind) {
    case SealedKind::match:
    case SealedKind::match_end:
        return to_string(MatchId{record.id});
    case SealedKind::payment:
        return to_string(PaymentId{record.id});
    case SealedKind::settlement:
        return to_string(SettlementId{record.id});
    case SealedKind::change:
        return to_string(ChangeId{record.id});
    case SealedKind::event:
        break;
    }
    return to_string(EventId{record.id});
}

std::string digest_of(TenantId tenant, const Seal& seal, std::span<const crypto::Digest> hashes) {
    std::string message;
    append_text(message, layout);
    append_text(message, seal.previous);
    append_number(message, tenant.value);
    append_number(message, seal.number);
    append_number(message, seal.from_position);
    append_number(message, seal.to_position);
    append_number(message, seal.sealed_at.us);
    append_number(message, static_cast<std::int64_t>(hashes.size()));
    for (const crypto::Digest& hash : hashes)
        message.append(as_text(hash));
    return to_hex(crypto::sha256(message));
}

std::string marks_of(std::span<const crypto::Digest> hashes) {
    std::string marks;
    for (const crypto::Digest& hash : hashes)
        marks.append(as_text(hash).substr(0, mark_bytes));
    return marks;
}

} // namespace settled::domain
