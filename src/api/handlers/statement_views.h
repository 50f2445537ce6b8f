// Bank statements as the API shows them, and takes them in.
#pragma once

#include "store/queries/money/statements.h"
#include "units/statements/statement_reconciliation.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <string_view>
#include <vector>

namespace settled::api {

// What POST /v1/statements says of a statement, without the account's registration being looked at.
Result<store::StatementRow> read_statement(const wire::Json& root);

// The entries of a chunk, numbered from `first`; their amounts must be of `currency`.
struct Chunk {
    std::int64_t first = 0;
    std::vector<store::EntryRow> entries;
};
Result<Chunk> read_chunk(const wire::Json& root);

void write_statement(wire::JsonWriter& w, const store::StatementRow& statement);
void write_statement_members(wire::JsonWriter& w, const store::StatementRow& statement);
void write_reconciliation(wire::JsonWriter& w, const store::StatementRow& statement,
                          const units::StatementReconciliation& reconciliation);
void write_entry(wire::JsonWriter& w, const store::EntryRow& row);

} // namespace settled::api
