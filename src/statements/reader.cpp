#include "statements/reader.h"

#include "statements/camt.h"
#include "statements/mt940.h"

#include <algorithm>

namespace settled::statements {

Format format_of(std::istream& in) {
    const auto start = in.tellg();
    std::string text(512, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    in.clear();
    in.seekg(start);
    // The UTF-16 of an XML file has zero bytes and a mark of its own.
    std::erase(text, '\0');
    for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"})
        if (text.starts_with(mark))
            text.erase(0, mark.size());
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const char c = first == text.npos ? '\0' : text[first];
    if (c == '<')
        return Format::camt;
    if (c == '{' || c == ':' || text.contains("\n:20:"))
        return Format::mt940;
    return Format::csv;
}

Result<> read_statements(std::istream& in, const std::string& name, Format format,
                         const CsvOptions& options, Sink& sink) {
    if (format == Format::by_content)
        format = format_of(in);
    if (format == Format::camt)
        return read_camt(in, name, sink);
    if (format == Format::mt940)
        return read_mt940(in, name, sink);
    return read_csv(in, name, options, sink);
}

} // namespace settled::statements
