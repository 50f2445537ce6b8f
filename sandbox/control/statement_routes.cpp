#include "sandbox/base/input.h"
#include "sandbox/control/bank_areas.h"
#include "sandbox/sandbox.h"

namespace settled::sandbox {

namespace {

Answer set_manners(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"page_size", "delay_ms", "drop_id_every", "intraday", "silent"}));
    BankStatements::Manners manners;
    TRY(const std::int64_t page_size, input.integer_or("page_size", 5000, 1, 5000));
    TRY(const std::int64_t delay, input.integer_or("delay_ms", 0, 0, 3'600'000));
    TRY(const std::int64_t drop, input.integer_or("drop_id_every", 0, 0, 1'000'000));
    TRY(manners.intraday, input.flag_or("intraday", false));
    TRY(manners.silent, input.flag_or("silent", false));
    manners.page_size = static_cast<std::size_t>(page_size);
    manners.delay = std::chrono::milliseconds(delay);
    manners.drop_id_every = static_cast<std::size_t>(drop);
    sandbox.statements().set_manners(manners);
    return empty_answer(204);
}

} // namespace

std::optional<Answer> control_bank_statements(Sandbox& sandbox, const net::Request& request,
                                              const Path& path) {
    if (path == Path{"statements"} && request.method == "PUT")
        return set_manners(sandbox, request.body);
    return std::nullopt;
}

} // namespace settled::sandbox
