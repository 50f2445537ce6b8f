#include "domain/uk/bacs_item.h"

#include "domain/event_envelope.h"
#include "wire/money.h"

namespace settled::domain {

namespace {

std::string_view credit_type(BacsStatus status) {
    switch (status) {
    case BacsStatus::announced:
        return bacs_credit_announced;
    case BacsStatus::held:
        return bacs_credit_held;
    case BacsStatus::needs_review:
        return bacs_credit_needs_review;
    case BacsStatus::recalled:
        return bacs_credit_recalled;
    case BacsStatus::returned:
        return bacs_credit_returned;
    case BacsStatus::unapplied:
        return bacs_credit_unapplied;
    default: // settled: its settlement has events of its own
        return "";
    }
}

std::string_view debit_type(BacsStatus status) {
    switch (status) {
    case BacsStatus::announced:
        return direct_debit_announced;
    case BacsStatus::settled:
        return direct_debit_settled;
    case BacsStatus::returned:
        return direct_debit_returned;
    case BacsStatus::claimed:
        return direct_debit_claimed;
    case BacsStatus::unpaid:
        return direct_debit_unpaid;
    default:
        return "";
    }
}

std::string_view mandate_type(BacsStatus status) {
    switch (status) {
    case BacsStatus::initiated:
        return mandate_initiated;
    case BacsStatus::migrated:
        return mandate_migrated;
    case BacsStatus::cancelled:
        return mandate_cancelled;
    case BacsStatus::returned:
        return mandate_returned;
    case BacsStatus::failed:
        return mandate_failed;
    default:
        return "";
    }
}

} // namespace

std::string_view event_type_of(BacsSubject subject, BacsStatus status) {
    switch (subject) {
    case BacsSubject::credit:
        return credit_type(status);
    case BacsSubject::direct_debit:
        return debit_type(status);
    case BacsSubject::mandate:
        break;
    }
    return mandate_type(status);
}

void write_members(wire::JsonWriter& w, const BacsItem& item, std::string_view connector) {
    w.member("id", to_string(item.id)).member("connector", connector);
    w.member("bank_id", item.bank_id).member("status", token(item.status));
    if (item.subject != BacsSubject::mandate)
        wire::write_money(w, "amount", item.amount);
    w.member("account", item.account).member("reference", item.reference);
    w.key("counterparty").object().member("name", item.counterparty_name);
    w.member("account", item.counterparty_account).end();
    w.member("service_user_number", item.service_user_number);
    w.member("transaction_code", item.transaction_code).member("processing_date", item.day);
    w.member("reason_code", item.reason_code).member("detail", item.detail);
    if (item.settlement.value != 0)
        w.member("settlement_id", to_string(item.settlement));
}

Event bacs_event(EventId id, const BacsItem& item, BacsStatus status, std::string_view connector,
                 Instant now) {
    const auto type = event_type_of(item.subject, status);
    return make_event(id, type, item.id.value, item.version, now, [&](wire::JsonWriter& w) {
        w.key(token(item.subject)).object();
        write_members(w, item, connector);
        w.end();
    });
}

} // namespace settled::domain
