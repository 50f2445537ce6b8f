#include "bench/match/mutations.h"

#include "base/assert.h"

#include <algorithm>
#include <array>

namespace settled::bench {

namespace {

using enum Mutation;

constexpr std::string_view obie = "Open Banking UK, payment initiation 4.0";
constexpr std::string_view clearbank = "ClearBank, GBP payments and webhook v6";
constexpr std::string_view equals = "Equals Money, about payment references";
constexpr std::string_view assumed = "assumed";

constexpr std::array<MutationRow, mutations> rows{{
    {untouched, "untouched", 250, assumed},
    {cut_at_18, "cut_at_18", 200, clearbank},
    {cut_at_25, "cut_at_25", 40, equals},
    {cut_at_35, "cut_at_35", 25, equals},
    {cut_at_15_and_bgc, "cut_at_15_and_bgc", 20, "seen on UK statements"},
    {cut_at_10, "cut_at_10", 20, assumed},
    {beginning_cut, "beginning_cut", 10, "bank exports whose memos lost either end"},
    {blanked, "blanked", 20, clearbank}, // the profanity filter
    {payer_name_before, "payer_name_before", 35, "Modulr, reconciliation"},
    {code_word_before, "code_word_before", 30, clearbank}, // /ROC/, /RELID/
    {bgc_behind, "bgc_behind", 20, "seen on UK statements"},
    {bgc_run_in, "bgc_run_in", 5, assumed},
    {upper_case, "upper_case", 45, "Bacs, standard 18"},
    {other_characters, "other_characters", 50, "Monite, payment references"},
    {sentinel_reference, "sentinel_reference", 15, "ABN AMRO and Nordea, camt.053 samples"},
    {sentinel_id, "sentinel_id", 35, "ABN AMRO and Nordea, camt.053 samples"},
    {id_dropped, "id_dropped", 40, "Bridge, create payment request"},
    {id_cut_at_31, "id_cut_at_31", 15, obie},
    {id_replaced_by_ii, "id_replaced_by_ii", 20, clearbank}, // CHAPS
    {reference_as_id, "reference_as_id", 12, obie},
    {id_as_reference, "id_as_reference", 12, obie},
    {payer_masked, "payer_masked", 20, "Volt and Yapily samples"},
    {payer_absent, "payer_absent", 20, assumed},
    {name_altered, "name_altered", 15, "ClearBank sample; names cut at 35"},
    {exchanged_in_bounds, "exchanged_in_bounds", 10, "SWIFT: amount and currency change"},
    {exchanged, "exchanged", 4, "SWIFT: amount and currency change"},
    {charged_in_bounds, "charged_in_bounds", 5, "SWIFT: charges on the way"},
    {charged, "charged", 2, "SWIFT: charges on the way"},
    {uetr_only, "uetr_only", 2, "SWIFT: the UETR passes unmodified"},
}};

void cut(std::string& text, std::size_t length) {
    if (text.size() > length)
        text.resize(length);
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string upper_of(std::string text) {
    std::ranges::transform(text, text.begin(), upper);
    return text;
}

bool passes_everywhere(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '-' || c == ' ';
}

// Trimmed; what is not in the narrowest set becomes a space; if it is too long then, runs of spaces
// are one and it is cut.
std::string normalised(std::string_view text) {
    std::string made;
    for (const char c : text)
        if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) // once for each character
            made += passes_everywhere(c) ? c : ' ';
    if (made.size() <= 18)
        return made;
    const auto doubled =
        std::ranges::unique(made, [](char a, char b) { return a == ' ' && b == ' '; });
    made.erase(doubled.begin(), doubled.end());
    cut(made, 18);
    return made;
}

std::string without_beginning(const std::string& text, Dice& dice) {
    constexpr std::size_t left_min = 12;
    if (text.size() <= left_min)
        return text;
    return text.substr(1 + dice.below(text.size() - left_min));
}

std::string altered_name(const std::string& name, Dice& dice) {
    switch (dice.below(4)) {
    case 0:
        return "MR " + upper_of(name);
    case 1:
        return name.substr(0, 10);
    case 2:
        return "Not Provided";
    default:
        return "GB58CLRB04040009547509"; // an IBAN in the place of the name
    }
}

std::string sentinel(Dice& dice) {
    constexpr std::string_view said[] = {"NOTPROVIDED", "NOT PROVIDED", "Not Provided", "-",
                                         "XXXXXXXX",    "NONREF",       "N/A"};
    return std::string(dice.pick(said));
}

void mutate_reference(Texts& texts, Mutation mutation, Dice& dice) {
    std::string& text = texts.reference;
    switch (mutation) {
    case cut_at_18:
        return cut(text, 18);
    case cut_at_25:
        return cut(text, 25);
    case cut_at_35:
        return cut(text, 35);
    case cut_at_10:
        return cut(text, 10);
    case cut_at_15_and_bgc:
        cut(text, 15);
        text += " BGC";
        return;
    case beginning_cut:
        text = without_beginning(text, dice);
        return;
    case blanked:
        text.clear();
        return;
    case payer_name_before:
        text = "Payment from " + texts.payer_name + ": " + text;
        return;
    case code_word_before:
        text = (dice.chance(700) ? "/ROC/" : "/RELID/") + text;
        return;
    case bgc_behind:
        text += " BGC";
        return;
    case bgc_run_in:
        text += "BGC";
        return;
    case upper_case:
        text = upper_of(text);
        return;
    case other_characters:
        text = normalised(text);
        return;
    case sentinel_reference:
        text = sentinel(dice);
        return;
    default:
        return;
    }
}

void mutate_ids(Texts& texts, Mutation mutation, Dice& dice) {
    std::string& id = texts.end_to_end_id;
    switch (mutation) {
    case sentinel_id:
        id = sentinel(dice);
        return;
    case id_dropped:
        id.clear();
        return;
    case id_cut_at_31:
        return cut(id, 31);
    case id_replaced_by_ii:
        id = "II-" + dice.text("0123456789", 10);
        return;
    case reference_as_id:
        id = texts.reference.substr(0, 35);
        texts.reference.clear();
        return;
    case id_as_reference:
        if (!id.empty())
            texts.reference = (dice.chance(500) ? "/ROC/" : "") + id;
        id.clear();
        return;
    case uetr_only:
        id.clear();
        texts.reference.clear();
        return;
    default:
        return;
    }
}

void mutate_payer(Texts& texts, Mutation mutation, Dice& dice) {
    switch (mutation) {
    case payer_masked:
        texts.payer_account = dice.chance(500) ? "XXXXXXXXXXXXXXX" : "*****493";
        return;
    case payer_absent:
        texts.payer_account.clear();
        texts.payer_name.clear();
        return;
    case name_altered:
        texts.payer_name = altered_name(texts.payer_name, dice);
        return;
    default:
        return;
    }
}

} // namespace

const MutationRow& row_of(Mutation mutation) {
    const MutationRow& row = rows[static_cast<std::size_t>(mutation)];
    SETTLED_ASSERT(row.mutation == mutation, "the table is in the order of the enumerators");
    return row;
}

Mutation any_mutation(Dice& dice) {
    unsigned whole = 0;
    for (const MutationRow& row : rows)
        whole += row.per_mille;
    auto left = static_cast<unsigned>(dice.below(whole));
    for (const MutationRow& row : rows) {
        if (left < row.per_mille)
            return row.mutation;
        left -= row.per_mille;
    }
    return untouched;
}

Texts mutated(Texts sent, Mutation mutation, Dice& dice) {
    mutate_reference(sent, mutation, dice);
    mutate_ids(sent, mutation, dice);
    mutate_payer(sent, mutation, dice);
    return sent;
}

} // namespace settled::bench
