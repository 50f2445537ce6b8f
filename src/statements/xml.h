// XML, read piece by piece by expat (docs/decisions/0014-xml.md): the document is never held whole.
//
// Refused: a document type declaration (so there are no entities to expand and nothing outside to
// fetch), nesting, texts and tokens beyond bounds.h, encodings other than UTF-8, UTF-16, ISO-8859-1
// and US-ASCII. Namespaces are resolved; elements are identified by their local name.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

namespace settled::statements {

struct XmlName {
    std::string_view space; // the namespace's URI; may be empty
    std::string_view local;
};

// Attributes of an element without a namespace, as expat gives them.
class XmlAttributes {
  public:
    explicit XmlAttributes(const char* const* list) : list_(list) {}
    // "" when absent.
    std::string_view operator[](std::string_view name) const;

  private:
    const char* const* list_;
};

// What an answer with an error ends: the reading.
class XmlHandler {
  public:
    virtual ~XmlHandler() = default;
    virtual Result<> open(XmlName name, const XmlAttributes& attributes) = 0;
    // `text`: all that stood directly in the element.
    virtual Result<> close(XmlName name, std::string_view text) = 0;
};

// Where the parser is: errors of a handler say it.
class XmlPlace {
  public:
    virtual ~XmlPlace() = default;
    virtual std::uint64_t line() const = 0;
};

class XmlReader final : public XmlPlace {
  public:
    XmlReader(std::istream& in, std::string name);
    ~XmlReader() override;
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    // Reads to the end. Fails with statement_malformed, "FILE, line N: …", or with what the handler
    // said.
    Result<> run(XmlHandler& handler);
    std::uint64_t line() const override;

    struct State;

  private:
    Result<> feed(const char* bytes, int count, bool last);
    std::string trouble(const char* bytes, int count) const;

    std::istream& in_;
    std::string name_;
    std::unique_ptr<State> state_;
};

} // namespace settled::statements
