#include "store/queries/search_words.h"

#include "base/assert.h"
#include "match/name_words.h"
#include "store/run_with.h"

#include <array>

namespace settled::store {

namespace {

static_assert(words_of_owner_max == match::words_of_name_max);

// A word that is there already stays: those of old rows are filled in while the rows may change.
#define INSERT_WORDS                                                                               \
    "INSERT INTO search_word (tenant_id, kind, owner_id, word) VALUES ($1, $2, $3, $4)"
#define UNLESS_THERE " ON CONFLICT (tenant_id, kind, word, owner_id) DO NOTHING"
const Statement insert_one{INSERT_WORDS UNLESS_THERE};
const Statement insert_two{INSERT_WORDS ", ($1, $2, $3, $5)" UNLESS_THERE};
const Statement insert_three{INSERT_WORDS ", ($1, $2, $3, $5), ($1, $2, $3, $6)" UNLESS_THERE};
const Statement insert_four{INSERT_WORDS
                            ", ($1, $2, $3, $5), ($1, $2, $3, $6), ($1, $2, $3, $7)" UNLESS_THERE};
const Statement insert_five{
    INSERT_WORDS
    ", ($1, $2, $3, $5), ($1, $2, $3, $6), ($1, $2, $3, $7), ($1, $2, $3, $8)" UNLESS_THERE};
#undef UNLESS_THERE
#undef INSERT_WORDS
const std::array<const Statement*, words_of_owner_max> inserts{
    &insert_one, &insert_two, &insert_three, &insert_four, &insert_five};

const Statement remove{"DELETE FROM search_word WHERE tenant_id = $1 AND kind = $2 AND word = $3 "
                       "AND owner_id = $4"};

std::int64_t number_of(WordsOf kind) {
    return static_cast<std::int64_t>(kind);
}

} // namespace

Step<> insert_words(Session& s, TenantId tenant, WordsOf kind, std::int64_t owner,
                    std::vector<std::string> words) {
    if (words.empty())
        co_return;
    SETTLED_ASSERT(words.size() <= words_of_owner_max, "an owner has a few words");
    std::vector<Value> values{tenant, number_of(kind), owner};
    for (const std::string& word : words)
        values.emplace_back(word);
    co_await send_with(s, *inserts.at(words.size() - 1), std::move(values));
}

Step<> delete_words(Session& s, TenantId tenant, WordsOf kind, std::int64_t owner,
                    std::vector<std::string> words) {
    for (const std::string& word : words)
        co_await s.send(remove, tenant, number_of(kind), word, owner);
}

} // namespace settled::store
