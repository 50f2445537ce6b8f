#include "store/postgres/failure.h"

#include <fmt/format.h>

#include <array>

namespace settled::store::postgres {

namespace {

struct Rule {
    std::string_view prefix; // of the SQLSTATE
    FailureScope trouble;
    Code code;
};

// The first that fits.
constexpr std::array rules{
    Rule{"22", FailureScope::unit, Code::constraint_violated}, // a value that a column cannot hold
    Rule{"23", FailureScope::unit, Code::constraint_violated},
    Rule{"25006", FailureScope::lost,
         Code::store_unavailable}, // read-only: this is no primary any more
    Rule{"25P03", FailureScope::lost, Code::store_unavailable}, // we were paused in a transaction
    Rule{"40003", FailureScope::lost, Code::store_unavailable}, // completion unknown
    Rule{"40", FailureScope::conflict, Code::store_unavailable},
    Rule{"55P03", FailureScope::conflict, Code::store_unavailable}, // lock_timeout
    Rule{"42", FailureScope::unit, Code::internal},                 // a defect of the statement
    Rule{"08", FailureScope::lost, Code::store_unavailable},
    Rule{"57014", FailureScope::unavailable, Code::store_unavailable}, // statement_timeout
    Rule{"57", FailureScope::lost, Code::store_unavailable}, // shut down, crashed, starting
    Rule{"53100", FailureScope::unavailable, Code::store_full},
    Rule{"53200", FailureScope::conflict,
         Code::store_unavailable}, // no room for locks: fewer at once
    Rule{"XX001", FailureScope::unavailable, Code::store_corrupt},
    Rule{"XX002", FailureScope::unavailable, Code::store_corrupt},
};

} // namespace

Failure failure_of(std::string_view sqlstate, std::string_view message) {
    std::string detail = fmt::format("PostgreSQL: {} ({})", message, sqlstate);
    for (const Rule& rule : rules)
        if (sqlstate.starts_with(rule.prefix))
            return {rule.trouble, {rule.code, std::move(detail)}};
    return {FailureScope::unavailable, {Code::store_unavailable, std::move(detail)}};
}

} // namespace settled::store::postgres
