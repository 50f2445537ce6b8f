#include "cli/trigger/triggers.h"

#include <algorithm>

namespace settled::cli {

std::span<const Trigger> all_triggers() {
    static const std::vector<Trigger> all = [] {
        std::vector<Trigger> joined;
        for (const auto& part : {money_in_triggers(), money_out_triggers(), loan_triggers(),
                                 partner_triggers(), webhook_triggers()})
            joined.insert(joined.end(), part.begin(), part.end());
        return joined;
    }();
    return all;
}

const Trigger* find_trigger(std::string_view name) {
    const auto all = all_triggers();
    const auto found = std::ranges::find(all, name, &Trigger::name);
    return found == all.end() ? nullptr : &*found;
}

} // namespace settled::cli
