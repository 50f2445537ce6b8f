#include "sandbox/control/bank_areas.h"
#include "sandbox/control/paging.h"
#include "sandbox/control/show_ledger.h"
#include "sandbox/sandbox.h"

namespace settled::sandbox {

std::optional<Answer> control_bank_ledger(Sandbox& sandbox, const net::Request& request,
                                          const Path& path) {
    if (request.method != "GET")
        return std::nullopt;
    const LedgerFilter filter{request.parameter("end_to_end_id").value_or(std::string()),
                              request.parameter("state").value_or(std::string())};
    if (path == Path{"ledger"})
        return json_answer(200, show_ledger(sandbox.ledger(), page_of(request), filter));
    if (path == Path{"ledger", "summary"})
        return json_answer(
            200, show_ledger_summary(sandbox.ledger().summary(), sandbox.bank_api().signatures()));
    return std::nullopt;
}

} // namespace settled::sandbox
