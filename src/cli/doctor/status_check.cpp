#include "cli/doctor/status_check.h"

namespace settled::cli::doctor {

namespace {

// "settled reviews list" of the status as a command for this very site.
std::optional<std::string> here(Site& site, std::string_view line) {
    constexpr std::string_view program = "settled ";
    if (!line.starts_with(program))
        return std::nullopt;
    line.remove_prefix(program.size());
    const std::size_t first = line.find(' ');
    const std::size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
    for (const std::size_t end : {second, first}) {
        const std::string_view rest = end == line.npos ? "" : line.substr(end + 1);
        if (auto command = site.command(line.substr(0, end), rest))
            return command;
    }
    return std::nullopt;
}

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
        const Remedy remedy{text_at(item, "cause"), here(site, text_at(item, "command"))};
        if (text_at(item, "state") == "failed")
            found.failed(text_at(item, "subject"), text_at(item, "sentence"), remedy);
        else
            found.warning(text_at(item, "subject"), text_at(item, "sentence"), remedy);
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

void check_reviews(Site& site, Findings& found) {
    take_over(site, found, "review.age", "no review waits for a person for long");
}

void check_unmatched_settlements(Site& site, Findings& found) {
    take_over(site, found, "settlement.unmatched", "no money is without a payment for long");
}

void check_refusing_connectors(Site& site, Findings& found) {
    take_over(site, found, "connector.refusing", "webhooks that came were taken");
}

void check_silent_connectors(Site& site, Findings& found) {
    take_over(site, found, "connector.silent", "no connector is silent that should not be");
}

void check_unsealed(Site& site, Findings& found) {
    take_over(site, found, "audit.unsealed", "what was decided is sealed, or will be soon");
}

void check_overdue_payments(Site& site, Findings& found) {
    take_over(site, found, "payment.overdue", "no payment is overdue");
}

} // namespace settled::cli::doctor
