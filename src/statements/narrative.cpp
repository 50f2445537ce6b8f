#include "statements/narrative.h"

#include "statements/bounds.h"
#include "statements/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace settled::statements {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void set_id(std::string& into, std::string_view text) {
    std::string id = clean_id(text);
    if (!id.empty())
        into = std::move(id);
}

void set_text(std::string& into, std::string_view text, std::size_t bytes_max) {
    std::string cleaned = clean_text(text, bytes_max);
    if (!cleaned.empty())
        into = std::move(cleaned);
}

std::string joined(std::span<const std::string> lines, std::string_view between) {
    std::string text;
    for (const std::string& line : lines) {
        if (!text.empty())
            text += between;
        text += line;
    }
    return text;
}

// Structured.

// The words inside the text of ?20 to ?29, in no order. A word counts where it stands before a '+'.
constexpr std::array<std::string_view, 14> key_words{"EREF+", "KREF+", "MREF+", "CRED+", "DEBT+",
                                                     "SVWZ+", "ABWA+", "ABWE+", "COAM+", "OAMT+",
                                                     "IBAN+", "BIC+",  "PURP+", "RREF+"};

void take_key_words(std::string_view text, Entry& entry) {
    std::map<std::size_t, std::string_view> found; // by place
    for (const std::string_view word : key_words)
        if (const std::size_t at = text.find(word); at != text.npos)
            found.emplace(at, word);
    std::string remittance(text.substr(0, found.empty() ? text.npos : found.begin()->first));
    for (auto each = found.begin(); each != found.end(); ++each) {
        const std::size_t begin = each->first + each->second.size();
        const auto next = std::next(each);
        const std::size_t end = next == found.end() ? text.size() : std::max(next->first, begin);
        const std::string_view value = text.substr(begin, end - begin);
        if (each->second == "EREF+")
            set_id(entry.end_to_end_id, value);
        else if (each->second == "KREF+")
            set_id(entry.instruction_id, value);
        else if (each->second == "IBAN+")
            set_id(entry.counterparty_account, value);
        else if (each->second == "SVWZ+")
            remittance = value;
    }
    set_text(entry.remittance, remittance, bounds::remittance_bytes_max);
}

void take_structured(std::string_view text, Entry& entry) {
    const char separator = text[3];
    text.remove_prefix(3);
    std::string remittance, name, account;
    while (text.size() >= 3 && text[0] == separator) {
        const std::string_view code = text.substr(1, 2);
        text.remove_prefix(3);
        // A separator counts only before two digits: it may also stand in a text.
        std::size_t end = text.find(separator);
        while (end != text.npos &&
               !(end + 2 < text.size() && is_digit(text[end + 1]) && is_digit(text[end + 2])))
            end = text.find(separator, end + 1);
        const std::string_view value = text.substr(0, end);
        text.remove_prefix(std::min(end, text.size()));
        if (code[0] == '2' || (code[0] == '6' && code[1] <= '3'))
            remittance += value;
        else if (code == "31")
            account = value;
        else if (code == "32" || code == "33")
            name += value;
    }
    set_id(entry.counterparty_account, account);
    set_text(entry.counterparty_name, name, bounds::name_bytes_max);
    take_key_words(remittance, entry);
}

// The separator is any that banks agree on; those that dates and amounts have are none.
bool is_structured(std::string_view text) {
    return text.size() >= 6 && std::ranges::all_of(text.substr(0, 3), is_digit) &&
           std::string_view("?>^~|@#<").contains(text[3]) && is_digit(text[4]) && is_digit(text[5]);
}

// Code words.

constexpr std::array<std::string_view, 30> code_words{
    "EREF", "KREF",  "IREF", "PREF", "MARF", "CSID", "CNTP", "REMI", "PURP", "ULTC",
    "ULTD", "ULTB",  "ISDT", "TRTP", "IBAN", "BIC",  "NAME", "ORDP", "BENM", "ADDR",
    "ROC",  "RELID", "RTRN", "TRCD", "UETR", "SVCL", "BUSP", "CREF", "INST", "TXID"};

bool is_code_word(std::string_view word) {
    return std::ranges::find(code_words, word) != code_words.end();
}

// "/EREF/a/REMI//b/" → EREF: "a", REMI: "/b". The first of a word counts.
std::map<std::string_view, std::string> words_of(std::string_view text) {
    std::map<std::string_view, std::string> words;
    std::string_view word;
    std::size_t at = 0;
    std::size_t begin = 0;
    const auto keep = [&](std::size_t end) {
        if (!word.empty())
            words.emplace(word, text.substr(begin, end > begin ? end - begin : 0));
    };
    while (at < text.size()) {
        const std::size_t end = text[at] == '/' ? text.find('/', at + 1) : text.npos;
        const std::string_view candidate =
            end == text.npos ? std::string_view() : text.substr(at + 1, end - at - 1);
        if (!is_code_word(candidate)) {
            ++at;
            continue;
        }
        keep(at);
        word = candidate;
        begin = end + 1;
        at = end; // its slash may open the next word
    }
    keep(text.size());
    return words;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == '/' || text.front() == ' '))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == '/' || text.back() == ' '))
        text.remove_suffix(1);
    return text;
}

// "NL02…/BIC/A PAYER/CITY"
void take_counterparty(std::string_view text, Entry& entry) {
    std::array<std::string_view, 3> parts;
    for (std::string_view& part : parts) {
        const std::size_t slash = text.find('/');
        part = text.substr(0, slash);
        text.remove_prefix(slash == text.npos ? text.size() : slash + 1);
    }
    set_id(entry.counterparty_account, parts[0]);
    set_text(entry.counterparty_name, parts[2], bounds::name_bytes_max);
}

// "USTD//text", "STRD/CUR/ref", or the text itself.
std::string_view remittance_of(std::string_view text) {
    text = trimmed(text);
    for (const std::string_view kind : {"USTD//", "USTD/", "STRD/CUR/", "STRD/"})
        if (text.starts_with(kind))
            return trimmed(text.substr(kind.size()));
    return text;
}

bool take_code_words(std::string_view text, Entry& entry) {
    const auto words = words_of(text);
    if (words.empty())
        return false;
    const auto of = [&](std::string_view word) {
        const auto found = words.find(word);
        return found == words.end() ? std::string_view() : std::string_view(found->second);
    };
    set_id(entry.end_to_end_id, trimmed(of("ROC")));
    set_id(entry.end_to_end_id, trimmed(of("EREF")));
    set_id(entry.instruction_id, trimmed(of("IREF")));
    set_id(entry.transaction_id, trimmed(of("TXID")));
    set_id(entry.uetr, trimmed(of("UETR")));
    if (words.contains("CNTP"))
        take_counterparty(of("CNTP"), entry);
    set_id(entry.counterparty_account, trimmed(of("IBAN")));
    set_text(entry.counterparty_name, trimmed(of("NAME")), bounds::name_bytes_max);
    set_text(entry.remittance, remittance_of(of("REMI")), bounds::remittance_bytes_max);
    entry.reversal = entry.reversal || words.contains("RTRN");
    return true;
}

} // namespace

void read_narrative(std::span<const std::string> lines, Entry& entry) {
    // Both forms with an order are cut into lines anywhere, also inside a word.
    const std::string text = joined(lines, "");
    if (is_structured(text))
        return take_structured(text, entry);
    if (text.starts_with('/') && take_code_words(text, entry))
        return;
    set_text(entry.remittance, joined(lines, " "), bounds::remittance_bytes_max);
}

} // namespace settled::statements
