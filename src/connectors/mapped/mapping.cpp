#include "connectors/mapped/mapping.h"

#include "base/limits.h"
#include "crypto/hash.h"
#include "wire/json_compare.h"
#include "wire/money.h"
#include "wire/time.h"

#include <algorithm>
#include <charconv>

namespace settled::connectors::mapped {

namespace {

using wire::Json;

constexpr std::size_t events_max = 1000; // in one webhook; providers say up to 250

std::unexpected<Error> unreadable(std::string_view member) {
    return fail(Code::webhook_unreadable, std::string(member) + " is missing or unreadable");
}

// Texts go into indexes and events: an overlong one is not what it is taken for.
Result<std::string> needed_text(const Pointer& at, Json document, std::string_view member) {
    const auto text = at.text(document);
    if (!text || text->empty() || text->size() > limits::text_bytes_max)
        return unreadable(member);
    return std::string(*text);
}

std::string text_or_empty(const std::optional<Pointer>& at, Json document) {
    const auto text = at ? at->text(document) : std::nullopt;
    return text && text->size() <= limits::text_bytes_max ? std::string(*text) : std::string();
}

// "1234", and "1234.0", which is the same number.
Result<Money> minor_amount(std::string_view digits, Currency currency) {
    if (const std::size_t point = digits.find('.'); point != digits.npos) {
        if (digits.find_first_not_of('0', point + 1) != digits.npos)
            return unreadable("amount");
        digits = digits.substr(0, point);
    }
    std::int64_t minor = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), minor);
    if (error != std::errc() || end != digits.data() + digits.size())
        return unreadable("amount");
    return Money{minor, currency};
}

// Length-prefixed, so that no two pairs give the same key.
std::string joined(std::string_view a, std::string_view b) {
    return std::to_string(a.size()).append(":").append(a).append(b);
}

} // namespace

bool Mapping::holds(const Conditions& conditions, Json document) {
    return std::ranges::all_of(conditions, [&](const Condition& condition) {
        const auto text = condition.at.text(document);
        return text && std::ranges::find(condition.is, *text) != condition.is.end();
    });
}

domain::Party Mapping::read_party(const PartyFields& fields, Json document) {
    domain::Party party;
    party.name = text_or_empty(fields.name, document);
    party.iban = text_or_empty(fields.iban, document);
    party.bban = text_or_empty(fields.bban, document);
    party.sort_code = text_or_empty(fields.sort_code, document);
    party.account_number = text_or_empty(fields.account_number, document);
    return party;
}

// Zero and less are refused: the direction has a place of its own.
Result<Money> Mapping::read_amount(Json document) const {
    TRY(const std::string code, needed_text(settlement_.currency, document, "currency"));
    const Result<Currency> currency = Currency::parse(code);
    if (!currency)
        return unreadable("currency");
    TRY(const std::string written, needed_text(settlement_.amount, document, "amount"));
    const std::string digits = wire::plain_decimal(written);
    const Result<Money> amount = settlement_.amount_form == AmountForm::minor
                                     ? minor_amount(digits, *currency)
                                     : parse_money(digits, *currency);
    if (!amount || amount->minor <= 0)
        return unreadable("amount");
    return *amount;
}

// A time without a zone is of the zone that the mapping names, and of none otherwise: hours of
// difference would put a payment before or after its settlement.
Result<Instant> Mapping::read_time(const std::string& text) const {
    if (const auto exact = wire::parse_rfc3339(text))
        return *exact;
    const Result<Instant> local = wire::parse_bank_time(text);
    if (!local)
        return unreadable("settled_at");
    if (!settlement_.zone_offset)
        return fail(Code::webhook_unreadable,
                    "settled_at has no time zone; name it in the mapping (settlement.zone)");
    return *local - *settlement_.zone_offset;
}

Result<domain::SettlementFact> Mapping::read_settlement(Json document) const {
    const SettlementFields& at = settlement_;
    domain::SettlementFact fact;
    TRY(fact.transaction_id, needed_text(at.transaction_id, document, "transaction_id"));
    TRY(fact.amount, read_amount(document));
    fact.credit = holds(at.credit_when, document);
    fact.is_return = !at.return_when.empty() && holds(at.return_when, document);
    TRY(const std::string settled_at, needed_text(at.settled_at, document, "settled_at"));
    TRY(fact.settled_at, read_time(settled_at));
    fact.account = read_party(at.account, document);
    if (domain::account_key_of(fact.account).empty())
        return unreadable("account");
    fact.counterparty = read_party(at.counterparty, document);
    fact.scheme = text_or_empty(at.scheme, document);
    fact.reference = text_or_empty(at.reference, document);
    fact.end_to_end_id = text_or_empty(at.end_to_end_id, document);
    fact.uetr = text_or_empty(at.uetr, document);
    return fact;
}

Result<std::vector<std::string>> Mapping::events(std::string_view body) const {
    if (!each_)
        return std::vector<std::string>{std::string(body)};
    const Result<wire::JsonDocument> parsed = wire::JsonDocument::parse(body);
    if (!parsed)
        return fail(Code::webhook_unreadable, std::string(info(parsed.error().code).title));
    const std::optional<Json> list = each_->find(parsed->root());
    if (!list || !list->is_array() || list->size() > events_max)
        return fail(Code::webhook_unreadable, "each is no list, or a list of too many events");
    std::vector<std::string> events;
    for (std::size_t i = 0; i < list->size(); ++i)
        events.emplace_back(list->at(i).raw());
    return events;
}

// How many entries a list has of which the mapping reads one; 0: it reads no list.
std::size_t Mapping::entries_passed_over(Json document) const {
    std::size_t most = 0;
    for (const Pointer* const at : {&id_, &settlement_.transaction_id, &settlement_.amount})
        most = std::max(most, at->list_size(document));
    return most > 1 ? most : 0;
}

bool Mapping::reads_by_index() const {
    return id_.has_index() || settlement_.transaction_id.has_index() ||
           settlement_.amount.has_index();
}

Result<domain::InboundWebhook> Mapping::read_webhook(std::string_view body) const {
    const Result<wire::JsonDocument> parsed = wire::JsonDocument::parse(body);
    if (!parsed)
        return fail(Code::webhook_unreadable, std::string(info(parsed.error().code).title));
    const Json document = parsed->root();
    if (!document.is_object())
        return fail(Code::webhook_unreadable, "the body is no JSON object");
    domain::InboundWebhook webhook;
    TRY(webhook.type, needed_text(type_, document, "type"));
    TRY(webhook.unique_id, needed_text(id_, document, "id"));
    const auto payload = payload_ ? payload_->find(document) : std::nullopt;
    webhook.payload_digest =
        crypto::sha256(wire::canonical_json(payload.value_or(document), new_in_each_delivery_));
    webhook.dedupe_key = joined(webhook.type, webhook.unique_id);
    if (const std::size_t entries = entries_passed_over(document); entries > 0) {
        webhook.fact = domain::UnreadableFact{
            "it has a list of " + std::to_string(entries) +
            " entries, of which the mapping reads one; name the list in the mapping (each)"};
        return webhook;
    }
    if (!holds(settlement_.when, document)) {
        webhook.fact = domain::ArchivedFact{};
        return webhook;
    }
    Result<domain::SettlementFact> fact = read_settlement(document);
    if (!fact) {
        webhook.fact = domain::UnreadableFact{std::move(fact).error().detail};
        return webhook;
    }
    webhook.scheme = fact->scheme;
    webhook.suffix = fact->is_return ? "-REV" : "";
    webhook.fact = *std::move(fact);
    return webhook;
}

} // namespace settled::connectors::mapped
