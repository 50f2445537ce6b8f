#include "units/orders/register_order.h"

#include "base/iban.h"
#include "domain/money_out_event.h"
#include "domain/uk/modulus.h"
#include "store/queries/calls.h"
#include "store/queries/directory.h"
#include "store/queries/money/bookings.h"
#include "store/queries/money/links.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/reviews.h"
#include "units/calls/bank.h"
#include "units/calls/derived_ids.h"
#include "units/calls/hold.h"
#include "units/calls/make_call.h"
#include "units/deliveries/publish.h"
#include "units/orders/ask_bank.h"
#include "units/orders/order_state.h"
#include "units/orders/rule_on_order.h"
#include "units/postings/core_bank.h"
#include "units/reviews.h"
#include "wire/json_writer.h"
#include "wire/money.h"
#include "wire/time.h"

#include <fmt/format.h>

namespace settled::units {

namespace {

using domain::Order;
using domain::OrderStatus;
using store::Session;
using store::Step;

constexpr std::chrono::hours day{24};

Error problem(Code code, std::string pointer, std::string detail) {
    Error error{code, detail};
    error.problems.push_back({std::move(pointer), code, std::move(detail)});
    return error;
}

// The bank that is to pay; nothing may be asked of one that only sends webhooks.
Step<Result<Bank>> paying_bank(Session& s, TenantId tenant, std::string_view name) {
    auto bank = co_await find_bank(s, tenant, name);
    if (!bank)
        co_return std::unexpected(
            problem(Code::connector_unknown, "/connector", "there is no connector of that name"));
    if (domain::makes_calls(bank->settings) && !is_bank(*bank))
        co_return std::unexpected(problem(Code::connector_unknown, "/connector",
                                          "it is no bank's: give the connector that pays"));
    if (!domain::makes_calls(bank->settings))
        co_return std::unexpected(
            problem(Code::connector_receives_only, "/connector",
                    "this connector has no API configured: it only sends webhooks; add --api-url, "
                    "--api-token and --institution-account"));
    co_return *std::move(bank);
}

// The account to debit: one of the tenant that this bank holds.
Step<Result<domain::Party>> debtor_of(Session& s, TenantId tenant, const domain::NewOrder& asked) {
    std::optional<store::AccountRow> account;
    if (!asked.debtor_account_id.empty()) {
        if (const auto ours = parse_id<AccountIdTag>(asked.debtor_account_id))
            account = co_await store::find_account(s, tenant, *ours);
        else
            account = co_await store::find_account_by_bank_id(s, tenant, asked.debtor_account_id);
    } else {
        const std::string key = domain::account_key_of(asked.debtor);
        account = co_await store::find_account_by_key(s, tenant, key);
    }
    if (!account || account->iban.empty())
        co_return std::unexpected(problem(
            Code::debtor_unknown, "/debtor",
            "the bank has listed no such account for this connector; see GET /v1/accounts"));
    domain::Party party;
    party.iban = account->iban;
    party.name = asked.debtor.name.empty() ? account->name : asked.debtor.name;
    co_return party;
}

Result<domain::PostalAddress> debtor_address(const Bank& bank, const domain::NewOrder& asked) {
    domain::PostalAddress address = asked.debtor_address;
    if (asked.scheme != "fps")
        return address;
    if (address.line.empty())
        address.line = bank.settings.debtor_address;
    if (address.line.empty())
        return std::unexpected(problem(
            Code::debtor_address_missing, "/debtor/address",
            "Faster Payments wants the debtor's address: give it, or set --debtor-address"));
    return address;
}

Step<Result<>> check_limits(Session& s, const Bank& bank, TenantId tenant,
                            const domain::NewOrder& asked, Instant now) {
    const auto& settings = bank.settings;
    if (settings.order_max_minor != 0 && asked.amount.minor > settings.order_max_minor)
        co_return std::unexpected(
            problem(Code::over_limit, "/amount/value", "the connector's --order-max is lower"));
    if (settings.day_max_minor == 0)
        co_return Result<>{};
    const std::int64_t ordered =
        co_await store::ordered_since(s, tenant, bank.id, now - std::chrono::microseconds(day));
    if (asked.amount.minor > settings.day_max_minor - ordered)
        co_return std::unexpected(
            problem(Code::over_limit, "/amount/value",
                    "with the orders of the last 24 hours it is above the connector's --day-max"));
    co_return Result<>{};
}

// The core banking system whose loan it is: the one that is named, else that of the loan's link.
Step<Result<std::string>> core_banking_of(Session& s, const Bank& bank, TenantId tenant,
                                          const domain::NewOrder& asked) {
    if (asked.core_banking.empty()) {
        if (asked.loan_account_id.empty())
            co_return std::string();
        const auto link =
            co_await store::find_link_of_loan(s, tenant, bank.id, asked.loan_account_id);
        co_return link && link->is_live() ? link->core_banking : std::string();
    }
    const auto core = co_await find_core_bank(s, tenant, asked.core_banking);
    if (!core || core->bank.id != bank.id)
        co_return std::unexpected(
            problem(Code::connector_unknown, "/core_banking",
                    "there is no core banking system of that name for this bank"));
    co_return core->name;
}

// The digits of the creditor's account, as far as they can be checked; what they could not be is a
// warning.
Result<std::vector<std::string>> check_modulus(const Context& context,
                                               const domain::NewOrder& asked) {
    const auto account = domain::uk_account_of(domain::account_key_of(asked.creditor));
    if (!account)
        return std::vector<std::string>{};
    if (context.modulus == nullptr)
        return std::vector<std::string>{std::string(domain::warning_modulus_unchecked)};
    if (context.modulus->check(account->sort_code, account->account_number) ==
        domain::ModulusVerdict::invalid)
        return std::unexpected(
            problem(Code::modulus_failed,
                    asked.creditor.iban.empty() ? "/creditor/account_number" : "/creditor/iban",
                    "no account at this sort code has this number: ask the creditor for it again"));
    return std::vector<std::string>{};
}

// CHAPS is funded from the institution's account, names its debtor, and has hours.
Step<Result<Instant>> chaps_opening(Session& s, const Context& context, const Bank& bank,
                                    TenantId tenant, const domain::Party& debtor, Instant now) {
    const auto source =
        co_await store::find_account_by_bank_id(s, tenant, bank.settings.institution_account);
    if (!source || source->iban.empty())
        co_return std::unexpected(
            problem(Code::debtor_unknown, "/debtor",
                    "the bank has not shown the institution account, which CHAPS is paid from: run "
                    "settled connectors list-accounts"));
    if (debtor.name.empty())
        co_return std::unexpected(problem(Code::member_missing, "/debtor/name",
                                          "CHAPS wants the debtor's name: give it, or set "
                                          "--debtor-name"));
    const Instant opening = context.calendar.chaps_opening(now);
    if (opening > now && context.calendar.outside_hours == domain::OutsideHours::refuse)
        co_return std::unexpected(problem(Code::outside_hours, "/scheme",
                                          "CHAPS is closed until " + wire::to_rfc3339(opening) +
                                              ": give it then, or give fps, which is always open"));
    co_return opening;
}

Step<Result<Order>> order_from(Session& s, const Context& context, const Bank& bank,
                               const OrderRequest& request) {
    const domain::NewOrder& asked = request.order;
    CO_TRY(std::vector<std::string> warnings, check_modulus(context, asked));
    CO_TRY(domain::Party debtor, co_await debtor_of(s, request.tenant, asked));
    CO_TRY(domain::PostalAddress address, debtor_address(bank, asked));
    if (!bank.settings.debtor_name.empty() && asked.debtor.name.empty())
        debtor.name = bank.settings.debtor_name;
    std::optional<Instant> not_before;
    if (asked.scheme == "chaps") {
        CO_TRY(not_before,
               co_await chaps_opening(s, context, bank, request.tenant, debtor, request.now));
    }
    Order order;
    order.id = context.ids.next<OrderId>();
    order.client_id = asked.client_id;
    order.connector = bank.id;
    order.scheme = asked.scheme;
    order.amount = asked.amount;
    order.debtor = std::move(debtor);
    order.debtor_address = std::move(address);
    order.creditor = asked.creditor;
    order.creditor_address = asked.creditor_address;
    order.reference = asked.reference;
    order.end_to_end_id =
        asked.end_to_end_id.empty()
            ? context.derived_ids->end_to_end_id(request.tenant, bank.name, asked.client_id)
            : asked.end_to_end_id;
    order.loan_account_id = asked.loan_account_id;
    CO_TRY(order.core_banking, co_await core_banking_of(s, bank, request.tenant, asked));
    order.purpose = asked.purpose;
    order.category_purpose = asked.category_purpose;
    order.retry_of = request.retry_of;
    order.not_before = not_before;
    order.warnings = std::move(warnings);
    order.made_by = request.made_by;
    order.created_at = order.updated_at = request.now;
    co_return order;
}

// The second of two that pay the same for one loan within a day is looked at before it is sent.
Step<> hold_possible_duplicate(Session& s, const UnitScope& work, Order& order) {
    if (order.loan_account_id.empty() || order.retry_of)
        co_return;
    const auto similar = co_await store::similar_order(
        s, work.tenant, order.loan_account_id, order.amount.minor,
        domain::account_key_of(order.creditor), work.now - std::chrono::microseconds(day));
    if (!similar)
        co_return;
    order.status = OrderStatus::needs_review;
    order.reason_code = store::review_possible_duplicate;
    order.reason = "an order for this loan with equal amount and creditor was made within 24 hours";
    wire::JsonWriter w;
    w.object().member("order_id", to_string(order.id)).member("client_id", order.client_id);
    w.member("similar_order_id", to_string(*similar)).end();
    co_await open_review_once(s, work, store::review_possible_duplicate, order.id.value,
                              std::move(w).text());
}

Step<Result<OrderAnswer>> known_order(store::RegisteredOrder known, const OrderRequest& request,
                                      std::string connector) {
    if (known.fingerprint != domain::fingerprint(request.order))
        co_return std::unexpected(
            problem(Code::order_conflict, "/client_id",
                    "an order with other content has this client_id; give this one its own"));
    co_return OrderAnswer{std::move(known.order), std::move(connector), false};
}

} // namespace

Step<Result<OrderAnswer>> register_order(Session& s, const Context& context,
                                         std::shared_ptr<const OrderRequest> request) {
    const TenantId tenant = request->tenant;
    const domain::NewOrder& asked = request->order;
    CO_TRY(const Bank bank, co_await paying_bank(s, tenant, asked.connector));
    co_await s.lock({store::Lock::calls(tenant, bank.id)});
    auto known = co_await store::find_order_by_client_id(s, tenant, asked.client_id);
    if (known)
        co_return co_await known_order(*std::move(known), *request, bank.name);
    CO_TRY_VOID(co_await check_limits(s, bank, tenant, asked, request->now));
    CO_TRY(Order order, co_await order_from(s, context, bank, *request));
    const auto same_id =
        co_await store::find_order_by_end_to_end_id(s, tenant, bank.id, order.end_to_end_id);
    if (same_id)
        co_return std::unexpected(problem(Code::end_to_end_id_taken, "/end_to_end_id",
                                          "order " + to_string(same_id->id) + " has it"));
    const UnitScope work{context, tenant, request->now};
    co_await hold_possible_duplicate(s, work, order);
    const bool is_new = co_await store::insert_order(s, tenant, order, domain::fingerprint(asked));
    if (!is_new)
        co_return std::unexpected(
            problem(Code::order_conflict, "/client_id", "an order has this client_id"));
    const Hold hold = co_await hold_of(s, tenant);
    if (hold.restored && waits_for_release(order))
        co_await look_up(s, work, bank, order, hold.newest_at);
    wake_caller(s, tenant);
    co_return OrderAnswer{std::move(order), bank.name, true};
}

Step<Result<OrderAnswer>> retry_order(Session& s, const Context& context, TenantId tenant,
                                      OrderId id, std::string client_id, Instant now,
                                      std::string made_by) {
    CO_TRY(auto found, co_await lock_order(s, tenant, id));
    const auto& [bank, order] = found;
    const auto earlier = co_await store::find_retry_of(s, tenant, id);
    if (earlier && earlier->client_id == client_id)
        co_return OrderAnswer{*earlier, bank.name, false};
    if (earlier)
        co_return fail(Code::retry_not_allowed,
                       "order " + to_string(earlier->id) + " is its retry already");
    if (order.status != OrderStatus::rejected && order.status != OrderStatus::returned)
        co_return fail(
            Code::retry_not_allowed,
            fmt::format("only a rejected or returned order is paid again; this one is {}",
                        token(order.status)));
    const auto booking = co_await store::find_booking_of_order(s, tenant, id);
    if (booking)
        co_return fail(Code::booking_adjusted,
                       "its booking is taken back: book the disbursement again in the core "
                       "banking system");
    domain::NewOrder again;
    again.client_id = std::move(client_id);
    again.connector = bank.name;
    again.scheme = order.scheme;
    again.amount = order.amount;
    again.debtor = order.debtor;
    again.debtor_address = order.debtor_address;
    again.creditor = order.creditor;
    again.creditor_address = order.creditor_address;
    again.reference = order.reference;
    again.loan_account_id = order.loan_account_id;
    again.core_banking = order.core_banking;
    again.purpose = order.purpose;
    again.category_purpose = order.category_purpose;
    co_return co_await register_order(s, context,
                                      std::make_shared<const OrderRequest>(
                                          tenant, std::move(again), id, now, std::move(made_by)));
}

} // namespace settled::units
