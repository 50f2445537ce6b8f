#include "node/roles.h"

namespace settled::node {

Result<Roles> Roles::parse(const std::vector<std::string>& names) {
    Roles roles = none();
    for (const std::string& name : names) {
        if (name == "all")
            roles = Roles{};
        else if (name == "intake")
            roles.intake = true;
        else if (name == role_worker)
            roles.worker = true;
        else if (name == "api")
            roles.api = true;
        else
            return fail(Code::config_invalid, "a role is intake, worker, api or all");
    }
    if (roles == none())
        return fail(Code::config_invalid, "give a node at least one role");
    return roles;
}

std::string Roles::text() const {
    std::string text;
    const auto add = [&text](bool has, std::string_view name) {
        if (has)
            text.append(text.empty() ? "" : " ").append(name);
    };
    add(intake, "intake");
    add(worker, role_worker);
    add(api, "api");
    return text;
}

bool names_role(std::string_view text, std::string_view role) {
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        if (text.substr(0, space) == role)
            return true;
        text = space == text.npos ? std::string_view{} : text.substr(space + 1);
    }
    return false;
}

} // namespace settled::node
