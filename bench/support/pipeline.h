// What the PostgreSQL engine is compared with: the same rows written by hand, with libpq and
// nothing else.
#pragma once

#include <cstddef>
#include <string>

namespace settled::bench {

// Rows a second of the inbox's two tables (a webhook is a row in each), pipelined by `group`
// webhooks a transaction over one connection, into tables of the same shape in a schema of its own.
double hand_written_webhooks_per_s(const std::string& url, std::size_t count, std::size_t group,
                                   std::size_t body_bytes);

// Transactions a second by pgbench, `clients` at a time, each inserting the same webhook's rows.
double pgbench_transactions_per_s(const std::string& url, int clients, int seconds,
                                  std::size_t body_bytes);

} // namespace settled::bench
