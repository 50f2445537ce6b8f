// A core banking system in small, for tests: loans and their transactions, as its documentation says
// that they behave, and a ledger that tests hold the units to.
#pragma once

#include "domain/call.h"
#include "wire/json.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::units::testing {

class CoreModel {
  public:
    struct Loan {
        std::string id, key;
        std::string state = "ACTIVE";
        std::string sub_state = {};
        std::string currency = "GBP";
        std::string virtual_account_id = {}, iban = {};
        std::string balance = "1000.00";
    };
    struct Transaction {
        std::string key, id, external_id, loan_id, type, amount, channel;
        std::string adjustment_key = {};
        std::string note = {}; // of the adjustment
        std::string value_date = {};
        std::map<std::string, std::string> fields = {};
        Instant created_at{};
    };

    Loan& add_loan(const std::string& id) {
        Loan& loan = loans[id];
        loan.id = id;
        loan.key = key_of(++keys_);
        return loan;
    }
    // As a person books it.
    Transaction& book(const std::string& loan, const std::string& amount, Instant at,
                      const std::string& channel = "MBU_Loan_Disbursement_FPS") {
        Transaction& made = add(loan, "DISBURSEMENT", amount, channel);
        made.created_at = at;
        made.fields = {{"creditorName", "Ann Lee"}, {"creditorIBAN", "GB29NWBK60161331926819"}};
        return made;
    }

    domain::CallReply handle(const domain::CallRequest& request, const std::string& request_id) {
        const bool posts = request.method == "POST" && !request.target.contains(":search");
        if (const auto known = answers_.find(request_id); posts && known != answers_.end())
            return known->second;
        domain::CallReply reply = answer(request);
        if (posts && reply.status < 300)
            answers_[request_id] = reply;
        return reply;
    }
    std::vector<const Transaction*> of_loan(const std::string& loan, std::string_view type) const {
        std::vector<const Transaction*> found;
        for (const Transaction& each : transactions)
            if (each.loan_id == loan && each.type == type)
                found.push_back(&each);
        return found;
    }
    Transaction* find(std::string_view id) {
        for (Transaction& each : transactions)
            if (each.key == id || each.id == id)
                return &each;
        return nullptr;
    }

    std::map<std::string, Loan> loans;
    std::vector<Transaction> transactions;
    std::vector<std::string> notes; // on loans
    bool refuses_adjustments = false;
    bool hides_transactions = false; // the API lags

  private:
    static std::string key_of(int number) {
        return fmt::format("8a80000000000000000000000000{:04x}", number);
    }
    static domain::CallReply of(int status, std::string body) {
        return {status, std::move(body), std::nullopt};
    }
    static domain::CallReply refuse(int status, int code, std::string_view reason) {
        return of(status, fmt::format(R"({{"errors":[{{"errorCode":{},"errorReason":"{}"}}]}})",
                                      code, reason));
    }
    Transaction& add(const std::string& loan, std::string_view type, std::string amount,
                     std::string channel) {
        transactions.push_back({});
        Transaction& made = transactions.back();
        made.key = key_of(++keys_);
        made.id = std::to_string(keys_);
        made.loan_id = loan;
        made.type = type;
        made.amount = std::move(amount);
        made.channel = std::move(channel);
        return made;
    }
    static std::string text_in(const wire::Json& json, std::string_view name) {
        const auto member = json.member(name);
        return std::string(member ? member->string().value_or("") : "");
    }

    std::string shown(const Loan& loan) const {
        std::string fields;
        const auto add = [&](std::string_view name, const std::string& value) {
            if (!value.empty())
                fields += fmt::format("{}\"{}\":\"{}\"", fields.empty() ? "" : ",", name, value);
        };
        add("virtualAccountId", loan.virtual_account_id);
        add("ibanLoan", loan.iban);
        return fmt::format(
            R"({{"id":"{}","encodedKey":"{}","accountState":"{}","accountSubState":"{}",)"
            R"("accountHolderType":"CLIENT","accountHolderKey":"holder",)"
            R"("currency":{{"code":"{}"}},"balances":{{"principalBalance":{}}},)"
            R"("_ClearBank_Loan":{{{}}}}})",
            loan.id, loan.key, loan.state, loan.sub_state, loan.currency, loan.balance, fields);
    }
    std::string shown(const Transaction& t) const {
        std::string fields;
        for (const auto& [name, value] : t.fields)
            fields += fmt::format("{}\"{}\":\"{}\"", fields.empty() ? "" : ",", name, value);
        return fmt::format(
            R"({{"encodedKey":"{}","id":"{}",{}"parentAccountKey":"{}","type":"{}",)"
            R"("amount":{},"creationDate":"{}",{}"transactionDetails":)"
            R"({{"transactionChannelId":"{}"}},"_ClearBank_Transaction":{{{}}}}})",
            t.key, t.id,
            t.external_id.empty() ? "" : fmt::format("\"externalId\":\"{}\",", t.external_id),
            loans.at(t.loan_id).key, t.type, t.amount, wire::to_rfc3339(t.created_at),
            t.adjustment_key.empty()
                ? ""
                : fmt::format("\"adjustmentTransactionKey\":\"{}\",", t.adjustment_key),
            t.channel, fields);
    }

