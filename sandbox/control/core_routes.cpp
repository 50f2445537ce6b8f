// The control API below /core: what people do in the core bank, its faults, and its ledger of truth.
#include "sandbox/bounds.h"
#include "sandbox/control/control.h"
#include "sandbox/control/core_orders.h"
#include "sandbox/control/paging.h"
#include "sandbox/control/rules_and_faults.h"
#include "sandbox/control/show_core.h"
#include "sandbox/control/show_ledger.h"
#include "sandbox/sandbox.h"

namespace settled::sandbox {

namespace {

using Answer = Result<net::Response>;
using Routed = std::optional<Answer>;

std::unexpected<Error> refused(const CoreError& error) {
    return fail(Code::state_conflict, error.reason + " " + error.source);
}

Result<wire::JsonDocument> body_of(const net::Request& request) {
    return wire::JsonDocument::parse(request.body.empty() ? "{}" : request.body);
}

Answer open_loan(Sandbox& sandbox, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    TRY(NewCoreLoan wanted, read_core_loan(Input(document.root())));
    const auto loan = sandbox.core_books().open(std::move(wanted.loan));
    if (!loan)
        return refused(loan.error());
    if (wanted.notifies && (*loan)->state == "APPROVED")
        sandbox.core_webhooks().loan_approved(**loan);
    return json_answer(201, show_core_loan(**loan));
}

// So many loans like it, with the number behind the id.
Answer open_loans(Sandbox& sandbox, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    const Input input(document.root());
    TRY(const std::int64_t count, input.integer_or("count", 1, 1, bounds::batch_max));
    TRY(const NewCoreLoan wanted, read_core_loan(input));
    for (std::int64_t i = 1; i <= count; ++i) {
        CoreLoan loan = wanted.loan;
        loan.id = (wanted.loan.id.empty() ? "LN-" : wanted.loan.id) + std::to_string(i);
        const auto opened = sandbox.core_books().open(std::move(loan));
        if (!opened)
            return refused(opened.error());
        if (wanted.notifies && (*opened)->state == "APPROVED")
            sandbox.core_webhooks().loan_approved(**opened);
    }
    return empty_answer(204);
}

Answer change_loan(CoreLoan& loan, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    const Input input(document.root());
    TRY_VOID(input.only({"state", "sub_state", "currency"}));
    TRY(loan.state, input.text_or("state", loan.state));
    TRY(loan.sub_state, input.text_or("sub_state", loan.sub_state));
    TRY(loan.currency, input.text_or("currency", loan.currency));
    return json_answer(200, show_core_loan(loan));
}

// A person disburses in the core bank.
Answer disburse(Sandbox& sandbox, CoreLoan& loan, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    TRY(NewCoreBooking wanted, read_core_booking(Input(document.root())));
    const auto booked = sandbox.core_books().disburse(loan, std::move(wanted.order));
    if (!booked)
        return refused(booked.error());
    if (wanted.created)
        (*booked)->created = *wanted.created;
    if (wanted.notifies)
        sandbox.core_webhooks().loan_disbursed(loan, **booked);
    return json_answer(201, show_core_booking(**booked));
}

Routed route_loans(Sandbox& sandbox, const net::Request& request, const Path& path) {
    if (path.empty() || path[0] != "loans")
        return std::nullopt;
    if (path.size() == 1 && request.method == "POST")
        return open_loan(sandbox, request);
    if (path == Path{"loans", "batch"} && request.method == "POST")
        return open_loans(sandbox, request);
    CoreLoan* const loan = path.size() > 1 ? sandbox.core_books().find_loan(path[1]) : nullptr;
    if (loan == nullptr)
        return fail(Code::not_found, "no such loan");
    if (path.size() == 2 && request.method == "GET")
        return json_answer(200, show_core_loan(*loan));
    if (path.size() == 2 && request.method == "PUT")
        return change_loan(*loan, request);
    if (path.size() == 3 && path[2] == "disbursements" && request.method == "POST")
        return disburse(sandbox, *loan, request);
    return std::nullopt;
}

Routed route_bookings(Sandbox& sandbox, const net::Request& request, const Path& path) {
    if (path.size() < 2 || path[0] != "bookings")
        return std::nullopt;
    CoreBooking* const booking = sandbox.core_books().find_booking(path[1]);
    if (booking == nullptr)
        return fail(Code::not_found, "no such booking");
    if (path.size() == 2 && request.method == "GET")
        return json_answer(200, show_core_booking(*booking));
    if (path.size() == 3 && path[2] == "adjust" && request.method == "POST") {
        const auto made = sandbox.core_books().adjust(*booking, "by a person", false);
        if (!made)
            return refused(made.error());
        return json_answer(201, show_core_booking(**made));
    }
    return std::nullopt;
}

Answer change_webhooks(Sandbox& sandbox, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    const Input input(document.root());
    TRY_VOID(input.only({"hold", "duplicates", "seed"}));
    TRY(const bool hold, input.flag_or("hold", false));
    TRY(const std::int64_t duplicates,
        input.integer_or("duplicates", 0, 0, bounds::duplicates_max));
    TRY(const std::int64_t seed, input.integer_or("seed", 0, 0, 1'000'000'000));
    sandbox.core_webhooks().duplicate_all(static_cast<std::size_t>(duplicates));
    if (hold)
        sandbox.core_webhooks().hold();
    else
        sandbox.core_webhooks().release(static_cast<std::uint64_t>(seed));
    return empty_answer(204);
}

Routed route_webhooks(Sandbox& sandbox, const net::Request& request, const Path& path) {
    if (path.empty() || path[0] != "webhooks")
        return std::nullopt;
    if (path.size() == 1 && request.method == "PUT")
        return change_webhooks(sandbox, request);
    if (path.size() == 1 && request.method == "GET")
        return json_answer(200, show_core_webhooks(sandbox.core_webhooks(), page_of(request)));
    if (path.size() == 3 && path[2] == "again" && request.method == "POST") {
        const auto id = number_in(path[1]);
        if (!id || !sandbox.core_webhooks().send_again(*id))
            return fail(Code::not_found, "no such webhook");
        return empty_answer(204);
    }
    return std::nullopt;
}

Answer change_setup(Sandbox& sandbox, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    TRY(CoreSetup setup, read_core_setup(Input(document.root())));
    sandbox.core_books().setup() = std::move(setup);
    return empty_answer(204);
}

Answer change_processing(Sandbox& sandbox, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    const Input input(document.root());
    TRY_VOID(input.only({"processing_ms", "forget_keys"}));
    TRY(const std::int64_t time, input.integer_or("processing_ms", 0, 0, 600'000));
    TRY(const bool forgets, input.flag_or("forget_keys", false));
    sandbox.core_api().set_processing(std::chrono::milliseconds(time));
    if (forgets)
        sandbox.core_api().idempotency().forget_all();
    return empty_answer(204);
}

Answer add_fault(Sandbox& sandbox, const net::Request& request) {
    TRY(const wire::JsonDocument document, body_of(request));
    TRY(ApiFault fault, read_api_fault(Input(document.root())));
    if (sandbox.core_api().faults().all().size() >= bounds::api_faults_max)
        return fail(Code::limit_reached, "too many faults are ordered");
    sandbox.core_api().faults().add(std::move(fault));
    return empty_answer(204);
}

Routed route_faults(Sandbox& sandbox, const net::Request& request, const Path& path) {
    const std::string& method = request.method;
    if (path == Path{"calls"} && method == "GET")
        return json_answer(200, show_calls(sandbox.core_api().calls(), page_of(request),
                                           request.parameter("path").value_or(std::string())));
    if (path == Path{"setup"} && method == "PUT")
        return change_setup(sandbox, request);
    if (path == Path{"processing"} && method == "PUT")
        return change_processing(sandbox, request);
    if (path != Path{"api-faults"})
        return std::nullopt;
    if (method == "POST")
        return add_fault(sandbox, request);
    if (method == "GET")
        return json_answer(200, show_faults(sandbox.core_api().faults()));
    if (method != "DELETE")
        return std::nullopt;
    sandbox.core_api().end_faults();
    return empty_answer(204);
}

Routed route_ledger(Sandbox& sandbox, const net::Request& request, const Path& path) {
    if (path.empty() || path[0] != "ledger" || request.method != "GET")
        return std::nullopt;
    if (path.size() == 1)
        return json_answer(200, show_core_ledger(sandbox.core_books(), page_of(request),
                                                 request.parameter("loan").value_or("")));
    if (path == Path{"ledger", "summary"})
        return json_answer(200, show_core_summary(sandbox.core_books(), sandbox.core_api()));
    return std::nullopt;
}

} // namespace

Task<net::Response> control_core(Sandbox& sandbox, const net::Request& request, Path path) {
    constexpr std::array routes{route_loans, route_bookings, route_webhooks, route_faults,
                                route_ledger};
    for (const auto& route : routes)
        if (Routed routed = route(sandbox, request, path))
            co_return *routed ? **std::move(routed) : problem(routed->error());
    co_return problem(404, "There is nothing at this address");
}

} // namespace settled::sandbox
