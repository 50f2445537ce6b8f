#include "cli/reports/money_out.h"

#include "cli/json_text.h"
#include "cli/table.h"

#include <fmt/format.h>

namespace settled::cli {

namespace {

using wire::Json;

std::string text_of(const Json& value, std::string_view path) {
    return safe(text_at(value, path));
}

std::string amount_of(const Json& value) {
    return text_at(value, "amount.value") + " " + text_at(value, "amount.currency");
}

// "Ann Lee, 601613 31926819".
std::string party_of(const Json& value, const std::string& path) {
    std::string text = text_of(value, path + ".name");
    const std::string iban = text_of(value, path + ".iban");
    const std::string account = iban.empty() ? text_of(value, path + ".sort_code") + " " +
                                                   text_of(value, path + ".account_number")
                                             : iban;
    return text.empty() ? account : text + ", " + account;
}

// "AC04: the account is closed (advice: review)".
std::string reason_of(const Json& order) {
    std::string text = text_of(order, "reason_code");
    const std::string words = text_of(order, "reason");
    if (!words.empty())
        text += (text.empty() ? "" : ": ") + words;
    const std::string advice = text_at(order, "advice");
    if (!text.empty() && advice != "none" && !advice.empty())
        text += fmt::format(" (advice: {})", advice);
    return text;
}

// The calls and webhooks below a report.
std::string correspondence_of(const Json& value) {
    const auto calls = value.member("calls");
    std::vector<TableLine> lines{{"CALL", "FOR", "STATUS", "TRIES", "HTTP", "REPLY"}};
    for (std::size_t i = 0; calls && i < calls->size(); ++i) {
        const Json call = calls->at(i);
        lines.push_back({text_at(call, "id"), text_at(call, "purpose"), text_at(call, "status"),
                         text_at(call, "tries"), or_dash(text_at(call, "http_status")),
                         or_dash(text_at(call, "reply_class"))});
    }
    std::string text = lines.size() > 1 ? "\n" + table(lines, "lllr", "  ") : "";
    const std::string webhooks = list_at(value, "webhooks", " ");
    if (!webhooks.empty())
        text += "\n" + facts({{"webhooks", webhooks}});
    return text;
}

// Below the report of what they follow from.
std::string postings_of(const Json& value) {
    const auto postings = value.member("postings");
    std::vector<TableLine> lines{{"POSTING", "KIND", "STATUS", "TRANSACTION"}};
    for (std::size_t i = 0; postings && i < postings->size(); ++i) {
        const Json posting = postings->at(i);
        lines.push_back({text_at(posting, "id"), text_at(posting, "kind"),
                         text_at(posting, "status"), or_dash(text_of(posting, "transaction_key"))});
    }
    return lines.size() > 1 ? "\n" + table(lines, "llll", "  ") : "";
}

std::string warnings_of(const Json& order) {
    std::string text;
    const auto list = order.member("warnings");
    for (std::size_t i = 0; list && i < list->size(); ++i)
        text.append(i == 0 ? "" : ", ").append(list->at(i).string().value_or(""));
    return text;
}

} // namespace

std::string order_table(const std::vector<Json>& orders) {
    if (orders.empty())
        return "there are no such orders\n";
    std::vector<TableLine> lines{
        {"ID", "CLIENT ID", "STATUS", "AMOUNT", "CREDITOR", "CREATED", "REASON"}};
    for (const Json& order : orders)
        lines.push_back({text_at(order, "id"), text_of(order, "client_id"),
                         text_at(order, "status"), amount_of(order), party_of(order, "creditor"),
                         text_at(order, "created_at"), or_dash(reason_of(order))});
    return table(lines, "lllr");
}

std::string order_report(const Json& order) {
    return fmt::format("{} is {}\n\n{}{}{}", text_of(order, "client_id"), text_at(order, "status"),
                       facts({{"id", text_at(order, "id")},
                              {"connector", text_of(order, "connector")},
                              {"amount", amount_of(order) + " by " + text_at(order, "scheme")},
                              {"debtor", party_of(order, "debtor")},
                              {"creditor", party_of(order, "creditor")},
                              {"reference", text_of(order, "reference")},
                              {"end-to-end id", text_of(order, "end_to_end_id")},
                              {"loan account", text_of(order, "loan_account_id")},
                              {"core banking", text_of(order, "core_banking")},
                              {"reason", reason_of(order)},
                              {"transaction", text_of(order, "transaction_id")},
                              {"settled", text_at(order, "settlement.settled_at")},
                              {"returned", text_at(order, "returned_by.settled_at")},
                              {"retry of", text_at(order, "retry_of")},
                              {"not before", text_at(order, "not_before")},
                              {"warnings", warnings_of(order)},
                              {"made by", text_of(order, "made_by")},
                              {"created", text_at(order, "created_at")},
                              {"updated", text_at(order, "updated_at")}}),
                       postings_of(order), correspondence_of(order));
}

std::string link_table(const std::vector<Json>& links) {
    if (links.empty())
        return "there are no links; `settled links create` makes one\n";
    std::vector<TableLine> lines{
        {"ID", "LOAN ACCOUNT", "STATUS", "IBAN", "OWNER", "CONNECTOR", "CREATED"}};
    for (const Json& link : links)
        lines.push_back({text_at(link, "id"), text_of(link, "loan_account_id"),
                         text_at(link, "status"), or_dash(text_of(link, "iban")),
                         or_dash(text_of(link, "owner_name")), or_dash(text_of(link, "connector")),
                         text_at(link, "created_at")});
    return table(lines);
}

std::string link_report(const Json& link) {
    std::string errors;
    const auto list = link.member("errors");
    for (std::size_t i = 0; list && i < list->size(); ++i)
        errors += fmt::format("{}{}: {}", i == 0 ? "" : "; ", text_of(list->at(i), "code"),
                              text_of(list->at(i), "text"));
    return fmt::format("the link of {} is {}\n\n{}{}{}", text_of(link, "loan_account_id"),
                       text_at(link, "status"),
                       facts({{"id", text_at(link, "id")},
                              {"client id", text_of(link, "client_id")},
                              {"connector", text_of(link, "connector")},
                              {"core banking", text_of(link, "core_banking")},
                              {"owner", text_of(link, "owner_name")},
                              {"IBAN", text_of(link, "iban")},
                              {"virtual account", text_of(link, "virtual_account_id")},
                              {"external id", text_of(link, "external_id")},
                              {"errors", errors},
                              {"created", text_at(link, "created_at")},
                              {"updated", text_at(link, "updated_at")}}),
                       postings_of(link), correspondence_of(link));
}

std::string return_table(const std::vector<Json>& returns) {
    if (returns.empty())
        return "there are no returns\n";
    std::vector<TableLine> lines{{"ID", "SETTLEMENT", "STATUS", "REASON", "CREATED", "DETAIL"}};
    for (const Json& each : returns)
        lines.push_back({text_at(each, "id"), text_at(each, "settlement_id"),
                         text_at(each, "status"), text_at(each, "reason"),
                         text_at(each, "created_at"), or_dash(text_of(each, "detail"))});
    return table(lines);
}

std::string return_report(const Json& money_return) {
    return fmt::format("the return of {} is {}\n\n{}{}", text_at(money_return, "settlement_id"),
                       text_at(money_return, "status"),
                       facts({{"id", text_at(money_return, "id")},
                              {"client id", text_of(money_return, "client_id")},
                              {"connector", text_of(money_return, "connector")},
                              {"reason", text_at(money_return, "reason")},
                              {"transaction", text_of(money_return, "transaction_id")},
                              {"end-to-end id", text_of(money_return, "end_to_end_id")},
                              {"refused with", text_of(money_return, "reason_code")},
                              {"detail", text_of(money_return, "detail")},
                              {"created", text_at(money_return, "created_at")},
                              {"updated", text_at(money_return, "updated_at")}}),
                       correspondence_of(money_return));
}

std::string posting_table(const std::vector<Json>& postings) {
    if (postings.empty())
        return "there are no such postings\n";
    std::vector<TableLine> lines{
        {"ID", "KIND", "STATUS", "LOAN ACCOUNT", "AMOUNT", "CAUSE", "CREATED", "REASON"}};
    for (const Json& posting : postings)
        lines.push_back({text_at(posting, "id"), text_at(posting, "kind"),
                         text_at(posting, "status"), or_dash(text_of(posting, "loan_account_id")),
                         amount_of(posting), text_at(posting, "cause_id"),
                         text_at(posting, "created_at"), or_dash(reason_of(posting))});
    return table(lines, "llllr");
}

std::string posting_report(const Json& posting) {
    return fmt::format("the {} of {} is {}\n\n{}{}", text_at(posting, "kind"),
                       or_dash(text_of(posting, "loan_account_id")), text_at(posting, "status"),
                       facts({{"id", text_at(posting, "id")},
                              {"core banking", text_of(posting, "core_banking")},
                              {"amount", amount_of(posting)},
                              {"scheme", text_of(posting, "scheme")},
                              {"cause", text_at(posting, "cause_id")},
                              {"external id", text_of(posting, "external_id")},
                              {"transaction", text_of(posting, "transaction_key")},
                              {"reason", reason_of(posting)},
                              {"settled", text_at(posting, "value_at")},
                              {"created", text_at(posting, "created_at")},
                              {"updated", text_at(posting, "updated_at")}}),
                       correspondence_of(posting));
}

std::string bacs_table(const std::vector<Json>& items) {
    if (items.empty())
        return "there are no such Bacs items\n";
    std::vector<TableLine> lines{
        {"ID", "SUBJECT", "STATUS", "AMOUNT", "COUNTERPARTY", "REFERENCE", "DAY", "UPDATED"}};
    for (const Json& item : items)
        lines.push_back({text_at(item, "id"), text_at(item, "subject"), text_at(item, "status"),
                         item.member("amount") ? amount_of(item) : "-",
                         or_dash(text_of(item, "counterparty.name")),
                         or_dash(text_of(item, "reference")),
                         or_dash(text_of(item, "processing_date")), text_at(item, "updated_at")});
    return table(lines, "lllr");
}

std::string bacs_report(const Json& item) {
    const std::string amount = item.member("amount") ? amount_of(item) : "";
    return fmt::format("the {} {} is {}\n\n{}", text_at(item, "subject"), text_of(item, "bank_id"),
                       text_at(item, "status"),
                       facts({{"id", text_at(item, "id")},
                              {"connector", text_of(item, "connector")},
                              {"amount", amount},
                              {"account", text_of(item, "account")},
                              {"counterparty", text_of(item, "counterparty.name")},
                              {"its account", text_of(item, "counterparty.account")},
                              {"reference", text_of(item, "reference")},
                              {"service user", text_of(item, "service_user_number")},
                              {"transaction code", text_of(item, "transaction_code")},
                              {"processing date", text_of(item, "processing_date")},
                              {"reason", text_of(item, "reason_code")},
                              {"detail", text_of(item, "detail")},
                              {"settlement", text_at(item, "settlement_id")},
                              {"created", text_at(item, "created_at")},
                              {"updated", text_at(item, "updated_at")}}));
}

std::string call_table(const std::vector<Json>& calls) {
    if (calls.empty())
        return "there are no such calls\n";
    std::vector<TableLine> lines{
        {"ID", "CONNECTOR", "FOR", "SUBJECT", "STATUS", "TRIES", "HTTP", "REPLY", "CREATED"}};
    for (const Json& call : calls)
        lines.push_back({text_at(call, "id"), or_dash(text_of(call, "connector")),
                         text_at(call, "purpose"), or_dash(text_at(call, "subject_id")),
                         text_at(call, "status"), text_at(call, "tries_made"),
                         or_dash(text_at(call, "http_status")),
                         or_dash(text_at(call, "reply_class")), text_at(call, "created_at")});
    return table(lines, "lllllrr");
}

std::string call_report(const Json& call) {
    const std::string orders = list_at(call, "order_ids", " ");
    std::string text = fmt::format("{} {} is {}\n\n{}", text_at(call, "method"),
                                   text_of(call, "target"), text_at(call, "status"),
                                   facts({{"id", text_at(call, "id")},
                                          {"connector", text_of(call, "connector")},
                                          {"for", text_at(call, "purpose")},
                                          {"subject", text_at(call, "subject_id")},
                                          {"orders", orders},
                                          {"request id", text_of(call, "request_id")},
                                          {"reason", text_of(call, "reason")},
                                          {"due", text_at(call, "due_at")},
                                          {"first sent", text_at(call, "first_sent_at")},
                                          {"created", text_at(call, "created_at")},
                                          {"body", text_of(call, "body")}}));
    std::vector<TableLine> lines{{"TRY", "STARTED", "US", "HTTP", "OUTCOME", "REPLY"}};
    const auto tries = call.member("tries");
    for (std::size_t i = 0; tries && i < tries->size(); ++i) {
        const Json each = tries->at(i);
        lines.push_back({text_at(each, "number"), text_at(each, "started_at"),
                         or_dash(text_at(each, "latency_us")),
                         or_dash(text_at(each, "http_status")), or_dash(text_at(each, "outcome")),
                         or_dash(text_of(each, "reply"))});
    }
    return lines.size() > 1 ? text + "\n" + table(lines, "rlrr", "  ") : text;
}

} // namespace settled::cli
