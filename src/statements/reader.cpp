#include "statements/reader.h"

#include "statements/bounds.h"
#include "statements/camt.h"
#include "statements/mt940.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace settled::statements {

namespace {

constexpr std::size_t start_bytes = 512;
constexpr std::size_t read_step = 256UL * 1024;
constexpr std::string_view utf_8_mark = "\xEF\xBB\xBF";
constexpr std::string_view utf_16_le_mark = "\xFF\xFE";
constexpr std::string_view utf_16_be_mark = "\xFE\xFF";

std::string start_of(std::istream& in) {
    const auto place = in.tellg();
    std::string text(start_bytes, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    in.clear();
    in.seekg(place);
    return text;
}

bool is_utf_16(std::string_view start) {
    return start.starts_with(utf_16_le_mark) || start.starts_with(utf_16_be_mark);
}

void append_utf_8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
}

// The whole file; half a character is refused, so that no byte is passed over.
Result<std::string> from_utf_16(std::istream& in, const std::string& name) {
    std::string bytes;
    while (in && bytes.size() <= bounds::utf_16_bytes_max) {
        const std::size_t before = bytes.size();
        bytes.resize(before + read_step);
        in.read(bytes.data() + before, static_cast<std::streamsize>(read_step));
        bytes.resize(before + static_cast<std::size_t>(in.gcount()));
    }
    if (bytes.size() > bounds::utf_16_bytes_max)
        return fail(Code::statement_unsupported,
                    name + " is too large a file in UTF-16; write it in UTF-8");
    const bool little = bytes.starts_with(utf_16_le_mark);
    const auto unit = [&](std::size_t i) {
        const auto a = static_cast<unsigned char>(bytes[i]);
        const auto b = static_cast<unsigned char>(bytes[i + 1]);
        return static_cast<std::uint32_t>(little ? b << 8U | a : a << 8U | b);
    };
    const auto broken = [&] {
        return fail(Code::statement_malformed, name + ": its UTF-16 is not well-formed");
    };
    if (bytes.size() % 2 != 0)
        return broken();
    std::string text;
    for (std::size_t i = 2; i < bytes.size(); i += 2) {
        const std::uint32_t first = unit(i);
        if (first >= 0xDC00 && first < 0xE000)
            return broken();
        if (first < 0xD800 || first >= 0xE000) {
            append_utf_8(text, first);
            continue;
        }
        i += 2;
        if (i >= bytes.size() || unit(i) < 0xDC00 || unit(i) >= 0xE000)
            return broken();
        append_utf_8(text, 0x10000U + ((first - 0xD800U) << 10U) + (unit(i) - 0xDC00U));
    }
    return text;
}

// Files that are often sent in the place of a statement.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> others{
    {{"PK\x03\x04", "a ZIP archive or a spreadsheet; import what is in it, a spreadsheet as CSV"},
     {"\x1F\x8B", "a gzip archive; import what is in it"},
     {"%PDF", "a PDF; ask the bank for camt.053, MT940 or CSV"},
     {"\xD0\xCF\x11\xE0", "a spreadsheet; save it as CSV"},
     {"OFXHEADER", "an OFX file; ask the bank for camt.053, MT940 or CSV"}}};

} // namespace

Result<Format> format_of(std::istream& in, const std::string& name) {
    std::string text = start_of(in);
    for (const auto& [begin, what] : others)
        if (text.starts_with(begin))
            return fail(Code::statement_unsupported, fmt::format("{} is {}", name, what));
    // The UTF-16 of an XML file has zero bytes and a mark of its own.
    std::erase(text, '\0');
    for (const std::string_view mark : {utf_8_mark, utf_16_le_mark, utf_16_be_mark})
        if (text.starts_with(mark))
            text.erase(0, mark.size());
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos)
        return fail(Code::statement_unsupported, name + " is empty");
    const char c = text[first];
    if (c == '<')
        return Format::camt;
    constexpr std::array<std::string_view, 4> fields{":20:", ":25:", ":60F:", ":61:"};
    const bool has_field = std::ranges::any_of(fields, [&](std::string_view field) {
        return text.contains("\n" + std::string(field)) || text.contains("\r" + std::string(field));
    });
    return c == '{' || c == ':' || has_field ? Format::mt940 : Format::csv;
}

Result<> read_statements(std::istream& in, const std::string& name, Format format,
                         const CsvOptions& options, Sink& sink) {
    if (format == Format::by_content) {
        TRY(format, format_of(in, name));
    }
    if (format == Format::camt)
        return read_camt(in, name, sink);
    const std::string start = start_of(in);
    if (is_utf_16(start)) {
        TRY(const std::string text, from_utf_16(in, name));
        std::istringstream converted(text);
        return format == Format::mt940 ? read_mt940(converted, name, sink)
                                       : read_csv(converted, name, options, sink);
    }
    if (start.starts_with(utf_8_mark))
        in.seekg(static_cast<std::streamoff>(utf_8_mark.size()), std::ios::cur);
    return format == Format::mt940 ? read_mt940(in, name, sink) : read_csv(in, name, options, sink);
}

} // namespace settled::statements
