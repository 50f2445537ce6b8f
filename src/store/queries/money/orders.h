// Orders: outbound payments, and what became of them.
#pragma once

#include "crypto/hash.h"
#include "domain/order.h"
#include "store/session.h"
#include "store/step.h"

#include <optional>
#include <string>
#include <vector>

namespace settled::store {

// False: its client id or its end-to-end id is taken.
Step<bool> insert_order(Session& s, TenantId tenant, const domain::Order& order,
                        const crypto::Digest& fingerprint);
// The words by which it is found, which insert_order() writes; those that are there stay.
Step<> insert_order_words(Session& s, TenantId tenant, const domain::Order& order);
struct RegisteredOrder {
    domain::Order order;
    crypto::Digest fingerprint{};
};
Step<std::optional<domain::Order>> find_order(Session& s, TenantId tenant, OrderId id);
Step<std::optional<RegisteredOrder>> find_order_by_client_id(Session& s, TenantId tenant,
                                                             std::string_view client_id);
Step<std::optional<domain::Order>> find_order_by_end_to_end_id(Session& s, TenantId tenant,
                                                               ConnectorId connector,
                                                               std::string_view end_to_end_id);
// By the scheme's id of the payment, which a return names.
Step<std::optional<domain::Order>> find_order_by_actual_id(Session& s, TenantId tenant,
                                                           ConnectorId connector,
                                                           std::string_view actual_id);
Step<std::optional<domain::Order>> find_retry_of(Session& s, TenantId tenant, OrderId id);
Step<std::vector<domain::Order>> orders_of_call(Session& s, TenantId tenant, CallId call);
// Newest first, below `before`; `status` empty: any.
Step<std::vector<domain::Order>> list_orders(Session& s, TenantId tenant, std::string_view status,
                                             std::int64_t before, std::size_t limit);
// Oldest first, above `after`: ids alone, for a job that walks through all of them.
Step<std::vector<std::int64_t>> order_ids_after(Session& s, TenantId tenant, std::int64_t after,
                                                std::size_t limit);

// Writes what may change: status, reasons, call, the bank's ids, version, when the bank is asked.
Step<> update_order(Session& s, TenantId tenant, const domain::Order& order);

// Which of the orders that wait for a call.
enum class WaitingOrders : std::uint8_t {
    all,
    cleared, // that the bank was asked about and does not show (domain::Lookup::clear)
};
// Accounts with orders that wait for a call.
Step<std::vector<std::string>> accounts_with_waiting_orders(Session& s, TenantId tenant,
                                                            ConnectorId connector,
                                                            WaitingOrders which, std::size_t limit);
// Oldest first.
Step<std::vector<domain::Order>> waiting_orders(Session& s, TenantId tenant, ConnectorId connector,
                                                std::string_view debtor_key, WaitingOrders which,
                                                std::size_t limit);
// Those that have a time before which they are not sent, and it has come; the earliest first.
Step<std::vector<domain::Order>> timed_orders(Session& s, TenantId tenant, ConnectorId connector,
                                              Instant now, WaitingOrders which, std::size_t limit);
// Those that wait for a call and that the bank was not asked about.
Step<std::vector<domain::Order>> unasked_orders(Session& s, TenantId tenant, ConnectorId connector,
                                                std::size_t limit);
// Submitted ones about which the bank is to be asked by now.
Step<std::vector<domain::Order>> silent_orders(Session& s, TenantId tenant, ConnectorId connector,
                                               Instant now, std::size_t limit);
// Those without a final state, by id, above `after`.
Step<std::vector<domain::Order>> open_orders_after(Session& s, TenantId tenant,
                                                   ConnectorId connector, std::int64_t after,
                                                   std::size_t limit);
// Made in [from, before) and paid from the account, oldest first.
Step<std::vector<domain::Order>> orders_of_account(Session& s, TenantId tenant,
                                                   std::string debtor_key, Instant from,
                                                   Instant before, std::size_t limit);
// Whether an order of the connector is neither settled, rejected, returned nor cancelled.
Step<bool> has_open_orders(Session& s, TenantId tenant, ConnectorId connector);
// What orders of the connector that were accepted since then sum up to, those that were rejected or
// cancelled not among them.
Step<std::int64_t> ordered_since(Session& s, TenantId tenant, ConnectorId connector, Instant since);
// A live order for that loan with equal amount and creditor, made since then.
Step<std::optional<OrderId>> similar_order(Session& s, TenantId tenant,
                                           std::string_view loan_account_id, std::int64_t minor,
                                           std::string_view creditor_key, Instant since);

// Which webhooks were about a subject (an order, a link, a return).
Step<> add_subject_webhook(Session& s, TenantId tenant, std::int64_t subject, WebhookId webhook);
Step<std::vector<WebhookId>> webhooks_of(Session& s, TenantId tenant, std::int64_t subject);

} // namespace settled::store