    Loan* loan_of(std::string_view id) {
        for (auto& [name, loan] : loans)
            if (name == id || loan.key == id)
                return &loan;
        return nullptr;
    }
    domain::CallReply answer(const domain::CallRequest& request) {
        const std::string path = request.target.substr(0, request.target.find('?'));
        if (path == "/loans/transactions:search")
            return search(request.body);
        if (path == "/comments") {
            notes.push_back(request.body);
            return of(201, "{}");
        }
        if (path.starts_with("/clients/"))
            return of(200, R"({"firstName":"Ann","lastName":"Lee","addresses":[{"line1":"1 Road",)"
                           R"("city":"London","postcode":"N1 1AA","country":"UK"}]})");
        if (path.starts_with("/loans/transactions/"))
            return about_transaction(request, path.substr(20));
        return about_loan(request, path.substr(std::string_view("/loans/").size()));
    }
    domain::CallReply search(const std::string& body) {
        const auto document = wire::JsonDocument::parse(body);
        const auto first = document->root().member("filterCriteria")->at(0);
        const std::string field = text_in(first, "field");
        const std::string value = text_in(first, "value");
        std::string list;
        for (const Transaction& each : transactions)
            if (field == "externalId" ? each.external_id == value : each.channel == value)
                list += (list.empty() ? "" : ",") + shown(each);
        return of(200, "[" + list + "]");
    }
    domain::CallReply about_transaction(const domain::CallRequest& request, std::string id) {
        const bool adjusts = id.ends_with(":adjust");
        if (adjusts)
            id.resize(id.size() - 7);
        Transaction* const found = hides_transactions ? nullptr : find(id);
        if (found == nullptr)
            return refuse(404, 976, "INVALID_LOAN_TRANSACTION_ID");
        if (request.method == "PATCH") {
            patch(request.body, found->fields);
            return of(204, "");
        }
        if (!adjusts)
            return of(200, shown(*found));
        if (refuses_adjustments || !found->adjustment_key.empty())
            return refuse(400, 4, "TRANSACTION_CANNOT_BE_ADJUSTED");
        const auto document = wire::JsonDocument::parse(request.body);
        found->adjustment_key = key_of(++keys_);
        found->note = text_in(document->root(), "notes");
        const Transaction original = *found;
        Transaction& made =
            add(original.loan_id, original.type + "_ADJUSTMENT", original.amount, original.channel);
        made.key = original.adjustment_key;
        return of(200, shown(made));
    }
    domain::CallReply about_loan(const domain::CallRequest& request, const std::string& rest) {
        const std::size_t slash = rest.find('/');
        Loan* const loan = loan_of(rest.substr(0, slash));
        if (loan == nullptr)
            return refuse(404, 301, "INVALID_LOAN_ACCOUNT_ID");
        if (request.method == "GET")
            return of(200, shown(*loan));
        if (request.method == "PATCH") {
            std::map<std::string, std::string> fields{
                {"virtualAccountId", loan->virtual_account_id}, {"ibanLoan", loan->iban}};
            patch(request.body, fields);
            loan->virtual_account_id = fields["virtualAccountId"];
            loan->iban = fields["ibanLoan"];
            return of(204, "");
        }
        return book_on(*loan, rest.substr(slash + 1), request.body);
    }
    domain::CallReply book_on(const Loan& loan, const std::string& kind, const std::string& body) {
        const auto document = wire::JsonDocument::parse(body);
        const wire::Json json = document->root();
        const std::string external_id = text_in(json, "externalId");
        for (const Transaction& each : transactions)
            if (!external_id.empty() && each.external_id == external_id)
                return refuse(400, 4, "DUPLICATE_EXTERNAL_ID");
        const bool repays = kind == "repayment-transactions";
        if (repays && loan.state.starts_with("CLOSED"))
            return refuse(400, 114, "INVALID_ACCOUNT_STATE");
        if (repays && (loan.state == "LOCKED" || loan.balance == "0.00"))
            return refuse(400, 110, "EXCESS_REPAYMENT_ERROR");
        if (loan.state == "WITHDRAWN")
            return refuse(400, 4, "INVALID_PARAMETERS");
        Transaction& made =
            add(loan.id, repays ? "REPAYMENT" : "DISBURSEMENT",
                std::string(json.member("amount")->raw()),
                text_in(*json.member("transactionDetails"), "transactionChannelId"));
        made.external_id = external_id;
        made.value_date = text_in(json, "valueDate");
        if (const auto fields = json.member("_ClearBank_Transaction"))
            for (std::size_t i = 0; i < fields->size(); ++i)
                made.fields[std::string(fields->name_at(i))] = fields->at(i).string().value_or("");
        return of(201, shown(made));
    }
    static void patch(const std::string& body, std::map<std::string, std::string>& fields) {
        const auto document = wire::JsonDocument::parse(body);
        for (std::size_t i = 0; i < document->root().size(); ++i) {
            const wire::Json step = document->root().at(i);
            const std::string path = text_in(step, "path");
            fields[path.substr(path.rfind('/') + 1)] = text_in(step, "value");
        }
    }

    std::map<std::string, domain::CallReply> answers_;
    int keys_ = 0;
};

} // namespace settled::units::testing
