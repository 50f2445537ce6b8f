#include "cli/doctor/status_check.h"

namespace settled::cli::doctor {

namespace {

// What the status says under that id; if it says nothing, `fine`.
void take_over(Site& site, Findings& found, std::string_view check, std::string fine) {
    const auto status = site.ask("GET", "/v1/status");
    if (!status)
        return found.skipped("", status.error());
    const auto attention = status->root().member("attention");
    bool is_fine = true;
    for (std::size_t i = 0; attention && i < attention->size(); ++i) {
        const wire::Json item = attention->at(i);
        if (text_at(item, "check") != check)
            continue;
        is_fine = false;
        found.warning(text_at(item, "subject"), text_at(item, "sentence"),
                      {text_at(item, "cause")});
    }
    if (is_fine)
        found.ok("", std::move(fine));
}

} // namespace

void check_failing_endpoints(Site& site, Findings& found) {
    take_over(site, found, "endpoint.failing", "every partner's endpoint answers");
}

void check_backlog(Site& site, Findings& found) {
    take_over(site, found, "backlog.age", "no delivery has been owed for long");
}

void check_overdue_payments(Site& site, Findings& found) {
    take_over(site, found, "payment.overdue", "no payment is overdue");
}

} // namespace settled::cli::doctor
