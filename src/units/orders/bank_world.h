// A world with a bank that can be called, for tests of calls, orders, links and returns: the units
// run as in the server, and the test says what the bank replies and which webhooks it sends.
#pragma once

#include "store/queries/calls.h"
#include "store/queries/money/links.h"
#include "store/queries/money/movements.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/returns.h"
#include "units/calls/run_call.h"
#include "units/links/link.h"
#include "units/orders/register_order.h"
#include "units/orders/rule_on_order.h"
#include "units/returns/send_back.h"
#include "units/testing.h"

#include <fmt/format.h>

namespace settled::units::testing {

using Kind = domain::PaymentOutcomeFact::Outcome;

class BankWorld : public World {
  public:
    static constexpr std::int64_t holder = 513;

    explicit BankWorld(domain::ConnectorSettings settings = bank_settings()) {
        const store::ConnectorRow row{tenant,      connector,         "clearbank",
                                      "clearbank", to_json(settings), now()};
        write<bool>([&](Session& s) { return store::insert_connector(s, row); });
    }
    static domain::ConnectorSettings bank_settings() {
        domain::ConnectorSettings settings;
        settings.signing_key = "file:/none";
        settings.api_url = "https://bank.example";
        settings.api_token = "file:/none";
        settings.institution_account = "inst-1";
        settings.debtor_name = "Lender Ltd";
        settings.debtor_address = "1 High Street, London";
        return settings;
    }

    // The shop's account is the institution's own, which CHAPS is paid from.
    static domain::ConnectorSettings chaps_settings() {
        domain::ConnectorSettings settings = bank_settings();
        settings.institution_account = "bank-04040100057354";
        return settings;
    }
    domain::NewOrder chaps_order(std::string_view client_id, std::int64_t minor) const {
        domain::NewOrder order = new_order(client_id, minor);
        order.scheme = "chaps";
        order.debtor_address = {.line = "",
                                .building_number = "1",
                                .building_name = "",
                                .street_name = "High Street",
                                .town_name = "London",
                                .country = "GB",
                                .post_code = "EC2V 8RT"};
        order.creditor_address = {.line = "",
                                  .building_number = "",
                                  .building_name = "Mill House",
                                  .street_name = "",
                                  .town_name = "Leeds",
                                  .country = "GB",
                                  .post_code = "LS1 4AP"};
        order.purpose = order.category_purpose = "LOAN";
        return order;
    }

    domain::NewOrder new_order(std::string_view client_id, std::int64_t minor) const {
        domain::NewOrder order;
        order.client_id = client_id;
        order.connector = "clearbank";
        order.scheme = "fps";
        order.amount = gbp(minor);
        order.debtor = party(iban_of_shop);
        order.creditor = party("601613 31926819", "Ann Lee");
        order.reference = "LOAN 4711";
        return order;
    }
    Result<OrderAnswer> ask(domain::NewOrder order) {
        auto request =
            std::make_shared<const OrderRequest>(tenant, std::move(order), std::nullopt, now());
        return write<Result<OrderAnswer>>(
            [&](Session& s) { return register_order(s, context(), request); });
    }
    domain::Order order(std::string_view client_id, std::int64_t minor = 10'000) {
        return ask(new_order(client_id, minor)).value().order;
    }
    domain::Order order_named(std::string_view client_id) {
        return read<std::optional<store::RegisteredOrder>>(
                   [&](Session& s) { return store::find_order_by_client_id(s, tenant, client_id); })
            .value()
            .order;
    }
    domain::OrderStatus status_of(std::string_view client_id) {
        return order_named(client_id).status;
    }

