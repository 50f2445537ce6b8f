#include "units/matching/explain_sentences.h"

#include "base/iban.h"
#include "match/agreement.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::units {

namespace {

using match::Agreement;

std::string masked(const std::string& account) {
    return account.empty() ? "" : masked_account(account);
}

std::string money_text(const Money& money) {
    return fmt::format("{} {}", decimal(money), money.currency.code());
}

Difference difference_in(std::string_view field, const ExplainedPair& pair) {
    const domain::Payment& payment = pair.payment;
    const domain::Settlement& settlement = pair.settlement;
    if (field == "uetr")
        return {field, payment.identity.uetr, settlement.identity.uetr};
    if (field == "end_to_end_id")
        return {field, payment.end_to_end_id, settlement.end_to_end_id};
    if (field == "reference")
        return {field, payment.reference, settlement.reference};
    if (field == "payer_account")
        return {field, masked(payment.payer_account), masked(settlement.counterparty_account)};
    if (field == "payer_name")
        return {field, payment.payer_name, settlement.counterparty_name};
    if (field == "account")
        return {field, masked(payment.payee_account), masked(settlement.account)};
    return {field, money_text(pair.expected), money_text(settlement.amount)};
}

// "reference, payer_account and amount agree"; empty: none does.
std::string agreement_of(const ExplainedPair& pair) {
    std::vector<std::string_view> words;
    for (const match::FieldAgreement& field : match::agreements(pair.comparison))
        if (field.agreement == Agreement::agrees)
            words.push_back(field.field);
    if (words.empty())
        return "";
    if (words.size() == 1)
        return fmt::format("{} agrees", words.front());
    const std::string_view last = words.back();
    words.pop_back();
    return fmt::format("{} and {} agree", fmt::join(words, ", "), last);
}

std::string rank_of(const ExplainedPair& pair) {
    return pair.rank
               ? fmt::format("rank {}, {}", static_cast<int>(*pair.rank), match::token(*pair.rank))
               : "";
}

// The two values that a veto is about; `paid` without its currency where both have the same.
std::string values_of(match::Veto veto, const ExplainedPair& pair) {
    using match::Veto;
    const auto both = [&](std::string_view field) {
        const Difference values = difference_in(field, pair);
        return fmt::format("{} expected, {} paid", values.payment, values.settlement);
    };
    switch (veto) {
    case Veto::account_differs:
        return both("account");
    case Veto::amount_differs:
        if (pair.expected.currency == pair.settlement.amount.currency)
            return fmt::format("{} expected, {} paid", decimal(pair.expected),
                               decimal(pair.settlement.amount));
        return both("amount");
    case Veto::uetr_differs:
        return both("uetr");
    case Veto::end_to_end_id_differs:
        return both("end_to_end_id");
    case Veto::payer_differs:
        return both("payer_account");
    case Veto::created_after_settlement:
        return fmt::format("created {}, paid {}", wire::to_rfc3339(pair.payment.created_at),
                           wire::to_rfc3339(pair.settlement.settled_at));
    case Veto::nothing_in_common:
        break;
    }
    if (pair.comparison.reference == match::References::differ)
        return "reference " + both("reference");
    return "no id, reference or payer is on both sides";
}

std::string veto_text(const ExplainedPair& pair) {
    return pair.veto ? fmt::format("{}: {}", match::token(*pair.veto), values_of(*pair.veto, pair))
                     : "";
}

std::string_view reason_text(match::RejectReason reason) {
    static constexpr std::array<std::string_view, 7> texts{
        "another candidate has the same rank",
        "a candidate of another rank casts doubt on it",
        "another candidate fits better",
        "the rules leave it to a person",
        "there are more candidates than are compared",
        "the payment could belong to more than one settlement",
        "another settlement fits the payment better"};
    return texts[static_cast<std::size_t>(reason)];
}

void append(std::string& text, std::string_view more) {
    if (more.empty())
        return;
    text.append(text.empty() ? "" : "; ").append(more);
}

std::string candidate_text(std::string_view begin, const ExplainedPair& pair) {
    std::string text(begin);
    if (const std::string agreed = agreement_of(pair); !agreed.empty())
        text += ": " + agreed;
    if (pair.rank)
        text += fmt::format(" ({})", rank_of(pair));
    if (pair.part)
        append(text,
               fmt::format("{} of {} paid are for it, of {} in all", decimal(*pair.part),
                           money_text(pair.settlement.amount), money_text(pair.payment.amount)));
    else if (pair.comparison.amounts != match::Amounts::equal)
        append(text, fmt::format("amount: {} expected, {} paid", money_text(pair.expected),
                                 money_text(pair.settlement.amount)));
    if (!pair.taken_by.empty())
        append(text, fmt::format("the settlement would be matched to {}", pair.taken_by));
    else if (pair.reject_reason)
        append(text, reason_text(*pair.reject_reason));
    return text;
}

// Which side cannot be matched any more.
std::string closed_text(const ExplainedPair& pair) {
    if (!domain::is_open(pair.payment.status))
        return fmt::format("not_open: the payment is {}", token(pair.payment.status));
    return fmt::format("not_open: the settlement is {}", token(pair.settlement.status));
}

std::string refused_text(const ExplainedPair& pair) {
    std::string text = pair.verdict == PairVerdict::not_open ? closed_text(pair) : "";
    if (pair.is_ruled_out)
        append(text, "excluded: a person has said that they do not belong together");
    append(text, veto_text(pair));
    if (pair.near_reference && pair.veto != match::Veto::nothing_in_common)
        append(text, fmt::format("one character of the reference differs: {} expected, {} paid",
                                 pair.payment.reference, pair.settlement.reference));
    append(text, agreement_of(pair));
    return text;
}

std::size_t count(const Explanation& explained, PairVerdict verdict) {
    return static_cast<std::size_t>(
        std::ranges::count(explained.pairs, verdict, &ExplainedPair::verdict));
}

std::string number_of(std::size_t count, std::string_view one, std::string_view more) {
    return count == 1 ? fmt::format("1 {}", one) : fmt::format("{} {}", count, more);
}

const ExplainedPair* match_in(const Explanation& explained) {
    const auto found =
        std::ranges::find(explained.pairs, PairVerdict::match, &ExplainedPair::verdict);
    return found == explained.pairs.end() ? nullptr : &*found;
}

std::string matched_by(const Explanation& explained) {
    const domain::Match& match = explained.matches.back();
    return match.actor.empty() ? fmt::format("by the rules (rank {}, {})",
                                             static_cast<int>(match.rank), token(match.rank))
                               : fmt::format("by {}", match.actor);
}

std::string unmatched_text(const Explanation& explained) {
    if (const ExplainedPair* const fits = match_in(explained))
        return explained.decided_at
                   ? fmt::format("unmatched: {} fits it, and is matched at {}, when no older "
                                 "payment can still be on its way",
                                 fits->payment.client_id, wire::to_rfc3339(*explained.decided_at))
                   : fmt::format("unmatched: {} fits it, and is matched when it is looked at next",
                                 fits->payment.client_id);
    if (const std::size_t suggested = count(explained, PairVerdict::suggested))
        return fmt::format("unmatched: {}, which a person must say",
                           suggested == 1 ? std::string("1 payment may be the one")
                                          : fmt::format("{} payments may be the one", suggested));
    return fmt::format("unmatched: none of {} on its account fits it",
                       number_of(explained.looked_at, "payment", "payments"));
}

std::string waiting_text(const domain::Payment& payment, const Explanation& explained) {
    const std::string_view status = token(payment.status);
    if (!domain::is_open(payment.status))
        return fmt::format("{}: it waits for no settlement any more", status);
    if (explained.outcome == ExplainedOutcome::ambiguous)
        return fmt::format("{}: a settlement fits it that fits another payment, too, and a person "
                           "must decide",
                           status);
    if (match_in(explained) != nullptr)
        return fmt::format("{}: a settlement fits it, and is matched when it is looked at next",
                           status);
    if (count(explained, PairVerdict::suggested) != 0)
        return fmt::format("{}: a settlement may be its own, which a person must say", status);
    return fmt::format("{}: none of {} on its account fits it", status,
                       number_of(explained.looked_at, "settlement", "settlements"));
}

} // namespace

