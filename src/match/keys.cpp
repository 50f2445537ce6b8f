#include "match/keys.h"

#include "base/assert.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
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

// The longest listed length that is not over `size`; 0 for none.
std::size_t longest_listed(std::span<const std::size_t> lengths, std::size_t size) {
    const auto above = std::ranges::upper_bound(lengths, size);
    return above == lengths.begin() ? 0 : *std::prev(above);
}

// Makes the keys of one identity.
class Maker {
  public:
    Maker(const crypto::Hmac& tenant_key, const MatchFields& side)
        : tenant_key_(tenant_key), side_(side) {
        std::string message = amount_message("block", 0);
        block_ = first_half(tenant_key_.of(message));
    }

    std::int64_t block() const { return block_; }

    // In the amount block.
    void add_whole(std::string_view reference) { add("reference", 0, reference); }
    void add_prefix(std::string_view reference, std::size_t length) {
        const std::string_view prefix = reference.substr(0, length);
        if (length == start_length)
            add_loose("start", prefix);
        else
            add("prefix", length, prefix);
    }
    void add_suffix(std::string_view reference, std::size_t length) {
        add("suffix", length, reference.substr(reference.size() - length));
    }
    void add_no_reference() { add("none", 0, ""); }

    // Loose blocks.
    std::int64_t loose(std::string_view kind, std::string_view field) const {
        std::string message;
        message.reserve(128);
        append_number(message, static_cast<std::uint64_t>(key_layout));
        append_field(message, "loose");
        append_field(message, kind);
        append_field(message, side_.account);
        append_field(message, field);
        return first_half(tenant_key_.of(message));
    }
    void add_loose(std::string_view kind, std::string_view field) {
        keys_.push_back({loose(kind, field), block_});
    }

    // What was added since the last time, sorted, no duplicates.
    std::vector<Key> take() {
        std::ranges::sort(keys_);
        const auto same = std::ranges::unique(keys_);
        keys_.erase(same.begin(), same.end());
        return std::exchange(keys_, {});
    }

  private:
    std::string amount_message(std::string_view kind, std::size_t length) const {
        std::string message;
        message.reserve(128);
        append_number(message, static_cast<std::uint64_t>(key_layout));
        append_field(message, kind);
        append_number(message, length);
        append_field(message, side_.account);
        append_field(message, side_.amount.currency.code());
        append_number(message, static_cast<std::uint64_t>(side_.amount.minor));
        return message;
    }
    void add(std::string_view kind, std::size_t length, std::string_view field) {
        std::string message = amount_message(kind, length);
        append_field(message, field);
        keys_.push_back({block_, first_half(tenant_key_.of(message))});
    }

    const crypto::Hmac& tenant_key_;
    const MatchFields& side_;
    std::int64_t block_ = 0;
    std::vector<Key> keys_;
};

// canonical_reference() cuts there already; here it bounds the work for what came another way.
std::string_view reference_of(const MatchFields& side) {
    return std::string_view(side.reference).substr(0, reference_chars_max);
}

bool id_is_long(std::string_view id) {
    return id.size() >= end_to_end_id_min;
}

bool may_be_single_use(const MatchFields& side, Of of) {
    return side.single_use || of == Of::settlement;
}

void add_whole_or_none(Maker& maker, std::string_view reference) {
    if (reference.empty())
        maker.add_no_reference();
    else
        maker.add_whole(reference);
}

// The loose identifiers of a side, strongest first: calls with kind and field.
template <class Take>
void each_loose(const MatchFields& side, Of of, const Take& take) {
    if (may_be_single_use(side, of))
        take("single", "");
    if (!side.uetr.empty())
        take("uetr", side.uetr);
    if (id_is_long(side.end_to_end_id))
        take("e2e", side.end_to_end_id);
    if (!side.other_account.empty())
        take("payer", side.other_account);
    if (const auto reference = reference_of(side); reference.size() >= start_length)
        take("start", reference.substr(0, start_length));
}

