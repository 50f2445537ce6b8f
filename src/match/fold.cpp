#include "match/fold.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace settled::match {

namespace {

// One character of a table stands for one code point: its letter, '.' for one that is dropped, '+'
// for one that becomes several letters and is looked up in `several`. The letters are those of
// Unicode's compatibility decomposition without its marks; letters that have none take the nearest
// shape (Ł L, ø O) or the usual two letters (ß SS, Þ TH).
constexpr std::string_view latin = // U+00A0 to U+024F
    "..........A.......23.M...1O.....AAAAAA+CEEEEIIIIDNOOOOO.OUUUUY++"
    "AAAAAA+CEEEEIIIIDNOOOOO.OUUUUY+YAAAAAACCCCCCCCDDDDEEEEEEEEEEGGGG"
    "GGGGHHHHIIIIIIIIII++JJKKKLLLLLLLLLLNNNNNNNNNOOOOOO++RRRRRRSSSSSS"
    "SSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZSBB....OCCDD....EEFFG...IKKL..NNO"
    "OO..PP.....TTTTUU.VYYZZ.............+++++++++AAIIOOUUUUUUUUUUEAA"
    "AA++GGGGKKOOOO..J+++GG..NNAA++OOAAAAEEEEIIIIOOOORRRRUUUUSSTT..HH"
    "ND..ZZAAEEOOOOOOOOYYLNTJ..ACCLTSZ..BU.EEJJ..RRYY";
constexpr std::string_view greek = // U+0370 to U+03FF
    "......................A.EII.O.YOIABGDEZI+IKLMNXOPR.STYF++OIYAEII"
    "YABGDEZI+IKLMNXOPRSSTYF++OIYOYO.B+YYYFP........................."
    "KRS.+E...S......";
constexpr std::string_view cyrillic = // U+0400 to U+045F
    "EE+G++IIJ++CKIU+ABVGDE+ZIIKLMNOPRSTUF+++++.Y.E++ABVGDE+ZIIKLMNOP"
    "RSTUF+++++.Y.E++EE+G++IIJ++CKIU+";
constexpr std::string_view latin_additional = // U+1E00 to U+1EFF
    "AABBBBBBCCDDDDDDDDDDEEEEEEEEEEFFGGHHHHHHHHHHIIIIKKKKKKLLLLLLLLMM"
    "MMMMNNNNNNNNOOOOOOOOPPPPRRRRRRRRSSSSSSSSSSTTTTTTTTUUUUUUUUUUVVVV"
    "WWWWWWWWWWXXXXYYZZZZZZHTWYASSS+.AAAAAAAAAAAAAAAAAAAAAAAAEEEEEEEE"
    "EEEEEEEEIIIIOOOOOOOOOOOOOOOOOOOOOOOOUUUUUUUUUUUUUUYYYYYYYY++....";

struct Several {
    std::uint32_t code_point;
    std::string_view letters;
};
constexpr Several several[] = {
    {0x00C6, "AE"}, {0x00DE, "TH"}, {0x00DF, "SS"},   {0x00E6, "AE"}, {0x00FE, "TH"},
    {0x0132, "IJ"}, {0x0133, "IJ"}, {0x0152, "OE"},   {0x0153, "OE"}, {0x01C4, "DZ"},
    {0x01C5, "DZ"}, {0x01C6, "DZ"}, {0x01C7, "LJ"},   {0x01C8, "LJ"}, {0x01C9, "LJ"},
    {0x01CA, "NJ"}, {0x01CB, "NJ"}, {0x01CC, "NJ"},   {0x01E2, "AE"}, {0x01E3, "AE"},
    {0x01F1, "DZ"}, {0x01F2, "DZ"}, {0x01F3, "DZ"},   {0x01FC, "AE"}, {0x01FD, "AE"},
    {0x0398, "TH"}, {0x03A7, "CH"}, {0x03A8, "PS"},   {0x03B8, "TH"}, {0x03C7, "CH"},
    {0x03C8, "PS"}, {0x03D1, "TH"}, {0x03F4, "TH"},   {0x0402, "DJ"}, {0x0404, "YE"},
    {0x0405, "DZ"}, {0x0409, "LJ"}, {0x040A, "NJ"},   {0x040F, "DZ"}, {0x0416, "ZH"},
    {0x0425, "KH"}, {0x0426, "TS"}, {0x0427, "CH"},   {0x0428, "SH"}, {0x0429, "SHCH"},
    {0x042E, "YU"}, {0x042F, "YA"}, {0x0436, "ZH"},   {0x0445, "KH"}, {0x0446, "TS"},
    {0x0447, "CH"}, {0x0448, "SH"}, {0x0449, "SHCH"}, {0x044E, "YU"}, {0x044F, "YA"},
    {0x0452, "DJ"}, {0x0454, "YE"}, {0x0455, "DZ"},   {0x0459, "LJ"}, {0x045A, "NJ"},
    {0x045F, "DZ"}, {0x1E9E, "SS"}, {0x1EFA, "LL"},   {0x1EFB, "LL"}};
static_assert(std::ranges::is_sorted(several, {}, &Several::code_point));

struct Table {
    std::uint32_t first;
    std::string_view letters;
};
constexpr Table tables[] = {
    {0x00A0, latin}, {0x0370, greek}, {0x0400, cyrillic}, {0x1E00, latin_additional}};
static_assert(latin.size() == 0x250 - 0xA0 && greek.size() == 0x90 && cyrillic.size() == 0x60 &&
              latin_additional.size() == 0x100);

constexpr std::uint32_t invalid = 0xFFFF'FFFF;

struct Decoded {
    std::uint32_t code_point;
    std::size_t bytes;
};

// Strict UTF-8 (RFC 3629): overlong forms, surrogates and what lies above U+10FFFF are invalid. An
// invalid byte is passed over alone, so that a good character after it is not lost.
Decoded decode(std::string_view text) {
    constexpr std::uint32_t smallest[] = {0, 0x80, 0x800, 0x1'0000};
    const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80)
        return {lead, 1};
    const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || text.size() <= more)
        return {invalid, 1};
    std::uint32_t value = lead & (0x3FU >> more);
    for (std::size_t i = 1; i <= more; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U)
            return {invalid, 1};
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[more] || surrogate || value > 0x10'FFFF)
        return {invalid, 1};
    return {value, more + 1};
}