std::vector<Difference> differences_of(const ExplainedPair& pair) {
    std::vector<Difference> differences;
    for (const match::FieldAgreement& field : match::agreements(pair.comparison))
        if (field.agreement == Agreement::differs)
            differences.push_back(difference_in(field.field, pair));
    if (pair.veto == match::Veto::created_after_settlement)
        differences.push_back({"created_at", wire::to_rfc3339(pair.payment.created_at),
                               wire::to_rfc3339(pair.settlement.settled_at)});
    return differences;
}

std::string sentence_of(const ExplainedPair& pair) {
    switch (pair.verdict) {
    case PairVerdict::match:
        return candidate_text("fits", pair);
    case PairVerdict::rival:
        return candidate_text("fits, too", pair);
    case PairVerdict::suggested:
        return candidate_text("may be the one", pair);
    case PairVerdict::vetoed:
    case PairVerdict::not_open:
    case PairVerdict::nothing_in_common:
        break;
    }
    return refused_text(pair);
}

std::string sentence_of(const domain::Settlement& settlement, const Explanation& explained) {
    if (settlement.status == domain::SettlementStatus::reversed)
        return "reversed: the money went back, and is matched to no payment";
    switch (explained.outcome) {
    case ExplainedOutcome::matched:
        if (explained.matches.size() > 1)
            return fmt::format("matched to {} payments {}", explained.matches.size(),
                               matched_by(explained));
        if (const ExplainedPair* const pair = match_in(explained))
            return fmt::format("matched to {} {}", pair->payment.client_id, matched_by(explained));
        return fmt::format("matched {}", explained.matches.empty() ? "" : matched_by(explained));
    case ExplainedOutcome::ambiguous:
        return fmt::format("ambiguous: {} be the one, and a person must decide",
                           number_of(count(explained, PairVerdict::rival) +
                                         count(explained, PairVerdict::suggested),
                                     "payment may", "payments may"));
    case ExplainedOutcome::rejected:
        return "rejected: a person has said that it pays none of the payments";
    case ExplainedOutcome::unmatched:
        break;
    }
    return unmatched_text(explained);
}

std::string sentence_of(const domain::Payment& payment, const Explanation& explained) {
    if (explained.matches.empty())
        return waiting_text(payment, explained);
    if (explained.matches.size() > 1)
        return fmt::format("{}: matched to {} settlements {}", token(payment.status),
                           explained.matches.size(), matched_by(explained));
    return fmt::format("{}: matched to {} {}", token(payment.status),
                       to_string(explained.matches.front().settlement_id), matched_by(explained));
}

std::string_view decided_by(const Explanation& explained) {
    if (explained.outcome == ExplainedOutcome::rejected)
        return "person";
    if (explained.matches.empty())
        return "";
    return explained.matches.back().actor.empty() ? "rules" : "person";
}

} // namespace settled::units
