#include "learn/mint.h"

#include "base/assert.h"
#include "match/match_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::learn {

namespace {

constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford

} // namespace

Result<ReferenceFormat> reference_format(std::string_view scheme, std::string_view stem,
                                         std::size_t length) {
    const SchemeRules* const rules = rules_of(scheme);
    if (rules == nullptr)
        return fail(Code::value_invalid,
                    "scheme: give fps, bacs, chaps, sepa, sepa_instant, swift or internal");
    ReferenceFormat mold;
    for (const char c : stem)
        mold.stem.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    const bool plain = std::ranges::all_of(
        mold.stem, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
    if (!plain || mold.stem.size() > stem_chars_max)
        return fail(Code::value_invalid,
                    fmt::format("stem: give up to {} letters and digits", stem_chars_max));
    if (length != 0)
        mold.length = length;
    if (mold.length < minted_chars_min || mold.length > rules->reference_chars_safe)
        return fail(Code::value_invalid,
                    fmt::format("length: give a number from {} to {}", minted_chars_min,
                                rules->reference_chars_safe));
    return mold;
}

std::string make_reference(const ReferenceFormat& mold, BytesView random) {
    SETTLED_ASSERT(random.size() >= mold.random_chars(), "a random byte for each character");
    std::string reference = mold.stem;
    for (std::size_t i = 0; i < mold.random_chars(); ++i)
        reference.push_back(letters[random[i] % letters.size()]); // 256 is a multiple of 32
    return reference;
}

bool is_usable(std::string_view reference) {
    return match::canonical_reference(reference) == reference;
}

std::string_view head_of(std::string_view canonical) {
    return canonical.substr(0, head_chars);
}

} // namespace settled::learn
