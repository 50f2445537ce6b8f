#include "server/rules_file.h"

#include "payloads/rule_set_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <sstream>

namespace settled::server {

Result<match::RuleSet> load_rules(const std::string& path) {
    std::ostringstream json;
    try {
        json << toml::json_formatter{toml::parse_file(path)};
    } catch (const toml::parse_error& error) {
        return fail(Code::value_invalid,
                    fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
    }
    return payloads::read_rule_set_text(json.str());
}

} // namespace settled::server
