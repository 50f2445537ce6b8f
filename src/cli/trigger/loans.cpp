// Accounts for loans, and what a core bank and a lending platform report.
#include "cli/client/query.h"
#include "cli/trigger/money.h"
#include "cli/trigger/triggers.h"
#include "domain/event.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

Result<> run_link(Scene& scene) {
    TRY(const std::string connector, scene.connector("api_url", scene.place("urls.bank")));
    const std::string loan = "LN-" + scene.mark();
    wire::JsonWriter w;
    w.object().member("connector", connector).member("loan_account_id", loan);
    w.member("owner_name", "Ann Lee").key("iban").null().end();
    TRY(const Answered made, scene.ask_server("POST", "/v1/links", std::move(w).text()));
    scene.fact("loan", loan);
    scene.fact("link", made.at("id"));
    scene.expect(domain::link_created, made.at("id"));
    return {};
}

Result<> run_repayment(Scene& scene) {
    TRY_VOID(scene.connector("api_url", scene.place("urls.core_bank")));
    const std::string loan = "LN-" + scene.mark();
    wire::JsonWriter w;
    w.object().member("id", loan).member("amount", "1000.00").end();
    TRY_VOID(scene.ask_sandbox("POST", "/core/loans", std::move(w).text()));
    scene.fact("loan", loan);
    TRY(const std::string event, scene.come(domain::link_created, loan));
    TRY(const wire::JsonDocument link, wire::JsonDocument::parse(event));
    // Paid out in the core bank's own way: a booking that is none of the bank's.
    TRY_VOID(scene.ask_sandbox("POST", fmt::format("/core/loans/{}/disbursements", loan),
                               R"({"amount":"1000.00","channel":"cash","notify":false})"));
    const std::string& amount = scene.wishes().amount;
    TRY(const Reported reported, report_money(scene, {.account = text_at(link.root(), "data.iban"),
                                                      .amount = amount.empty() ? "250.00" : amount,
                                                      .reference = "INSTALMENT 1",
                                                      .end_to_end_id = "E2E" + scene.mark()}));
    scene.expect(domain::repayment_posted, loan);
    return {};
}

Result<> run_notification(Scene& scene) {
    TRY_VOID(scene.connector("content_url_prefix", scene.place("urls.platform")));
    const std::string application = "A" + scene.mark();
    wire::JsonWriter w;
    w.object().member("id", application);
    w.key("content").object().member("id", application).member("state", "Posted").end().end();
    TRY_VOID(scene.ask_sandbox("POST", "/platform/notifications", std::move(w).text()));
    scene.fact("application", application);
    scene.expect(domain::notification_received, application);
    return {};
}

} // namespace

std::vector<Trigger> loan_triggers() {
    return {
        {"link", "a loan gets a virtual account at the bank", {domain::link_created}, {}, run_link},
        {"repayment",
         "a loan is approved in the core bank, gets its account, and is repaid",
         {domain::link_created, domain::repayment_posted},
         {"--amount"},
         run_repayment},
        {"notification",
         "a lending platform reports that an application changed",
         {domain::notification_received},
         {},
         run_notification},
    };
}

} // namespace settled::cli
