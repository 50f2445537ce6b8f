// Statement files on their way to the API. Each is read once to see that it is whole and to sum it
// up, then again to send it, in pieces that fit a call. Nothing of any file is sent before all of
// them were read, and nothing is reconciled before all of them were sent: what stands on one page is
// not missing on another.
#pragma once

#include "cli/client/api_session.h"
#include "statements/reader.h"
#include "statements/summary.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace settled::cli {

struct ImportOptions {
    statements::Format format = statements::Format::by_content;
    statements::CsvOptions csv;
    std::string account; // as --account says; empty: all that the file has
};

// `what` is done of `done` of `total`.
using ImportProgress =
    std::function<void(std::string_view what, std::size_t done, std::size_t total)>;

// What a file has and which of it is wanted.
struct StatementFile {
    std::string path;
    std::vector<statements::Summary> summaries; // of those that are wanted
    std::vector<bool> wanted;                   // of all, in the order of the file
};

// All accounts of a file are wanted, or the one that --account says. An account that the file writes
// in its own way is the one of --account where the file has no other of that kind. Fails with
// account_unknown when none is.
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
