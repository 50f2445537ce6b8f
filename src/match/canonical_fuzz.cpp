// Whatever bytes a bank sends as a reference or an id: the canonical form is short, of capitals and
// digits only, and canonical itself; and an end-to-end id that was cut at 31 is still the same id.
#include "match/fold.h"
#include "match/match_fields.h"

#include "base/assert.h"

#include <algorithm>

namespace {

bool is_capital_or_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace settled::match;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (auto* const function : {canonical, canonical_reference, canonical_end_to_end_id}) {
        const auto once = function(text);
        SETTLED_ASSERT(std::ranges::all_of(once, is_capital_or_digit), "alphabet: {}", once);
        SETTLED_ASSERT(function(once) == once, "applied twice: {}", once);
        SETTLED_ASSERT(canonical(once) == once, "not canonical: {}", once);
    }
    SETTLED_ASSERT(canonical_reference(text).size() <= reference_chars_max, "reference too long");
    const auto id = canonical_end_to_end_id(text);
    SETTLED_ASSERT(id.size() <= end_to_end_id_chars_max, "end-to-end id too long");
    const auto start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const auto cut = first_characters(text.substr(start), end_to_end_id_chars_max);
    SETTLED_ASSERT(canonical_end_to_end_id(cut) == id, "another id after the cut: {}", id);
    return 0;
}
