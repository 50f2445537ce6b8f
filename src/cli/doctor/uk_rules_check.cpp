#include "base/clock.h"
#include "cli/doctor/check.h"
#include "domain/uk/london_time.h"
#include "server/uk_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace settled::cli::doctor {

void check_bank_holidays(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings are not good");
    if (config->bank_holidays.empty())
        return found.ok("", "the bank holidays of England and Wales are those of the rule that is "
                            "built in");
    const auto calendar = server::load_calendar(*config);
    if (!calendar)
        return found.failed("", calendar.error().detail,
                            {"begin each line of the file with a date, such as 2027-12-27"});
    const auto today = domain::london_time(SystemClock().now()).date;
    const int year = static_cast<int>(std::chrono::year_month_day(today).year());
    const std::vector<int> years = calendar->holidays.years_of_file();
    for (const int wanted : {year, year + 1})
        if (std::ranges::find(years, wanted) == years.end())
            return found.warning(
                "", fmt::format("{} has no bank holidays of {}", config->bank_holidays, wanted),
                {"days that are proclaimed for that year are not known; add its days, which gov.uk "
                 "publishes, and start the server again"});
    found.ok("", fmt::format("{} has the bank holidays of {} and {}", config->bank_holidays, year,
                             year + 1));
}

void check_modulus_table(Site& site, Findings& found) {
    const server::Config* const config = site.config();
    if (config == nullptr)
        return found.skipped("", "the settings are not good");
    if (config->modulus_weights.empty())
        return found.skipped("", "modulus.weights is empty: sort codes and account numbers are not "
                                 "checked, and orders say so in their warnings");
    const auto table = server::load_modulus(*config);
    if (!table)
        return found.failed("", table.error().detail,
                            {"get the file from Vocalink again, and name it in modulus.weights"});
    if (config->modulus_substitutions.empty())
        return found.warning(
            "", "modulus.substitutions is empty: some sort codes are checked with the wrong digits",
            {"get the substitutions from Vocalink, too, and name their file there"});
    found.ok("", fmt::format("the table of the modulus check has {} rules", (*table)->size()));
}

} // namespace settled::cli::doctor
