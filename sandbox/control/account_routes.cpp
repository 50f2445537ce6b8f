#include "sandbox/control/bank_areas.h"
#include "sandbox/control/paging.h"
#include "sandbox/control/rules_and_faults.h"
#include "sandbox/control/show.h"
#include "sandbox/sandbox.h"
#include "wire/json_writer.h"

namespace settled::sandbox {

namespace {

// An account that is there without any webhook: as if it had been opened long ago.
Answer open_account(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"owner_name", "iban", "external_id"}));
    AccountOrder order;
    TRY(order.owner_name, input.text("owner_name"));
    TRY(order.iban, input.text_or("iban", ""));
    TRY(order.external_id, input.text_or("external_id", ""));
    const auto opened = sandbox.accounts().open(order);
    if (!opened)
        return fail(Code::value_invalid, opened.error().code + ": " + opened.error().text);
    wire::JsonWriter writer;
    writer.object().member("id", (*opened)->id).member("iban", (*opened)->iban).end();
    return json_answer(201, std::move(writer).text());
}

Answer set_rules(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    TRY(std::vector<AccountRule> rules, read_account_rules(Input(document.root())));
    sandbox.account_rules().set(std::move(rules));
    return empty_answer(204);
}

} // namespace

std::optional<Answer> control_bank_accounts(Sandbox& sandbox, const net::Request& request,
                                            const Path& path) {
    if (path == Path{"accounts"} && request.method == "GET")
        return json_answer(200, show_accounts(sandbox.accounts(), page_of(request)));
    if (path == Path{"accounts"} && request.method == "POST")
        return open_account(sandbox, request.body);
    if (path == Path{"account-rules"} && request.method == "PUT")
        return set_rules(sandbox, request.body);
    return std::nullopt;
}

} // namespace settled::sandbox
