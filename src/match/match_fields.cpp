#include "match/match_fields.h"

#include "match/fold.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace settled::match {

namespace {

// What a field holds when there was nothing to put in, in canonical form. NOTPROVIDED is what SEPA
// demands; the others are what systems print for nothing.
constexpr std::string_view sentinels[] = {
    "EMPTY",         "NA",           "NAN",          "NIL",         "NONE", "NONREF",    "NOREF",
    "NOTAPPLICABLE", "NOTAVAILABLE", "NOTSPECIFIED", "NOREFERENCE", "NULL", "UNDEFINED", "UNKNOWN"};
constexpr std::string_view not_provided = "NOTPROVIDED";

bool is_one_character_repeated(std::string_view text) {
    return std::ranges::all_of(text, [&](char c) { return c == text[0]; });
}

// NOTPROVIDED may have been cut like any other reference, or filled up ("NOTPROVIDEDXXX").
bool is_not_provided(std::string_view text) {
    if (text.starts_with(not_provided))
        return is_one_character_repeated(text.substr(not_provided.size()));
    return text.size() >= 8 && not_provided.starts_with(text);
}

// A text of one character repeated says as little: Bacs forbids it as a reference for that reason.
bool is_sentinel(std::string_view text) {
    return is_one_character_repeated(text) ||
           std::ranges::find(sentinels, text) != std::end(sentinels) || is_not_provided(text);
}

std::string without_sentinel(std::string text) {
    return is_sentinel(text) ? std::string() : std::move(text);
}

std::string_view without_leading_space(std::string_view text) {
    const auto at = text.find_first_not_of(" \t\r\n");
    return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

std::string_view without_trailing_space(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// `capitals` is in upper case; the text may be in any.
bool begins(std::string_view text, std::string_view capitals) {
    return text.size() >= capitals.size() &&
           std::ranges::equal(text.substr(0, capitals.size()), capitals, {}, upper);
}

// Code words of an MT field 70 and of its ISO 20022 translation that come before a reference.
// Those of parties (/ULTD/, /ULTB/) are not here: what follows them is a name.
constexpr std::string_view code_words[] = {"/ROC/",  "/RELID/", "/RFB/",  "/INV/", "/IPI/",
                                           "/CINV/", "/CREN/",  "/DEBN/", "/URI/", "/REMI/",
                                           "/EREF/", "/PREF/",  "/KREF/", "/SRI/", "/TSU/"};

// The text behind one known prefix, or the text itself.
std::string_view without_one_prefix(std::string_view text) {
    constexpr std::string_view payment_from = "PAYMENT FROM ";
    for (const std::string_view word : code_words)
        if (begins(text, word))
            return text.substr(word.size());
    if (begins(text, payment_from)) {
        const auto colon = text.find(": ", payment_from.size());
        if (colon != std::string_view::npos)
            return text.substr(colon + 2);
    }
    return text;
}

std::string_view without_prefixes(std::string_view text) {
    for (;;) {
        const auto rest = without_leading_space(without_one_prefix(text));
        if (rest.size() == text.size())
            return rest;
        text = rest;
    }
}

// "BGC" (bank giro credit) as a last word of its own is the bank's mark for the kind of payment.
std::string_view without_giro_mark(std::string_view text) {
    constexpr std::string_view mark = " BGC";
    text = without_trailing_space(text);
    if (text.size() > mark.size() && begins(text.substr(text.size() - mark.size()), mark))
        text.remove_suffix(mark.size());
    return text;
}

} // namespace

std::string canonical(std::string_view text) {
    return without_sentinel(fold_to_ascii(text));
}

std::string canonical_reference(std::string_view text) {
    text = without_giro_mark(without_prefixes(without_leading_space(text)));
    std::string folded = fold_to_ascii(text);
    if (folded.size() > reference_chars_max)
        folded.resize(reference_chars_max);
    return without_sentinel(std::move(folded));
}

std::string canonical_end_to_end_id(std::string_view text) {
    text = without_leading_space(text);
    if (begins(text, "II-"))
        return {};
    std::string folded = fold_to_ascii(first_characters(text, end_to_end_id_chars_max));
    if (folded.size() > end_to_end_id_chars_max)
        folded.resize(end_to_end_id_chars_max);
    return without_sentinel(std::move(folded));
}

} // namespace settled::match
