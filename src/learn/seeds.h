// What an operator knows of institutions before anything was learnt: how long a reference may be. A
// seed is a prior: it counts until enough was seen (Profile), and warnings say what it says; it
// never skips a key.
//
// Two forms are read. Ours:
//   {"institutions":[{"institution_id":"monzo","scheme":"fps","reference_chars_max":18}]}
// and what Yapily's GET /institutions/constraints/payments answers: {"data":[…]}, a JSON Schema of
// the request for each institution. Of that, wherever it stands in an element, the `pattern` of a
// property named `reference` is taken; the strictest, if there are several (`if`/`then`). The
// answer is a private beta, and its frame is not published as a whole: an element says its
// institution by `institutionId` or `id`, or is a member of `data` under that name.
#pragma once

#include "base/error.h"
#include "wire/json.h"

#include <string>
#include <vector>

namespace settled::learn {

struct Seed {
    std::string institution;
    std::string scheme; // scheme_of(); empty: of all
    std::size_t reference_chars_max = 0;
    friend bool operator==(const Seed&, const Seed&) = default;
};

inline constexpr std::size_t seeds_at_once_max = 2000;
inline constexpr std::size_t institution_bytes_max = 128;

struct Seeds {
    std::vector<Seed> seeds;        // by institution and scheme, each once
    std::size_t without_length = 0; // elements that say nothing of a length
};
// Fails with value_invalid, member_missing: it is neither form, or a value in ours is wrong.
Result<Seeds> read_seeds(const wire::Json& root);

} // namespace settled::learn
