#include "wire/json_fault.h"

#include "wire/json_scanner.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::wire {

namespace {

// Each mend costs a scan of the text; a thin message has some six members.
constexpr std::size_t mends_max = 64;

constexpr std::string_view spaces = " \n\r\t";

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// `"name" :`, with which a member begins.
bool is_member(std::string_view text) {
    if (!text.starts_with('"'))
        return false;
    std::size_t at = 1;
    while (at < text.size() && text[at] != '"')
        at += text[at] == '\\' ? 2 : 1;
    at = text.find_first_not_of(spaces, std::min(at + 1, text.size()));
    return at != text.npos && text[at] == ':';
}

// The comma that stands last before `offset`; npos: something else does.
std::size_t comma_before(std::string_view text, std::size_t offset) {
    const std::size_t last = text.substr(0, offset).find_last_not_of(spaces);
    return last != text.npos && text[last] == ',' ? last : text.npos;
}

void describe(JsonFault& fault, std::string_view text, const ScanFault& found) {
    const std::string_view rest = text.substr(fault.offset);
    const bool ends = rest.starts_with('}') || rest.starts_with(']');
    if (found.lacks_comma && is_member(rest)) {
        fault.kind = JsonFault::Kind::missing_comma;
        fault.why = found.last_name.empty()
                        ? "a comma is missing"
                        : fmt::format("a comma is missing after \"{}\"", found.last_name);
    } else if (ends && comma_before(text, fault.offset) != text.npos) {
        fault.kind = JsonFault::Kind::trailing_comma;
        fault.why = rest.front() == '}' ? "a comma stands before the end of the object"
                                        : "a comma stands before the end of the array";
    } else {
        fault.why = found.why;
    }
}

} // namespace

std::optional<JsonFault> first_fault(std::string_view text) {
    JsonFault fault;
    if (text.size() > limits::json_bytes_max) {
        fault.code = Code::json_too_large;
        fault.why = "the text has more than 1152 KiB";
        return fault;
    }
    JsonTree tree;
    tree.text = text;
    JsonScanner scanner(tree);
    if (scanner.scan())
        return std::nullopt;
    const ScanFault found = scanner.fault();
    fault.code = found.code;
    fault.offset = std::min<std::size_t>(found.offset, text.size());
    const std::string_view before = text.substr(0, fault.offset);
    fault.line += static_cast<std::size_t>(std::ranges::count(before, '\n'));
    const std::size_t line_begin = before.rfind('\n') + 1; // npos + 1 is 0
    fault.column += static_cast<std::size_t>(
        std::ranges::count_if(before.substr(line_begin), begins_character));
    describe(fault, text, found);
    return fault;
}

std::expected<std::string, JsonFault> with_commas_mended(std::string_view text) {
    std::string mended(text);
    std::optional<JsonFault> first;
    for (std::size_t mends = 0;; ++mends) {
        auto fault = first_fault(mended);
        if (!fault)
            return mended;
        if (!first)
            first = *fault;
        const bool can_be_mended = fault->kind != JsonFault::Kind::other && mends < mends_max;
        if (!can_be_mended)
            return std::unexpected(mends == 0 ? *std::move(fault) : *std::move(first));
        if (fault->kind == JsonFault::Kind::missing_comma)
            mended.insert(fault->offset, 1, ',');
        else
            mended.erase(comma_before(mended, fault->offset), 1);
    }
}

} // namespace settled::wire
