#include "domain/event_catalogue.h"

#include "base/assert.h"
#include "wire/json.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace settled::embedded_event_types {
extern const std::vector<std::pair<std::string_view, std::string_view>> files;
} // namespace settled::embedded_event_types

namespace settled::domain {

namespace {

using Descriptions = std::map<std::string, std::string, std::less<>>;

// A line a type, so that no more than one of them is ever read at a time.
Descriptions read_descriptions(std::string_view text) {
    Descriptions descriptions;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.starts_with(R"({"type":)"))
            continue;
        if (line.ends_with(','))
            line.remove_suffix(1);
        const auto document = wire::JsonDocument::parse(line);
        SETTLED_ASSERT(document.has_value(), "the catalogue of events was made by a tool");
        const wire::Json root = document->root();
        descriptions.emplace(*root.member("type")->string(), *root.member("description")->string());
    }
    return descriptions;
}

} // namespace

std::string_view event_catalogue() {
    return embedded_event_types::files.front().second;
}

std::string_view event_description(std::string_view type) {
    static const Descriptions descriptions = read_descriptions(event_catalogue());
    const auto found = descriptions.find(type);
    return found == descriptions.end() ? std::string_view() : std::string_view(found->second);
}

} // namespace settled::domain
