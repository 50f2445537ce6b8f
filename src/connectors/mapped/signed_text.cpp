#include "connectors/mapped/signed_text.h"

#include "base/limits.h"

#include <algorithm>

namespace settled::connectors::mapped {

namespace {

constexpr std::string_view header_prefix = "header:";

} // namespace

Result<SignedText> SignedText::parse(std::string_view written) {
    if (written.size() > limits::text_bytes_max)
        return fail(Code::value_invalid, "over: at most 256 characters");
    SignedText text;
    while (!written.empty()) {
        const std::size_t open = std::min(written.find('{'), written.size());
        if (open > 0)
            text.parts_.push_back({Part::Kind::text, std::string(written.substr(0, open))});
        written.remove_prefix(open);
        if (written.empty())
            break;
        const std::size_t close = written.find('}');
        if (close == std::string_view::npos)
            return fail(Code::value_invalid, "over: a brace is not closed");
        std::string_view name = written.substr(1, close - 1);
        written.remove_prefix(close + 1);
        if (name == "body") {
            text.parts_.push_back({Part::Kind::body, {}});
        } else if (name.starts_with(header_prefix) && name.size() > header_prefix.size()) {
            name.remove_prefix(header_prefix.size());
            text.parts_.push_back({Part::Kind::header, std::string(name)});
        } else {
            return fail(Code::value_invalid, "over: use {body} and {header:NAME}");
        }
    }
    if (std::ranges::count(text.parts_, Part::Kind::body, &Part::kind) != 1)
        return fail(Code::value_invalid, "over: {body} stands in it once");
    return text;
}

bool SignedText::names(std::string_view header) const {
    return std::ranges::any_of(parts_, [&](const Part& part) {
        return part.kind == Part::Kind::header && part.text == header;
    });
}

Result<std::string>
SignedText::of(const std::function<std::optional<std::string_view>(std::string_view)>& headers,
               std::string_view body) const {
    std::string text;
    for (const Part& part : parts_) {
        if (part.kind == Part::Kind::body) {
            text.append(body);
        } else if (part.kind == Part::Kind::text) {
            text.append(part.text);
        } else {
            const auto value = headers(part.text);
            if (!value)
                return fail(Code::signature_missing, "send the header " + part.text);
            text.append(*value);
        }
    }
    return text;
}

} // namespace settled::connectors::mapped
