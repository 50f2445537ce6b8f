#include "match/name_words.h"

#include "match/fold.h"

#include <algorithm>
#include <cctype>

namespace settled::match {

namespace {

// Characters beyond ASCII belong to words: folding drops those that are no letters.
bool is_of_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0 || c == '\'';
}

void add_word(std::vector<std::string>& words, std::string_view text) {
    std::string word = fold_to_ascii(text);
    if (word.size() < name_word_min || words.size() >= words_of_name_max)
        return;
    word.resize(std::min(word.size(), name_word_max));
    if (std::ranges::find(words, word) == words.end())
        words.push_back(std::move(word));
}

} // namespace

std::vector<std::string> name_words(std::string_view name) {
    std::vector<std::string> words;
    while (!name.empty()) {
        const auto end =
            static_cast<std::size_t>(std::ranges::find_if_not(name, is_of_word) - name.begin());
        add_word(words, name.substr(0, end));
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return words;
}

} // namespace settled::match
