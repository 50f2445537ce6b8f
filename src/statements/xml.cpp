#include "statements/xml.h"

#include "base/assert.h"
#include "statements/bounds.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace settled::statements {

namespace {

constexpr std::size_t chunk_bytes = 64UL * 1024;
constexpr char separator = '|'; // between a namespace and a local name; no URI holds it

XmlName split(std::string_view name) {
    const std::size_t at = name.rfind(separator);
    return at == name.npos ? XmlName{"", name} : XmlName{name.substr(0, at), name.substr(at + 1)};
}

} // namespace

std::string_view XmlAttributes::operator[](std::string_view name) const {
    for (const char* const* at = list_; at != nullptr && *at != nullptr; at += 2)
        if (name == *at)
            return *(at + 1);
    return {};
}

struct XmlReader::State {
    explicit State(const std::string& file)
        : name(file), parser(XML_ParserCreateNS(nullptr, separator), &XML_ParserFree) {}

    const std::string& name;
    std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser;
    XmlHandler* handler = nullptr;
    std::vector<std::string> texts; // of the open elements
    std::size_t text_bytes = 0;     // of all of them
    std::optional<Error> error;
    std::uint64_t fed = 0;
    std::uint64_t seen = 0; // where the last event was

    void stop(Error why) {
        if (!error)
            error = std::move(why);
        XML_StopParser(parser.get(), XML_FALSE);
    }
    void stop(std::string_view why) {
        stop(Error{
            Code::statement_malformed,
            fmt::format("{}, line {}: {}", name, XML_GetCurrentLineNumber(parser.get()), why)});
    }
    void note_event() {
        const auto index = XML_GetCurrentByteIndex(parser.get());
        seen = index > 0 ? static_cast<std::uint64_t>(index) : seen;
    }

    void on_open(const char* element, const char** attributes) {
        note_event();
        if (error)
            return;
        if (texts.size() == bounds::xml_depth_max)
            return stop("the elements are nested too deeply");
        // No element has both text and elements in it; the space between elements is nothing.
        if (!texts.empty())
            text_bytes -= std::exchange(texts.back(), {}).size();
        texts.emplace_back();
        if (auto done = handler->open(split(element), XmlAttributes(attributes)); !done)
            stop(std::move(done).error());
    }
    void on_close(const char* element) {
        note_event();
        if (error || texts.empty())
            return;
        const std::string text = std::move(texts.back());
        texts.pop_back();
        text_bytes -= text.size();
        if (auto done = handler->close(split(element), text); !done)
            stop(std::move(done).error());
    }
    void on_text(std::string_view text) {
        note_event();
        if (error || texts.empty())
            return;
        text_bytes += text.size();
        if (text_bytes > bounds::xml_text_bytes_max)
            return stop("an element has too much text");
        texts.back() += text;
    }
};

