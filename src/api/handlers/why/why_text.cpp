#include "api/handlers/why/why_text.h"

#include "api/console/account_texts.h"
#include "base/iban.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace settled::api {

namespace {

std::string reference_text(std::string_view reference) {
    return reference.empty() ? "" : fmt::format(", reference {}", reference);
}

std::string with_name(std::string_view preposition, std::string_view name) {
    return name.empty() ? "" : fmt::format(", {} {}", preposition, name);
}

// What people write into names and references: with the accounts of the same payment masked, as the
// sentence masks them elsewhere.
std::string without_accounts(std::string text, std::initializer_list<std::string_view> accounts) {
    AccountNumbers numbers;
    for (const std::string_view account : accounts)
        numbers.add(account);
    return numbers.masked_in(text, false);
}

} // namespace

std::string amount_text(const Money& money) {
    return fmt::format("{} {}", decimal(money), money.currency.code());
}

std::string words_of(std::string_view token) {
    std::string words(token);
    std::ranges::replace(words, '_', ' ');
    return words;
}

std::string terms_of(const domain::Payment& payment) {
    return amount_text(payment.amount) +
           without_accounts(reference_text(payment.reference) +
                                with_name("from", payment.payer_name),
                            {payment.payee_account, payment.payer_account});
}

std::string terms_of(const domain::Settlement& settlement) {
    const std::string account =
        settlement.account.empty() ? "" : fmt::format(" on {}", masked_account(settlement.account));
    return amount_text(settlement.amount) + account +
           without_accounts(reference_text(settlement.reference) +
                                with_name("from", settlement.counterparty_name),
                            {settlement.account, settlement.counterparty_account});
}

std::string terms_of(const domain::Order& order) {
    return fmt::format(
        "{} by {}{}", amount_text(order.amount), order.scheme,
        without_accounts(with_name("to", order.creditor.name) + reference_text(order.reference),
                         {order.creditor.iban, order.creditor.account_number}));
}

std::string sentence_of(const domain::Payment& payment) {
    return fmt::format("payment {}, {}: {}", payment.client_id, terms_of(payment),
                       words_of(token(payment.status)));
}

std::string sentence_of(const domain::Settlement& settlement) {
    return fmt::format("settlement of {}: {}", terms_of(settlement), token(settlement.status));
}

std::string sentence_of(const domain::Order& order) {
    return fmt::format("order {}, {}: {}", order.client_id, terms_of(order),
                       words_of(token(order.status)));
}

std::string sentence_of(const store::ReturnRow& row) {
    return fmt::format("return of {}: {}", to_string(row.settlement), words_of(token(row.status)));
}

std::string sentence_of(const store::LinkRow& row) {
    return fmt::format("link of loan {}: {}", row.loan_account_id, words_of(token(row.status)));
}

std::string match_text(const domain::Match& match, std::string_view client_id) {
    return fmt::format("matched to {} (rank {}, {}){}", client_id, static_cast<int>(match.rank),
                       token(match.rank), match.actor.empty() ? "" : " by " + match.actor);
}

std::string review_text(const store::ReviewRow& review) {
    return fmt::format("review, {}: {}", words_of(review.kind), review.status);
}

} // namespace settled::api
