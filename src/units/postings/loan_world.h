// A world with a bank and a core banking system, for tests of loans: the units run as in the server,
// the core banking system is a model, and a test says which replies get lost.
#pragma once

#include "store/queries/money/bookings.h"
#include "store/queries/money/postings.h"
#include "units/orders/bank_world.h"
#include "units/postings/booking.h"
#include "units/postings/collect.h"
#include "units/postings/core_model.h"

#include <functional>

namespace settled::units::testing {

inline constexpr std::string_view iban_of_loan = "GB58CLRB04040009547509";

// What happens to a call of the core banking system.
enum class Fate : std::uint8_t {
    answered,
    lost_before, // it never arrived
    lost_after,  // it was carried out, and its reply got lost
    cut,         // it was carried out, and the node that waited for its reply died
};

class LoanWorld : public BankWorld {
  public:
    static constexpr ConnectorId core{2};

    explicit LoanWorld(std::string_view more = "") : BankWorld(chaps_settings()) {
        domain::ConnectorSettings settings;
        settings.api_url = "https://core.example/api";
        settings.api_token = "file:/none";
        settings.core_bank = fmt::format(
            R"({{"bank_connector":"clearbank","debtor":{{"iban":"{}","name":"Lender Ltd",)"
            R"("address":"1 High Street, London"}}{}{}}})",
            iban_of_shop, more.empty() ? "" : ",", more);
        const store::ConnectorRow row{tenant, core, "mambu", "mambu", to_json(settings), now()};
        write<bool>([&](Session& s) { return store::insert_connector(s, row); });
        pass(std::chrono::seconds(1)); // what is booked from here on is later than the connector
    }

    CoreModel& mambu() { return model_; }

    // A loan whose link is active; its account is one of the bank's.
    LinkId link(std::string_view loan = "LN-1", std::string_view iban = iban_of_loan) {
        const std::string account(iban);
        if (!model_.loans.contains(std::string(loan)))
            model_.add_loan(std::string(loan));
        const LinkId id = ask_link(loan, "Ann Lee").value().link.id;
        run_core();
        open_at_bank(id, account);
        run_core();
        return id;
    }
    Result<LinkAnswer> ask_link(std::string_view loan, std::string_view owner = "",
                                std::string_view iban = "") {
        auto request =
            std::make_shared<const LinkRequest>(tenant, "", "clearbank", "mambu", std::string(loan),
                                                std::string(owner), std::string(iban), now());
        return write<Result<LinkAnswer>>(
            [&](Session& s) { return register_link(s, context(), request); });
    }
    store::LinkRow link_row(LinkId id) {
        return read<std::optional<store::LinkRow>>(
                   [&](Session& s) { return store::find_link(s, tenant, id); })
            .value();
    }
    // The bank takes the call and sends its webhook.
    void open_at_bank(LinkId id, const std::string& iban) {
        reply(take_one(), 202, "{}");
        domain::AccountOpenedFact opened;
        opened.external_id = link_row(id).external_id;
        opened.bank_account_id = "va-" + iban;
        opened.owner_name = "Ann Lee";
        opened.account = party(iban);
        tell("opened " + iban, opened);
    }
    // Money for the loan, by the bank's transaction id.
    Accepted credit(std::string_view transaction, std::int64_t minor = 10'000,
                    std::string_view iban = iban_of_loan,
                    std::string_view scheme = "FasterPayments") {
        domain::SettlementFact fact = World::fact(minor);
        fact.account = party(iban);
        fact.counterparty = party("GB29NWBK60161331926819", "Ann Lee");
        fact.scheme = scheme;
        fact.reference = "LN-1";
        fact.end_to_end_id = "E2E-" + std::string(transaction);
        return settle(transaction, std::move(fact));
    }
    // The bank shows that money went back.
    domain::SettlementFact returned(std::string_view transaction, std::int64_t minor = 10'000,
                                    std::string_view of = "TX-1") {
        domain::SettlementFact fact = World::fact(minor);
        fact.account = party(iban_of_loan);
        fact.counterparty = party("GB29NWBK60161331926819", "Ann Lee");
        fact.credit = false;
        fact.is_return = true;
        fact.transaction_id = transaction;
        fact.end_to_end_id = "E2E-" + std::string(of);
        return fact;
    }
    Accepted core_says(std::string_view key, domain::CoreBankFact fact) {
        auto arrival = std::make_shared<const Arrival>(tenant, core, webhook(key, std::move(fact)),
                                                       "{}", now());
        return write<Accepted>([&](Session& s) { return accept_webhook(s, context(), arrival); });
    }
    Accepted disbursed(const CoreModel::Transaction& transaction, std::string_view key = "") {
        return core_says(
            key.empty() ? "disbursed " + transaction.id : std::string(key),
            {domain::CoreBankFact::Event::loan_disbursed, transaction.loan_id, transaction.id});
    }

    // Calls of the core banking system that a node would send now.
    std::vector<CallToSend> take_core(std::int64_t node = holder, bool frees_orphans = false) {
        const CallQuery query{tenant, core, now(), node, 16, frees_orphans};
        return write<std::vector<CallToSend>>(
            [&](Session& s) { return next_calls(s, context(), query); });
    }
    using Plan = std::function<Fate(const CallToSend&)>;
    // Carries out what is due, until nothing is. Returns how many calls there were.
    int run_core(const Plan& plan = {}) {
        int made = 0;
        for (auto calls = take_core(); !calls.empty(); calls = take_core())
            for (const CallToSend& call : calls) {
                carry_out(call, plan ? plan(call) : Fate::answered);
                ++made;
            }
        return made;
    }
    void carry_out(const CallToSend& call, Fate fate) {
        if (fate == Fate::lost_before) {
            lose(call);
            return;
        }
        const domain::CallReply reply = model_.handle(call.request, call.request_id);
        if (fate == Fate::answered)
            end(call, reply);
        else if (fate == Fate::lost_after)
            lose(call);
    }
    // Until nothing is due within a day, by hours and minutes.
    void run_long(const Plan& plan = {}) {
        for (int i = 0; i < 60; ++i) {
            (void)run_core(plan);
            pass(std::chrono::minutes(2));
        }
        (void)run_core();
    }

    std::vector<store::PostingRow> postings(std::string_view kind = "") {
        auto all = read<std::vector<store::PostingRow>>(
            [&](Session& s) { return store::list_postings(s, tenant, {}, last_id, 1000); });
        std::ranges::reverse(all);
        if (!kind.empty())
            std::erase_if(all, [&](const auto& row) { return token(row.kind) != kind; });
        return all;
    }
    // "repayment posted", …, oldest first; without those of links.
    std::vector<std::string> posted() {
        std::vector<std::string> all;
        for (const store::PostingRow& row : postings())
            if (row.subject != domain::PostingSubject::link)
                all.push_back(fmt::format("{} {}", token(row.kind), token(row.status)));
        return all;
    }
    std::vector<store::CallRow> core_calls(domain::CallPurpose purpose) {
        auto all = calls();
        std::erase_if(all, [&](const auto& call) {
            return call.connector != core || call.purpose != purpose;
        });
        return all;
    }
    Result<ReturnAnswer> send_back(std::string_view transaction,
                                   domain::ReturnReason reason = domain::ReturnReason::other) {
        auto request = std::make_shared<const ReturnRequest>(tenant, "", settlement(transaction).id,
                                                             reason, now());
        return write<Result<ReturnAnswer>>(
            [&](Session& s) { return register_return(s, context(), request); });
    }

  private:
    CoreModel model_;
};

} // namespace settled::units::testing
