#include "match/keys.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace settled::match {

namespace {

void append_number(std::string& message, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8)
        message.push_back(static_cast<char>((value >> shift) & 0xFFU));
}

// Length first, so that no two lists of fields give the same bytes.
void append_field(std::string& message, std::string_view field) {
    append_number(message, field.size());
    message += field;
}

std::int64_t first_half(const crypto::Digest& digest) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = (value << 8U) | digest[i];
    return static_cast<std::int64_t>(value);
}

// Makes the keys of one identity: all in the block of its account and amount.
class Maker {
  public:
    Maker(const crypto::Hmac& tenant_key, const Identity& side)
        : tenant_key_(tenant_key), side_(side) {
        std::string message = message_of("block", 0);
        block_ = first_half(tenant_key_.of(message));
    }

    void add_ids() {
        if (!side_.uetr.empty())
            add("uetr", 0, side_.uetr);
        if (side_.end_to_end_id.size() >= end_to_end_id_min)
            add("e2e", 0, side_.end_to_end_id);
    }
    void add_whole(std::string_view reference) { add("reference", 0, reference); }
    void add_prefix(std::string_view reference, std::size_t length) {
        add("prefix", length, reference.substr(0, length));
    }

    std::int64_t block() const { return block_; }
    std::vector<Key> take() {
        std::ranges::sort(keys_);
        const auto same = std::ranges::unique(keys_);
        keys_.erase(same.begin(), same.end());
        return std::move(keys_);
    }

  private:
    std::string message_of(std::string_view kind, std::size_t length) const {
        std::string message;
        message.reserve(128);
        append_number(message, static_cast<std::uint64_t>(rule_version));
        append_field(message, kind);
        append_number(message, length);
        append_field(message, side_.account);
        append_field(message, side_.amount.currency.code());
        append_number(message, static_cast<std::uint64_t>(side_.amount.minor));
        return message;
    }
    void add(std::string_view kind, std::size_t length, std::string_view field) {
        std::string message = message_of(kind, length);
        append_field(message, field);
        keys_.push_back({block_, first_half(tenant_key_.of(message))});
    }

    const crypto::Hmac& tenant_key_;
    const Identity& side_;
    std::int64_t block_ = 0;
    std::vector<Key> keys_;
};

// canonical_reference() cuts there already; here it bounds the work for what came another way.
std::string_view reference_of(const Identity& side) {
    return std::string_view(side.reference).substr(0, reference_chars_max);
}

} // namespace

std::optional<std::int64_t> block_of(const crypto::Hmac& tenant_key, const Identity& side) {
    if (side.account.empty())
        return std::nullopt;
    return Maker(tenant_key, side).block();
}

std::vector<Key> stored_keys(const crypto::Hmac& tenant_key, const Identity& side) {
    if (side.account.empty())
        return {};
    Maker maker(tenant_key, side);
    maker.add_ids();
    const auto reference = reference_of(side);
    if (!reference.empty())
        maker.add_whole(reference);
    for (const std::size_t length : prefix_lengths)
        if (length < reference.size())
            maker.add_prefix(reference, length);
    return maker.take();
}

std::vector<Key> probe_keys(const crypto::Hmac& tenant_key, const Identity& side) {
    if (side.account.empty())
        return {};
    Maker maker(tenant_key, side);
    maker.add_ids();
    const auto reference = reference_of(side);
    if (!reference.empty())
        maker.add_whole(reference);
    for (std::size_t length = prefix_length_min; length < reference.size(); ++length)
        maker.add_whole(reference.substr(0, length));
    const auto above = std::ranges::upper_bound(prefix_lengths, reference.size());
    if (above != std::begin(prefix_lengths))
        maker.add_prefix(reference, *std::prev(above));
    return maker.take();
}

std::vector<Key> id_keys(const crypto::Hmac& tenant_key, const Identity& side) {
    if (side.account.empty())
        return {};
    Maker maker(tenant_key, side);
    maker.add_ids();
    return maker.take();
}

} // namespace settled::match