    // What a node would send now.
    std::vector<CallToSend> take(std::int64_t node = holder, bool frees_orphans = false) {
        const CallQuery query{tenant, connector, now(), node, 16, frees_orphans};
        return write<std::vector<CallToSend>>(
            [&](Session& s) { return next_calls(s, context(), query); });
    }
    CallToSend take_one() {
        auto calls = take();
        if (calls.size() != 1)
            throw std::runtime_error(fmt::format("{} calls are due, not one", calls.size()));
        return calls.front();
    }
    // What comes back of a try; false: the claim was lost.
    bool reply(const CallToSend& call, int status, std::string body) {
        return end(call, domain::CallReply{status, std::move(body), std::nullopt});
    }
    // The worker had no key to sign it with.
    bool fail_to_send(const CallToSend& call) {
        return end(call, std::nullopt, "the signing key cannot be used");
    }
    bool lose(const CallToSend& call) { return end(call, std::nullopt); }
    bool end(const CallToSend& call, std::optional<domain::CallReply> reply,
             std::string not_sent = {}) {
        auto ended = std::make_shared<const EndedTry>(
            call.tenant, call.id, call.connector, call.claim, call.number,
            std::chrono::microseconds(1000), std::move(reply), "peer_timeout", now(),
            std::move(not_sent));
        return !write<CallEnd>([&](Session& s) { return end_call(s, context(), ended); }).is_lost;
    }
    // The bank's 202 for orders, all accepted.
    static std::string accepted(std::initializer_list<std::string_view> end_to_end_ids,
                                std::string_view word = "Accepted") {
        std::string items;
        for (const std::string_view id : end_to_end_ids)
            items += fmt::format("{}{{\"endToEndIdentification\":\"{}\",\"response\":\"{}\"}}",
                                 items.empty() ? "" : ",", id, word);
        return "{\"transactions\":[" + items + "]}";
    }
    // What the bank's query shows of a settled debit.
    static std::string shown_debit(const domain::Order& order, std::string_view transaction_id,
                                   std::string_view status = "ACSC") {
        return fmt::format(
            R"({{"transactions":[{{"transactionId":"{}","endToEndIdentifier":"{}",)"
            R"("debitCreditCode":"DBIT","status":"{}","transactionTime":"2026-11-30T10:00:00Z",)"
            R"("amount":{{"instructedAmount":{}.{:02},"currency":"GBP"}}}}]}})",
            transaction_id, order.end_to_end_id, status, order.amount.minor / 100,
            order.amount.minor % 100);
    }

    // Webhooks.
    domain::SettlementFact debit(const domain::Order& order, std::string_view transaction) const {
        domain::SettlementFact fact = World::fact(order.amount.minor);
        fact.transaction_id = transaction;
        fact.credit = false;
        fact.end_to_end_id = order.end_to_end_id;
        fact.actual_end_to_end_id = "FP-" + order.end_to_end_id;
        return fact;
    }
    domain::SettlementFact given_back(const domain::Order& order,
                                      std::string_view transaction) const {
        domain::SettlementFact fact = debit(order, transaction);
        fact.credit = fact.is_return = true;
        fact.returned_payment_id = fact.actual_end_to_end_id;
        fact.actual_end_to_end_id.clear();
        fact.return_reason = "AC04";
        return fact;
    }
    static domain::PaymentOutcomeFact outcome(const domain::Order& order, Kind kind,
                                              std::string_view code = "") {
        domain::PaymentOutcomeFact fact;
        fact.items.push_back({order.end_to_end_id, kind, std::string(code), ""});
        return fact;
    }
    Accepted tell(std::string_view key, domain::BankFact fact) {
        return accept(webhook(key, std::move(fact)));
    }

    std::vector<std::string> event_types() {
        std::vector<std::string> types;
        for (const auto& event : events())
            types.push_back(event.type);
        return types;
    }
    std::vector<std::string> review_kinds() {
        std::vector<std::string> kinds;
        for (const auto& review : reviews())
            kinds.push_back(review.kind);
        return kinds;
    }
    std::vector<store::CallRow> calls() {
        return read<std::vector<store::CallRow>>(
            [&](Session& s) { return store::list_calls(s, tenant, "", last_id, 1000); });
    }
    void pass(std::chrono::seconds time) { clock().advance(time); }
};

} // namespace settled::units::testing