void append_ascii(std::string& out, std::uint32_t c) {
    if (c >= 'a' && c <= 'z')
        out.push_back(static_cast<char>(c - 'a' + 'A'));
    else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        out.push_back(static_cast<char>(c));
}

void append_folded(std::string& out, std::uint32_t c) {
    if (c < 0x80)
        return append_ascii(out, c);
    if (c >= 0xFF01 && c <= 0xFF5E) // full-width forms of '!' to '~'
        return append_ascii(out, c - 0xFF01 + '!');
    for (const auto& table : tables) {
        if (c < table.first || c - table.first >= table.letters.size())
            continue;
        const char letter = table.letters[c - table.first];
        if (letter == '+')
            out += std::ranges::lower_bound(several, c, {}, &Several::code_point)->letters;
        else if (letter != '.')
            out.push_back(letter);
    }
}

} // namespace

std::string fold_to_ascii(std::string_view utf8) {
    std::string out;
    out.reserve(utf8.size());
    while (!utf8.empty()) {
        const auto [code_point, bytes] = decode(utf8);
        append_folded(out, code_point);
        utf8.remove_prefix(bytes);
    }
    return out;
}

std::string_view first_characters(std::string_view utf8, std::size_t count) {
    std::size_t at = 0;
    while (at < utf8.size() && count > 0) {
        at += decode(utf8.substr(at)).bytes;
        --count;
    }
    return utf8.substr(0, at);
}

} // namespace settled::match
