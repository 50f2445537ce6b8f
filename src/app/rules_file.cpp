#include "app/rules_file.h"

#include "forms/rule_set_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>

namespace settled::app {

Result<match::RuleSet> load_rules(const std::string& path) {
    std::ostringstream json;
    try {
        json << toml::json_formatter{toml::parse_file(path)};
    } catch (const toml::parse_error& error) {
        return fail(Code::value_invalid,
                    fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
    }
    return forms::read_rule_set_text(json.str());
}

} // namespace settled::app
