// Checks of what /v1/status says: the same figures, the same verdict.
#pragma once

#include "cli/doctor/finding.h"
#include "cli/doctor/site.h"

namespace settled::cli::doctor {

void check_failing_endpoints(Site& site, Findings& found);
void check_backlog(Site& site, Findings& found);
void check_overdue_payments(Site& site, Findings& found);
void check_unmatched_settlements(Site& site, Findings& found);
void check_refusing_connectors(Site& site, Findings& found);
void check_silent_connectors(Site& site, Findings& found);
void check_reviews(Site& site, Findings& found);
void check_unsealed(Site& site, Findings& found);

} // namespace settled::cli::doctor
