// Words by which payments, settlements and orders are found: rows of their own, written and deleted with their owner
// (match/name_words.h says how many there are).
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <cstdint>
#include <string>
#include <vector>

namespace settled::store {

// The numbers are in the store: never renumber.
enum class WordsOf : std::uint8_t {
    payment_names = 1,    // of payers
    settlement_names = 2, // of senders
    order_names = 3,      // of receivers
    order_references = 4, // one word, canonical
};

// At most words_of_owner_max words, each once.
inline constexpr std::size_t words_of_owner_max = 5;
Step<> insert_words(Session& s, TenantId tenant, WordsOf kind, std::int64_t owner,
                    std::vector<std::string> words);
Step<> delete_words(Session& s, TenantId tenant, WordsOf kind, std::int64_t owner,
                    std::vector<std::string> words);

} // namespace settled::store
