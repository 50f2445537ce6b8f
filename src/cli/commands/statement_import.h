// A statement file on its way to the API: read once to see that it is whole and to sum it up, then
// again to send it, in pieces that fit a call. Nothing of a file is sent before all of it was read.
#pragma once

#include "cli/client/api_session.h"
#include "statements/reader.h"
#include "statements/summary.h"

#include <functional>
#include <string>
#include <vector>

namespace settled::cli {

struct ImportOptions {
    statements::Format format = statements::Format::by_content;
    statements::CsvOptions csv;
    std::string account; // as --account says; empty: as the file says
};

// `what` is done of `done` of `total`.
using ImportProgress =
    std::function<void(std::string_view what, std::size_t done, std::size_t total)>;

// The statements of a file. An account that the file writes in its own way is what --account says;
// one that is another is refused.
Result<std::vector<statements::Summary>>
summarize(const std::string& file, const ImportOptions& options, const ImportProgress& progress);

// Sends them, reconciles each, and gives what GET /v1/statements/{id} says of each. A statement that is
// there already is only reconciled again.
Result<std::vector<Answered>> send_statements(ApiSession& session, const std::string& file,
                                              const std::vector<statements::Summary>& summaries,
                                              const ImportOptions& options,
                                              const ImportProgress& progress);

} // namespace settled::cli
