#include "cli/trigger/money.h"

#include "cli/client/query.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

std::string provider_body(const TriggerPayment& payment) {
    wire::JsonWriter w;
    w.object().member("id", payment.client_id).member("amount", payment.amount);
    w.member("scheme", "fps").member("reference", payment.reference);
    if (!payment.end_to_end_id.empty())
        w.member("end_to_end_id", payment.end_to_end_id);
    w.key("payee").object().member("iban", payment.account).end().end();
    return std::move(w).text();
}

std::string bank_body(const TriggerMoney& money) {
    wire::JsonWriter w;
    w.object().member("account", money.account).member("amount", money.amount);
    w.member("reference", money.reference).member("end_to_end_id", money.end_to_end_id);
    w.key("payer").object().member("name", money.payer).end();
    w.key("mutations").object().member("cut", money.cut).member("blank", money.blank);
    w.member("drop_end_to_end_id", money.drop_id).end();
    w.member("duplicates", money.duplicates);
    if (!money.tamper.empty())
        w.member("tamper", money.tamper);
    w.end();
    return std::move(w).text();
}

} // namespace

Result<> register_payment(Scene& scene, TriggerPayment& payment) {
    TRY(const Answered made,
        scene.ask_sandbox("POST", "/provider/payments", provider_body(payment)));
    const std::string status = made.at("registered.status");
    if (status != "201")
        return fail(Code::state_conflict, fmt::format("the provider's payment was answered {}: {}",
                                                      status, made.at("registered.answer")));
    payment.end_to_end_id = made.at("end_to_end_id");
    // The sandbox may be aimed at another server than the one that is watched.
    TRY_VOID(scene.ask_server("GET", "/v1/payments/" + query_text(payment.client_id)));
    scene.fact("payment", payment.client_id);
    return {};
}

Result<TriggerPayment> payment_of(Scene& scene, const std::string& client_id) {
    TRY(const Answered shown, scene.ask_server("GET", "/v1/payments/" + query_text(client_id)));
    TriggerPayment payment{shown.at("client_id"), shown.at("payee.iban"), shown.at("amount.value"),
                           shown.at("reference"), shown.at("end_to_end_id")};
    if (const std::string status = shown.at("status");
        status != "expected" && status != "overdue" && status != "partially_settled")
        return fail(
            Code::state_conflict,
            fmt::format("the payment {} is {}: no money is expected for it", client_id, status));
    if (payment.account.empty())
        return fail(Code::account_unknown, "the payment's payee has no IBAN");
    scene.fact("payment", payment.client_id);
    return payment;
}

TriggerMoney money_of(const TriggerPayment& payment) {
    return {.account = payment.account,
            .amount = payment.amount,
            .reference = payment.reference,
            .end_to_end_id = payment.end_to_end_id};
}

Result<Reported> report_money(Scene& scene, const TriggerMoney& money) {
    TRY(const Answered sent, scene.ask_sandbox("POST", "/bank/payments", bank_body(money)));
    Reported reported{sent.at("label"), {}};
    if (reported.transaction.empty()) // any event would be taken for its
        return fail(Code::state_conflict, "the sandbox names no transaction");
    const auto ids = sent.root().member("webhooks");
    for (std::size_t i = 0; ids && i < ids->size(); ++i)
        reported.webhooks.emplace_back(ids->at(i).raw());
    scene.fact("transaction", reported.transaction);
    return reported;
}

} // namespace settled::cli
