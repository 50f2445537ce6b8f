// Statement files on their way to the API. Each is read once to see that it is whole and to sum it
// up, then again to send it, in pieces that fit a call. Nothing of any file is sent before all of
// them were read, and nothing is reconciled before all of them were sent: what stands on one page is
// not missing on another.
#pragma once

#include "cli/client/api_session.h"
#include "statements/file.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace settled::cli {

using ImportOptions = statements::FileOptions;

// `what` is done of `done` of `total`.
using ImportProgress =
    std::function<void(std::string_view what, std::size_t done, std::size_t total)>;

struct StatementFile {
    std::string path;
    statements::FileSummary summary;
};

// Fails with io_failed, and as statements::summarize_file() does.
Result<StatementFile> summarize(const std::string& path, const ImportOptions& options,
                                const ImportProgress& progress);

struct SentStatement {
    std::string account;           // as the file has it, or --account
    std::optional<std::string> id; // nullopt: the account is not registered, and it was passed over
};

// Sends the wanted statements. One that is there already is not sent again.
Result<std::vector<SentStatement>> send_statements(ApiSession& session, const StatementFile& file,
                                                   const ImportOptions& options,
                                                   const ImportProgress& progress);

// Reconciles a statement with the settlements that are known by now.
Result<> reconcile_statement(ApiSession& session, const std::string& id,
                             const ImportProgress& progress);

} // namespace settled::cli