// In each other's place (rank 4).
void probe_swapped(Maker& maker, std::string_view id, std::string_view reference,
                   std::size_t prefix_max) {
    if (id_is_long(id))
        maker.add_whole(id);
    if (id_is_long(reference))
        maker.add_loose("e2e", reference);
    if (id.size() >= crossed_part_min)
        maker.add_prefix(id, longest_listed(prefix_lengths, std::min(id.size(), prefix_max)));
    for (std::size_t length = crossed_part_min;
         length < reference.size() && length <= end_to_end_id_chars_max; ++length)
        maker.add_loose("e2e", reference.substr(0, length));
}

// What this reference could be cut from.
void probe_longer(Maker& maker, std::string_view reference, std::size_t prefix_max) {
    const std::size_t length =
        longest_listed(prefix_lengths, std::min(reference.size(), prefix_max));
    if (length != 0)
        maker.add_prefix(reference, length);
}

void probe_ids(Maker& maker, const MatchFields& side, Of of, const ProbeOptions& look) {
    if (may_be_single_use(side, of))
        maker.add_loose("single", "");
    if (look.uetr && !side.uetr.empty())
        maker.add_loose("uetr", side.uetr);
    if (look.end_to_end_id && id_is_long(side.end_to_end_id))
        maker.add_loose("e2e", side.end_to_end_id);
}

// ProbeOptions::strong() without the ids.
void probe_strong(Maker& maker, const MatchFields& side, std::string_view reference,
                  const ProbeOptions& look) {
    if (!side.other_account.empty())
        maker.add_loose("payer", side.other_account);
    if (!reference.empty())
        maker.add_whole(reference);
    if (look.longer)
        probe_longer(maker, reference, look.prefix_max);
    if (const auto length = longest_listed(suffix_lengths, reference.size()); length != 0)
        maker.add_suffix(reference, length);
    probe_swapped(maker, side.end_to_end_id, reference, look.prefix_max);
}

// What could be cut from this reference, and who has none.
void probe_beyond(Maker& maker, std::string_view reference, const ProbeOptions& look) {
    for (std::size_t length = part_min; length < reference.size(); ++length) {
        if (look.shorter)
            maker.add_whole(reference.substr(0, length));
        if (look.weak)
            maker.add_whole(reference.substr(reference.size() - length));
    }
    if (look.weak)
        maker.add_no_reference();
}

} // namespace

std::optional<std::int64_t> block_of(const crypto::Hmac& tenant_key, const MatchFields& side) {
    if (side.account.empty())
        return std::nullopt;
    return Maker(tenant_key, side).block();
}

std::vector<std::int64_t> loose_blocks(const crypto::Hmac& tenant_key, const MatchFields& side,
                                       Of of) {
    if (side.account.empty())
        return {};
    const Maker maker(tenant_key, side);
    std::vector<std::int64_t> blocks;
    each_loose(side, of, [&](std::string_view kind, std::string_view field) {
        blocks.push_back(maker.loose(kind, field));
    });
    SETTLED_ASSERT(blocks.size() <= loose_blocks_max, "an identity has few identifiers");
    return blocks;
}

std::vector<Key> stored_keys(const crypto::Hmac& tenant_key, const MatchFields& side, Of of,
                             std::size_t prefix_max) {
    if (side.account.empty())
        return {};
    Maker maker(tenant_key, side);
    const auto reference = reference_of(side);
    add_whole_or_none(maker, reference);
    for (const std::size_t length : prefix_lengths)
        if (length < reference.size() && length <= prefix_max)
            maker.add_prefix(reference, length);
    for (const std::size_t length : suffix_lengths)
        if (length < reference.size())
            maker.add_suffix(reference, length);
    each_loose(side, of, [&](std::string_view kind, std::string_view field) {
        maker.add_loose(kind, field);
    });
    return maker.take();
}

