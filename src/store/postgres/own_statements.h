// The engine's own statements.
#pragma once

#include "store/postgres/connection.h"

namespace settled::store::postgres::own {

inline constexpr OwnStatement begin_writing{0, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"};
inline constexpr OwnStatement begin_reading{1, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
inline constexpr OwnStatement commit{2, "COMMIT"};
// One row for each writer: the number of its last committed transaction, and a fence. A transaction
// from before the fence divides by zero, and fails: so a backend that gets the messages of a lost
// connection late can change nothing any more. The row also holds the time inside, from which the
// next start goes on.
inline constexpr OwnStatement mark{
    3, "INSERT INTO writer_mark (writer_id, sequence, fence, seen_at, time_us) VALUES ($1::bigint, "
       "$2::bigint, 0, now(), $3::bigint) ON CONFLICT (writer_id) DO UPDATE SET seen_at = now(), "
       "time_us = greatest(writer_mark.time_us, excluded.time_us), sequence = "
       "CASE WHEN writer_mark.fence < excluded.sequence THEN excluded.sequence "
       "ELSE 1 / (excluded.sequence - excluded.sequence) END"};
// Answers no rows: a lock function's result is never null.
inline constexpr OwnStatement take_locks{
    4, "SELECT 1 FROM unnest($1::bigint[], $2::boolean[]) AS t (name, shared) WHERE CASE WHEN "
       "shared THEN pg_advisory_xact_lock_shared(name) ELSE pg_advisory_xact_lock(name) END IS "
       "NULL"};
// How many of them other connections hold.
inline constexpr OwnStatement try_locks{
    5, "SELECT count(*) FROM unnest($1::bigint[], $2::boolean[]) AS t (name, shared) WHERE NOT "
       "CASE WHEN shared THEN pg_try_advisory_xact_lock_shared(name) ELSE "
       "pg_try_advisory_xact_lock(name) END"};
static_assert(try_locks.number < own_statements_max);

} // namespace settled::store::postgres::own
