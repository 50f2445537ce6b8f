#include "sandbox/bounds.h"
#include "sandbox/control/bank_areas.h"
#include "sandbox/control/paging.h"
#include "sandbox/control/rules_and_faults.h"
#include "sandbox/control/show_ledger.h"
#include "sandbox/sandbox.h"

namespace settled::sandbox {

namespace {

Answer add_fault(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    TRY(ApiFault fault, read_api_fault(Input(document.root())));
    ApiFaults& faults = sandbox.bank_api().faults();
    if (faults.all().size() >= bounds::api_faults_max)
        return fail(Code::limit_reached, "too many faults are ordered");
    faults.add(std::move(fault));
    return empty_answer(204);
}

} // namespace

std::optional<Answer> control_bank_faults(Sandbox& sandbox, const net::Request& request,
                                          const Path& path) {
    const bool get = request.method == "GET";
    if (path == Path{"calls"} && get)
        return json_answer(200, show_calls(sandbox.bank_api().calls(), page_of(request),
                                           request.parameter("path").value_or(std::string())));
    if (path != Path{"api-faults"})
        return std::nullopt;
    if (request.method == "POST")
        return add_fault(sandbox, request.body);
    if (get)
        return json_answer(200, show_faults(sandbox.bank_api().faults()));
    if (request.method != "DELETE")
        return std::nullopt;
    sandbox.bank_api().end_faults();
    return empty_answer(204);
}

} // namespace settled::sandbox