std::vector<Key> probe_keys(const crypto::Hmac& tenant_key, const MatchFields& side, Of of,
                            const ProbeOptions& look) {
    if (side.account.empty())
        return {};
    Maker maker(tenant_key, side);
    const auto reference = reference_of(side);
    std::vector<Key> keys;
    if (!look.beyond_strong) {
        probe_ids(maker, side, of, look);
        keys = maker.take();
        probe_strong(maker, side, reference, look);
    }
    probe_beyond(maker, reference, look);
    std::vector<Key> others = maker.take();
    std::erase_if(others,
                  [&](const Key& key) { return std::ranges::find(keys, key) != keys.end(); });
    keys.insert(keys.end(), others.begin(), others.end());
    return keys;
}

bool keys_find_all(const MatchFields& side) {
    return !side.reference.empty();
}

std::vector<Key> beginning_keys(const crypto::Hmac& tenant_key, const MatchFields& side,
                                std::size_t prefix_max) {
    const auto reference = reference_of(side);
    if (side.account.empty() || reference.size() < part_min)
        return {};
    Maker maker(tenant_key, side);
    maker.add_whole(reference);
    probe_longer(maker, reference, prefix_max);
    return maker.take();
}

std::vector<Key> return_keys(const crypto::Hmac& tenant_key, const MatchFields& returned) {
    if (returned.account.empty())
        return {};
    Maker maker(tenant_key, returned);
    std::vector<Key> keys;
    if (id_is_long(returned.end_to_end_id))
        keys.push_back({maker.loose("e2e", returned.end_to_end_id), maker.block()});
    if (!returned.uetr.empty())
        keys.push_back({maker.loose("uetr", returned.uetr), maker.block()});
    if (const auto reference = reference_of(returned); !reference.empty()) {
        maker.add_whole(reference);
        keys.push_back(maker.take().front());
    }
    return keys;
}

std::vector<Key> trace_keys(const crypto::Hmac& tenant_key, const MatchFields& settlement) {
    std::vector<Key> keys = return_keys(tenant_key, settlement);
    if (!settlement.account.empty() && settlement.reference.empty()) {
        Maker maker(tenant_key, settlement);
        maker.add_no_reference();
        keys.push_back(maker.take().front());
    }
    return keys;
}

bool names_an_id(const MatchFields& returned) {
    return id_is_long(returned.end_to_end_id) || !returned.uetr.empty();
}

bool is_return_of(const MatchFields& returned, const MatchFields& settlement) {
    const auto lacks = [](std::string_view named, std::string_view has) {
        return !named.empty() && named != has;
    };
    const bool payer_differs = lacks(returned.other_account, settlement.other_account);
    const bool payer_is_needed = !names_an_id(returned) || !settlement.other_account.empty();
    return returned.account == settlement.account && returned.amount == settlement.amount &&
           (names_an_id(returned) || !returned.reference.empty()) &&
           !lacks(returned.end_to_end_id, settlement.end_to_end_id) &&
           !lacks(returned.uetr, settlement.uetr) &&
           !lacks(returned.reference, settlement.reference) &&
           !(payer_is_needed && payer_differs) && settlement.at <= returned.at + clock_skew_max;
}

std::string proof_of(const crypto::Hmac& tenant_key, const MatchFields& side) {
    std::string message;
    message.reserve(256);
    append_number(message, static_cast<std::uint64_t>(key_layout));
    append_field(message, "proof");
    for (const std::string* const field : {&side.account, &side.end_to_end_id, &side.reference,
                                           &side.uetr, &side.other_account, &side.other_name})
        append_field(message, *field);
    append_field(message, side.amount.currency.code());
    append_number(message, static_cast<std::uint64_t>(side.amount.minor));
    append_number(message, static_cast<std::uint64_t>(side.at.us));
    append_number(message, side.single_use ? 1 : 0);
    append_number(message, static_cast<std::uint64_t>(side.rail));
    if (side.accepted_range) {
        append_field(message, side.accepted_range->lowest.currency.code());
        append_number(message, static_cast<std::uint64_t>(side.accepted_range->lowest.minor));
        append_number(message, static_cast<std::uint64_t>(side.accepted_range->highest.minor));
    }
    const crypto::Digest digest = tenant_key.of(message);
    return to_hex(std::span(digest).first(16));
}

} // namespace settled::match