namespace {

using State = XmlReader::State;

void XMLCALL opened(void* data, const XML_Char* name, const XML_Char** attributes) {
    static_cast<State*>(data)->on_open(name, attributes);
}
void XMLCALL closed(void* data, const XML_Char* name) {
    static_cast<State*>(data)->on_close(name);
}
void XMLCALL got_text(void* data, const XML_Char* text, int length) {
    static_cast<State*>(data)->on_text({text, static_cast<std::size_t>(length)});
}
void XMLCALL got_doctype(void* data, const XML_Char* /*name*/, const XML_Char* /*system*/,
                         const XML_Char* /*public_id*/, int /*internal*/) {
    static_cast<State*>(data)->stop("a document type declaration is not accepted");
}
void XMLCALL got_comment(void* data, const XML_Char* /*text*/) {
    static_cast<State*>(data)->note_event();
}
void XMLCALL got_instruction(void* data, const XML_Char* /*target*/, const XML_Char* /*text*/) {
    static_cast<State*>(data)->note_event();
}

// The characters of windows-1252 from 0x80 on; -1: there is none.
constexpr std::array<int, 32> windows_1252{
    0x20AC, -1,     0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, -1,     0x017D, -1,     -1,     0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, -1,     0x017E, 0x0178};
// Where ISO 8859-15 is not ISO 8859-1.
constexpr std::array<std::pair<int, int>, 8> latin_9_differs{{{0xA4, 0x20AC},
                                                              {0xA6, 0x0160},
                                                              {0xA8, 0x0161},
                                                              {0xB4, 0x017D},
                                                              {0xB8, 0x017E},
                                                              {0xBC, 0x0152},
                                                              {0xBD, 0x0153},
                                                              {0xBE, 0x0178}}};

// Encodings of one byte a character that banks declare and the parser does not know.
int XMLCALL met_encoding(void* /*data*/, const XML_Char* name, XML_Encoding* info) {
    std::string wanted(name);
    std::ranges::transform(wanted, wanted.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    const bool windows = wanted == "windows-1252" || wanted == "cp1252";
    const bool latin_9 = wanted == "iso-8859-15" || wanted == "latin-9";
    if (!windows && !latin_9)
        return XML_STATUS_ERROR;
    for (int c = 0; c < 256; ++c)
        info->map[c] = c;
    if (windows)
        std::ranges::copy(windows_1252, info->map + 0x80);
    for (const auto& [place, character] : latin_9_differs)
        if (latin_9)
            info->map[place] = character;
    info->data = nullptr;
    info->convert = nullptr;
    info->release = nullptr;
    return XML_STATUS_OK;
}

} // namespace

XmlReader::XmlReader(std::istream& in, std::string name)
    : in_(in), name_(std::move(name)), state_(std::make_unique<State>(name_)) {
    SETTLED_ASSERT(state_->parser != nullptr, "there is memory for a parser");
    XML_Parser parser = state_->parser.get();
    XML_SetUserData(parser, state_.get());
    XML_SetElementHandler(parser, &opened, &closed);
    XML_SetCharacterDataHandler(parser, &got_text);
    XML_SetStartDoctypeDeclHandler(parser, &got_doctype);
    XML_SetCommentHandler(parser, &got_comment);
    XML_SetProcessingInstructionHandler(parser, &got_instruction);
    XML_SetUnknownEncodingHandler(parser, &met_encoding, nullptr);
}

XmlReader::~XmlReader() = default;

std::uint64_t XmlReader::line() const {
    return XML_GetCurrentLineNumber(state_->parser.get());
}

// What the parser has met. A byte that no UTF-8 has at that place is worth more words.
std::string XmlReader::trouble(const char* bytes, int count) const {
    const XML_Error error = XML_GetErrorCode(state_->parser.get());
    std::string words = XML_ErrorString(error);
    const auto at =
        XML_GetCurrentByteIndex(state_->parser.get()) - static_cast<XML_Index>(state_->fed);
    const bool is_here = at >= 0 && at < count;
    if (error == XML_ERROR_INVALID_TOKEN && is_here &&
        static_cast<unsigned char>(bytes[at]) >= 0x80)
        words += "; the text is not in the encoding that the file declares (UTF-8 where it "
                 "declares none)";
    if (error == XML_ERROR_UNKNOWN_ENCODING)
        words += "; UTF-8, UTF-16, ISO-8859-1, ISO-8859-15 and windows-1252 are read";
    return words;
}

Result<> XmlReader::feed(const char* bytes, int count, bool last) {
    const auto status = XML_Parse(state_->parser.get(), bytes, count, last ? 1 : 0);
    if (state_->error)
        return std::unexpected(std::move(*state_->error));
    if (status != XML_STATUS_OK)
        return fail(Code::statement_malformed,
                    fmt::format("{}, line {}: {}", name_, line(), trouble(bytes, count)));
    state_->fed += static_cast<std::uint64_t>(count);
    if (state_->fed - std::min(state_->seen, state_->fed) > bounds::xml_token_bytes_max)
        return fail(
            Code::statement_malformed,
            fmt::format("{}, line {}: a name, value or comment is too long", name_, line()));
    return {};
}

Result<> XmlReader::run(XmlHandler& handler) {
    state_->handler = &handler;
    std::array<char, chunk_bytes> buffer; // NOLINT(*-member-init): filled by read()
    for (;;) {
        in_.read(buffer.data(), buffer.size());
        const auto count = static_cast<int>(in_.gcount());
        const bool last = !in_;
        if (in_.bad())
            return fail(Code::io_failed, name_ + " cannot be read");
        TRY_VOID(feed(buffer.data(), count, last));
        if (last)
            return {};
    }
}

} // namespace settled::statements
