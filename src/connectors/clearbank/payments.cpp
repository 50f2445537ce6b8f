#include "connectors/clearbank/payments.h"

#include "base/assert.h"
#include "connectors/clearbank/names.h"
#include "connectors/clearbank/reject_codes.h"
#include "connectors/shown_text.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::connectors::clearbank {

namespace {

using domain::Order;
using wire::Json;
using wire::JsonWriter;

constexpr std::size_t instructions_max = 10;
constexpr std::size_t transfers_max = 10;

bool is_same_account(const Order& a, const Order& b) {
    return domain::account_key_of(a.debtor) == domain::account_key_of(b.debtor);
}

// How many from the first on form one instruction.
std::size_t one_instruction(std::span<const Order> orders) {
    std::size_t count = 0;
    while (count < std::min(orders.size(), transfers_max) &&
           is_same_account(orders[count], orders[0]) &&
           orders[count].debtor_address.line == orders[0].debtor_address.line)
        ++count;
    return count;
}

void write_account(JsonWriter& w, std::string_view name, const domain::Party& party) {
    w.key(name).object().key("identification").object();
    if (!party.iban.empty()) {
        w.member("iban", party.iban);
    } else {
        w.key("other").object();
        w.member("identification", "GBR" + party.sort_code + party.account_number);
        w.key("schemeName").object().member("proprietary", "PRTY_COUNTRY_SPECIFIC").end().end();
    }
    w.end().end();
}

void write_transfer(JsonWriter& w, const Order& order, bool enforce_send_to_scheme) {
    w.object().key("paymentIdentification").object();
    w.member("instructionIdentification", instruction_id(order.id));
    w.member("endToEndIdentification", order.end_to_end_id).end();
    w.key("amount").object().key("instructedAmount").raw(decimal(order.amount));
    w.member("currency", order.amount.currency.code()).end();
    w.key("creditor").object().member("name", order.creditor.name).end();
    write_account(w, "creditorAccount", order.creditor);
    w.key("remittanceInformation").object().key("structured").object();
    w.key("creditorReferenceInformation").object().member("reference", order.reference).end();
    w.end().end();
    if (enforce_send_to_scheme) // absent means no; the bank refuses null
        w.member("enforceSendToScheme", true);
    w.end();
}

void write_instruction(JsonWriter& w, std::span<const Order> orders, bool enforce_send_to_scheme) {
    const Order& first = orders.front();
    w.object().member("paymentInstructionIdentification", instruction_id(first.id));
    w.key("debtor").object().member("address", first.debtor_address.line).end();
    write_account(w, "debtorAccount", first.debtor);
    w.key("creditTransfers").array();
    for (const Order& order : orders)
        write_transfer(w, order, enforce_send_to_scheme);
    w.end().end();
}

Result<wire::JsonDocument> document_of(const domain::CallReply& reply) {
    return wire::JsonDocument::parse(reply.body);
}

bool may_have_items(int status) {
    return (status >= 200 && status <= 299) || status == 400;
}

std::optional<Json> items_in(Json root) {
    const std::optional<Json> items = member_of(root, "transactions");
    return items && items->is_array() ? items : std::nullopt;
}

// The word for one payment; empty when there is none, or more than one.
std::string_view word_for(Json items, std::string_view end_to_end_id) {
    std::string_view found;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Json item = items.at(i);
        if (text_of(item, "endToEndIdentification") != end_to_end_id)
            continue;
        const std::string_view word = text_of(item, "response").value_or(std::string_view());
        if (word.empty() || (!found.empty() && found != word))
            return {};
        found = word;
    }
    return found;
}

PaymentItem item_of(std::string_view end_to_end_id, std::string_view word, bool has_succeeded) {
    PaymentItem item;
    item.end_to_end_id = end_to_end_id;
    if (word == "Accepted") {
        if (has_succeeded)
            item.result = PaymentItem::Result::taken;
        return item;
    }
    const RejectMeaning meaning = meaning_of(word);
    if (word.empty() || meaning.words.empty() || meaning.outcome == PaymentOutcome::duplicate)
        return item;
    item.result = PaymentItem::Result::refused;
    item.code = word;
    item.words = meaning.words;
    item.advice = meaning.advice;
    return item;
}

} // namespace

std::size_t fps_orders_that_fit(std::span<const Order> orders) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < instructions_max && count < orders.size(); ++i) {
        if (!is_same_account(orders[count], orders[0]))
            break;
        count += one_instruction(orders.subspan(count));
    }
    return count;
}

std::string instruction_id(OrderId order) {
    // Not every bank takes the underscore of our ids.
    return "ORD-" + to_string(order).substr(OrderIdTag::prefix.size() + 1);
}

domain::CallRequest fps_payment_request(std::span<const Order> orders,
                                        bool enforce_send_to_scheme) {
    SETTLED_ASSERT(!orders.empty() && fps_orders_that_fit(orders) == orders.size(),
                   "{} orders do not fit into one call", orders.size());
    JsonWriter w;
    w.object().key("paymentInstructions").array();
    while (!orders.empty()) {
        const std::size_t count = one_instruction(orders);
        write_instruction(w, orders.first(count), enforce_send_to_scheme);
        orders = orders.subspan(count);
    }
    w.end().end();
    return {.purpose = domain::CallPurpose::pay,
            .method = "POST",
            .target = "/v3/payments/fps",
            .body = std::move(w).text()};
}

bool has_payment_items(const domain::CallReply& reply) {
    const Result<wire::JsonDocument> document = document_of(reply);
    return may_have_items(reply.status) && document && items_in(document->root());
}

std::vector<PaymentItem> read_payment_reply(const domain::CallReply& reply,
                                            std::span<const std::string> end_to_end_ids) {
    const Result<wire::JsonDocument> document = document_of(reply);
    const std::optional<Json> items =
        may_have_items(reply.status) && document ? items_in(document->root()) : std::nullopt;
    std::vector<PaymentItem> read;
    for (const std::string& id : end_to_end_ids)
        read.push_back(
            item_of(id, items ? word_for(*items, id) : std::string_view(), reply.status != 400));
    return read;
}

} // namespace settled::connectors::clearbank
