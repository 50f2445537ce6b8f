// Money that leaves: orders, what becomes of them at the bank, and money that is sent back.
#include "cli/client/query.h"
#include "cli/trigger/money.h"
#include "cli/trigger/triggers.h"
#include "domain/event.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

// To whom; the bank decides by it what becomes of the payment.
struct Creditor {
    std::string_view name;
    std::string_view sort_code;
    std::string_view account_number;
};
constexpr Creditor elsewhere{"Ann Lee", "601613", "31926819"};
// The model bank holds what is paid to this name.
constexpr Creditor held{"6a41a29eafcf455493", "601613", "31926819"};
// At the model bank itself, which has no such account.
constexpr Creditor unknown{"Ann Lee", "040405", "99999999"};

struct MadeOrder {
    std::string id;
    std::string end_to_end_id;
};

// A bank that has just been connected lists its accounts a moment later.
Result<> know_debtor(Scene& scene) {
    const std::string iban = scene.place("real_account_iban");
    TRY(const bool known, scene.until([&]() -> Result<bool> {
        TRY(const Answered page, scene.ask_server("GET", "/v1/accounts?limit=100"));
        return page.body().contains(iban);
    }));
    return known ? Result<>() : fail(Code::debtor_unknown, iban + ": the bank lists no account");
}

Result<MadeOrder> make_order(Scene& scene, const Creditor& creditor) {
    TRY(const std::string connector, scene.connector("api_url", scene.place("urls.bank")));
    TRY_VOID(know_debtor(scene));
    const std::string& amount = scene.wishes().amount;
    wire::JsonWriter w;
    w.object().member("client_id", "trg-" + scene.mark()).member("connector", connector);
    w.member("scheme", "fps").key("amount").object();
    w.member("value", amount.empty() ? "25.00" : amount).member("currency", "GBP").end();
    w.key("debtor").object().member("iban", scene.place("real_account_iban")).end();
    w.key("creditor").object().member("name", creditor.name);
    w.member("sort_code", creditor.sort_code).member("account_number", creditor.account_number);
    w.end().member("reference", "PAY " + scene.mark()).end();
    TRY(const Answered made, scene.ask_server("POST", "/v1/orders", std::move(w).text()));
    MadeOrder order{made.at("id"), made.at("end_to_end_id")};
    scene.fact("order", order.id);
    scene.fact("client's id", made.at("client_id"));
    return order;
}

Result<> run_order(Scene& scene) {
    TRY(const MadeOrder order, make_order(scene, elsewhere));
    scene.expect(domain::order_settled, order.id);
    return {};
}

Result<> run_rejection(Scene& scene) {
    TRY(const MadeOrder order, make_order(scene, unknown));
    scene.expect(domain::order_rejected, order.id);
    return {};
}

Result<> run_hold(Scene& scene) {
    TRY(const MadeOrder order, make_order(scene, held));
    TRY_VOID(scene.come(domain::order_held, order.id));
    TRY_VOID(scene.ask_sandbox(
        "POST", fmt::format("/bank/held/{}/release", query_text(order.end_to_end_id))));
    scene.expect(domain::order_settled, order.id);
    return {};
}

Result<> run_order_return(Scene& scene) {
    TRY(const MadeOrder order, make_order(scene, elsewhere));
    TRY_VOID(scene.come(domain::order_settled, order.id));
    TRY_VOID(scene.ask_sandbox(
        "POST", fmt::format("/bank/payments/{}/return", query_text(order.end_to_end_id)),
        R"({"code":"AC04"})"));
    scene.expect(domain::order_returned, order.id);
    return {};
}

Result<> run_return(Scene& scene) {
    TRY_VOID(scene.connector("api_url", scene.place("urls.bank")));
    TRY(const std::string account, scene.account());
    const std::string& amount = scene.wishes().amount;
    TRY(const Reported reported, report_money(scene, {.account = account,
                                                      .amount = amount.empty() ? "77.70" : amount,
                                                      .reference = "WRONG " + scene.mark(),
                                                      .end_to_end_id = "E2E" + scene.mark()}));
    TRY(const std::string event, scene.come(domain::settlement_unmatched, reported.transaction));
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(event));
    wire::JsonWriter w;
    w.object().member("settlement_id", text_at(document.root(), "data.settlement.id"));
    w.member("reason", "not_expected").end();
    TRY(const Answered made, scene.ask_server("POST", "/v1/returns", std::move(w).text()));
    scene.fact("return", made.at("id"));
    scene.expect(domain::return_settled, made.at("id"));
    return {};
}

} // namespace

std::vector<Trigger> money_out_triggers() {
    return {
        {"return",
         "money that no payment explains is sent back to its sender",
         {domain::settlement_unmatched, domain::return_settled},
         {"--amount"},
         run_return},
        {"order",
         "a payment is made by Faster Payments, and settles",
         {domain::order_settled},
         {"--amount"},
         run_order},
        {"rejection",
         "a payment is made to an account that does not exist",
         {domain::order_rejected},
         {"--amount"},
         run_rejection},
        {"hold",
         "the bank holds a payment, then releases it",
         {domain::order_held, domain::order_settled},
         {"--amount"},
         run_hold},
        {"order-return",
         "a payment settles, and the receiver's bank sends it back",
         {domain::order_settled, domain::order_returned},
         {"--amount"},
         run_order_return},
    };
}

} // namespace settled::cli
