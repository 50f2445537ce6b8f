#include "domain/posting_event.h"

#include "domain/event_envelope.h"
#include "wire/money.h"

namespace settled::domain {

std::string_view event_type_of(PostingKind kind, PostingStatus status) {
    if (status == PostingStatus::needs_review)
        return posting_failed;
    if (kind != PostingKind::repayment)
        return "";
    switch (status) {
    case PostingStatus::posted:
        return repayment_posted;
    case PostingStatus::returned:
        return repayment_returned;
    case PostingStatus::suspended:
        return repayment_suspended;
    case PostingStatus::adjusted:
        return repayment_adjusted;
    default:
        return "";
    }
}

Event posting_event(EventId id, std::string_view type, const PostingFacts& facts,
                    std::int64_t version, Instant now) {
    return make_event(id, type, facts.id.value, version, now, [&](wire::JsonWriter& w) {
        w.member("posting_id", to_string(facts.id)).member("kind", token(facts.kind));
        w.member("status", token(facts.status)).member("core_banking", facts.core_banking);
        w.member("loan_account_id", facts.loan_account_id).member("cause_id", facts.cause_id);
        if (!facts.external_id.empty())
            w.member("external_id", facts.external_id);
        if (!facts.transaction_key.empty())
            w.member("transaction_key", facts.transaction_key);
        if (facts.amount.minor != 0)
            wire::write_money(w, "amount", facts.amount);
        if (!facts.scheme.empty())
            w.member("scheme", facts.scheme);
        if (!facts.reason_code.empty())
            w.member("reason_code", facts.reason_code).member("reason", facts.reason);
    });
}

} // namespace settled::domain
