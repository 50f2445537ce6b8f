#include "custody/env/kept_variables.h"

#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

namespace settled::custody {

namespace {

constexpr std::string_view secret_prefix = "SETTLED_SECRET_";

struct Kept {
    std::mutex mutex;
    std::map<std::string, Secret, std::less<>> by_name;
};

Kept& kept() {
    static Kept all;
    return all;
}

void keep(const std::string& name) {
    char* const value = name.empty() ? nullptr : ::getenv(name.c_str());
    if (value == nullptr)
        return;
    Secret secret{std::string(value)};
    // The block that the kernel shows in /proc/PID/environ keeps removed variables: overwrite it.
    ::explicit_bzero(value, ::strlen(value));
    ::unsetenv(name.c_str());
    if (!secret.empty())
        kept().by_name.try_emplace(name, std::move(secret));
}

std::vector<std::string> names_with_prefix() {
    std::vector<std::string> names;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (text.starts_with(secret_prefix))
            names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

} // namespace

void keep_variables(std::span<const std::string> names) {
    const std::lock_guard lock(kept().mutex);
    for (const std::string& name : names_with_prefix())
        keep(name);
    for (const std::string& name : names)
        keep(name);
}

Result<Secret> kept_variable(std::string_view name) {
    const std::lock_guard lock(kept().mutex);
    const auto found = kept().by_name.find(name);
    if (found == kept().by_name.end())
        return fail(Code::key_unreadable,
                    fmt::format("env:{}: was not set when the program started, or is not one that "
                                "is read: give it a name that begins with {}",
                                name, secret_prefix));
    return found->second.copy();
}

} // namespace settled::custody
