#include "units/orders/second_person.h"

#include "store/queries/directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

namespace settled::units {

namespace {

bool is_control_socket(std::string_view name) {
    return name == "operator" || name.starts_with("operator:");
}

} // namespace

store::Step<std::vector<std::string>> persons_behind(store::Session& s, TenantId tenant,
                                                     std::string name) {
    std::vector<std::string> persons;
    if (name.empty() || is_control_socket(name))
        co_return persons;
    persons.push_back(name);
    const auto id = parse_id<ApiKeyIdTag>(name);
    if (!id)
        co_return persons;
    const auto keys = co_await store::list_api_keys(s, tenant);
    const auto key = std::ranges::find(keys, *id, &store::ApiKeyRow::id);
    if (key == keys.end())
        co_return persons;
    for (const auto word : std::views::split(std::string_view(key->made_by), ' '))
        if (const std::string_view person(word); !person.empty())
            persons.emplace_back(person);
    co_return persons;
}

std::string joined(const std::vector<std::string>& persons) {
    std::vector<std::string> once = persons;
    std::ranges::sort(once);
    const auto rest = std::ranges::unique(once);
    once.erase(rest.begin(), rest.end());
    return fmt::format("{}", fmt::join(once, " "));
}

store::Step<bool> may_be_one_person(store::Session& s, TenantId tenant, std::string left,
                                    std::string right) {
    if (left == right)
        co_return true;
    const auto behind_left = co_await persons_behind(s, tenant, std::move(left));
    const auto behind_right = co_await persons_behind(s, tenant, std::move(right));
    co_return std::ranges::find_first_of(behind_left, behind_right) != behind_left.end();
}

} // namespace settled::units
