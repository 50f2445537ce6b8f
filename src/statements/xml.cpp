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
}

XmlReader::~XmlReader() = default;

std::uint64_t XmlReader::line() const {
    return XML_GetCurrentLineNumber(state_->parser.get());
}

Result<> XmlReader::feed(const char* bytes, int count, bool last) {
    const auto status = XML_Parse(state_->parser.get(), bytes, count, last ? 1 : 0);
    if (state_->error)
        return std::unexpected(std::move(*state_->error));
    if (status != XML_STATUS_OK)
        return fail(Code::statement_malformed,
                    fmt::format("{}, line {}: {}", name_, line(),
                                XML_ErrorString(XML_GetErrorCode(state_->parser.get()))));
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
