#include "units/matching/nearest.h"

#include "units/matching/explain.h"
#include "units/matching/explain_sentences.h"
#include "wire/json_writer.h"

#include <utility>

namespace settled::units {

namespace {

std::optional<std::string_view> veto_word(const ExplainedPair& pair) {
    if (pair.is_ruled_out)
        return "excluded";
    return pair.veto.transform([](match::Veto veto) { return match::token(veto); });
}

std::string text_of(const ExplainedPair& pair) {
    wire::JsonWriter w;
    w.object().member("payment_id", to_string(pair.payment.id));
    w.member("client_id", pair.payment.client_id).member("verdict", token(pair.verdict));
    w.member("veto", veto_word(pair)).key("differs").array();
    for (const Difference& each : differences_of(pair)) {
        w.object().member("field", each.field).member("payment", each.payment);
        w.member("settlement", each.settlement).end();
    }
    w.end().end();
    return std::move(w).text();
}

} // namespace

std::optional<domain::Payment> nearest_of(const domain::Settlement& settlement,
                                          const std::vector<domain::Payment>& compared,
                                          const match::RuleSet& rules) {
    const domain::Payment* best = nullptr;
    int most = 0;
    for (const domain::Payment& payment : compared) {
        const int speaks_for = likeness(compare_pair(payment, settlement, rules, true));
        if (speaks_for > most) {
            most = speaks_for;
            best = &payment;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

std::string nearest_text(const domain::Settlement& settlement, const Verdict& verdict,
                         const match::RuleSet& rules) {
    if (!verdict.candidates.empty()) {
        ExplainedPair pair =
            compare_pair(verdict.candidates.front().payment, settlement, rules, true);
        pair.verdict = PairVerdict::suggested;
        return text_of(pair);
    }
    return verdict.nearest ? text_of(compare_pair(*verdict.nearest, settlement, rules, true)) : "";
}

} // namespace settled::units
