// An installation in small for tests: a real store, a clock that is moved by hand, and the units as
// the server runs them. Every call waits until its unit is committed.
#pragma once

#include "base/iban.h"
#include "store/queries/directory.h"
#include "store/queries/endpoints.h"
#include "store/queries/events.h"
#include "store/queries/feeds.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/reviews.h"
#include "store/queries/money/settlements.h"
#include "store/queries/tasks.h"
#include "store/testing.h"
#include "units/calls/derived_ids.h"
#include "units/deliveries/record_attempt.h"
#include "units/matching/run_timer.h"
#include "units/payments/register_payment.h"
#include "units/webhooks/accept_webhook.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace settled::units::testing {

using store::Session;
using store::Step;
using store::testing::must;

inline constexpr std::string_view iban_of_shop = "GB57CLRB04040100057354";

inline Money gbp(std::int64_t minor) {
    return {minor, Currency::parse("GBP").value()};
}

// Read from "GB…" or "040004 12345678".
inline domain::Party party(std::string_view account, std::string_view name = "") {
    domain::Party party;
    party.name = name;
    if (const auto space = account.find(' '); space != std::string_view::npos) {
        party.sort_code = account.substr(0, space);
        party.account_number = account.substr(space + 1);
    } else {
        party.iban = account;
    }
    return party;
}

inline const store::Statement find_pairs{
    "SELECT t.transaction_id, p.client_id FROM settlement_match m JOIN settlement t ON t.tenant_id "
    "= m.tenant_id AND t.id = m.settlement_id JOIN payment p ON p.tenant_id = m.tenant_id AND "
    "p.id = m.payment_id WHERE m.ended_at IS NULL"};

inline Step<std::map<std::string, std::string>> read_pairs(Session& s) {
    const store::Rows rows = co_await s.run(find_pairs);
    std::map<std::string, std::string> pairs;
    for (std::size_t i = 0; i < rows.size(); ++i)
        pairs[rows[i].string(0)] = rows[i].string(1);
    co_return pairs;
}

// Holds every delivery, as a node that delivers all of them.
class HoldAll final : public TaskClaims {
  public:
    static constexpr std::int64_t holder = 257; // the first lease of number 1
    std::int64_t holder_for(EndpointId) const override { return holder; }
};

class World {
  public:
    explicit World(
        std::unique_ptr<store::Store> (*open)(const std::string&) = store::testing::open_store)
        : store_(open(directory_.path())) {
        use_keys({});
        add_account(iban_of_shop);
    }
    // As after a start with other versions of the tenants' keys.
    void use_keys(KeyVersions versions) {
        keys_ = std::make_unique<TenantKeys>(Secret("a master key for tests, 32 bytes"),
                                             std::move(versions));
        context_.emplace(ids_, *keys_, std::chrono::seconds(10), &claims_);
        context_->derived_ids = &derived_ids_;
    }

    void use_rules(const AccountRules& rules) { context_->account_rules = &rules; }
    void use_fetch_waits(std::vector<std::chrono::seconds> waits) {
        context_->fetch_retry_after = std::move(waits);
    }
    void use_calendar(domain::Calendar calendar) { context_->calendar = std::move(calendar); }
    void use_modulus(const domain::ModulusTable& table) { context_->modulus = &table; }
    void suggest_nothing() { context_->suggested_reviews = false; }

    store::Store& store() { return *store_; }
    std::string directory() const { return directory_.path(); }
    store::testing::ManualClock& clock() { return clock_; }
    const Context& context() const { return *context_; }
    template <class IdType>
    IdType new_id() {
        return ids_.next<IdType>();
    }
    Instant now() const { return clock_.now(); }

    template <class T>
    T write(store::Unit<T> unit) {
        return must(store::testing::write<T>(*store_, std::move(unit)));
    }
    template <class T>
    T read(store::Unit<T> unit) {
        return must(store::testing::read<T>(*store_, std::move(unit)));
    }

    // What tests do to the world.
    void add_account(std::string_view iban, TenantId owner = TenantId{1}, bool single_use = false) {
        store::AccountRow row;
        row.tenant = owner;
        row.id = ids_.next<AccountId>();
        row.iban = iban;
        row.account_key = account_key(iban);
        row.bank_account_id = "bank-" + row.account_key;
        row.created_at = now();
        row.single_use = single_use;
        EXPECT_TRUE(write<bool>([&](Session& s) { return store::insert_account(s, row); }));
    }
    EndpointId add_endpoint(std::string_view events) {
        const store::EndpointRow row{tenant,
                                     ids_.next<EndpointId>(),
                                     "https://partner.example/",
                                     std::string(events),
                                     "signature",
                                     "",
                                     {},
                                     "active",
                                     now()};
        write<void>([&](Session& s) { return store::insert_endpoint(s, row); });
        return row.id;
    }

    Registered register_payment(domain::NewPayment payment) {
        auto registration = std::make_shared<const Registration>(tenant, std::move(payment), now());
        return write<Registered>(
            [&](Session& s) { return units::register_payment(s, *context_, registration); });
    }
    // A payment to the shop, created now.
    domain::NewPayment payment(std::string_view client_id, std::int64_t minor) const {
        domain::NewPayment payment;
        payment.client_id = client_id;
        payment.amount = gbp(minor);
        payment.payee = party(iban_of_shop, "Shop");
        payment.created_at = now();
        return payment;
    }

    Accepted accept(domain::InboundWebhook webhook, std::string body = "{}") {
        auto arrival = std::make_shared<const Arrival>(tenant, connector, std::move(webhook),
                                                       std::move(body), now());
        return write<Accepted>([&](Session& s) { return accept_webhook(s, *context_, arrival); });
    }
    // Money for the shop, settled now.
    domain::SettlementFact fact(std::int64_t minor) const {
        domain::SettlementFact fact;
        fact.scheme = "FasterPayments";
        fact.amount = gbp(minor);
        fact.account = party(iban_of_shop);
        fact.settled_at = now();
        return fact;
    }
    static domain::InboundWebhook webhook(std::string_view id, domain::BankFact fact,
                                          std::string_view content = "") {
        domain::InboundWebhook webhook;
        webhook.type = "TransactionSettled";
        webhook.unique_id = id;
        webhook.scheme = "FasterPayments";
        webhook.dedupe_key = id;
        webhook.payload_digest = crypto::sha256(std::string(id) + std::string(content));
        webhook.fact = std::move(fact);
        return webhook;
    }
    // The settlement that a webhook's transaction id names.
    Accepted settle(std::string_view id, domain::SettlementFact fact) {
        fact.transaction_id = id;
        return accept(webhook(id, std::move(fact)));
    }
    Accepted settle(std::string_view id, std::int64_t minor, std::string_view reference,
                    std::string_view end_to_end_id = "") {
        domain::SettlementFact settled = fact(minor);
        settled.reference = reference;
        settled.end_to_end_id = end_to_end_id;
        return settle(id, std::move(settled));
    }

    // Does what the timers of the server do, until none is due: settlements are decided, and
    // published as unmatched when their grace period is over. Returns how many were published.
    int run_due() {
        int told = 0;
        for (auto due = due_timers(); !due.empty(); due = due_timers())
            for (const store::TaskRow& task : due)
                told +=
                    write<bool>([&](Session& s) { return run_timer(s, *context_, task, now()); });
        return told;
    }
    // What was committed gets its place in the feeds.
    void order_feeds() {
        write<bool>([](Session& s) { return store::order_waiting(s, tenant, 1); }); // makes the end
        while (write<bool>([](Session& s) { return store::order_waiting(s, tenant, 500); })) {
        }
    }
    // Verdicts that rely on uniqueness are applied then.
    void pass_watermark() {
        clock_.advance(context_->watermark);
        (void)run_due();
    }
    std::vector<store::TaskRow> due_timers() {
        return read<std::vector<store::TaskRow>>(
            [&](Session& s) { return store::due_timers(s, now(), 1000); });
    }

    // What tests look at.
    std::vector<domain::Settlement> settlements() {
        return read<std::vector<domain::Settlement>>(
            [&](Session& s) { return store::list_settlements(s, tenant, {}, last_id, 10'000); });
    }
    domain::Settlement settlement(std::string_view transaction_id) {
        for (auto& settlement : settlements())
            if (settlement.transaction_id == transaction_id)
                return std::move(settlement);
        throw std::runtime_error("no settlement " + std::string(transaction_id));
    }
    std::optional<domain::Match> match_of(std::string_view transaction_id) {
        const SettlementId id = settlement(transaction_id).id;
        const auto matches = read<std::vector<domain::Match>>(
            [&](Session& s) { return store::matches_of_settlement(s, tenant, id); });
        return matches.empty() ? std::nullopt : std::optional(matches.front());
    }
    // Settlement → the tenant's id of its payment, for all that are matched.
    std::map<std::string, std::string> pairs() {
        return read<std::map<std::string, std::string>>(read_pairs);
    }
    // The tenant's id of the payment it is matched to; empty: none.
    std::string payment_of(const std::string& transaction_id) {
        const auto all = pairs();
        const auto found = all.find(transaction_id);
        return found == all.end() ? std::string() : found->second;
    }
    domain::Payment payment_named(std::string_view client_id) {
        return read<std::optional<store::RegisteredPayment>>([&](Session& s) {
                   return store::find_payment_by_client_id(s, tenant, client_id);
               })
            .value()
            .payment;
    }
    // Oldest first.
    std::vector<store::EventRow> events() {
        auto events = read<std::vector<store::EventRow>>(
            [&](Session& s) { return store::list_events(s, tenant, "", last_id, 10'000); });
        std::ranges::reverse(events);
        return events;
    }
    std::vector<store::ReviewRow> reviews(std::string_view status = "open") {
        return read<std::vector<store::ReviewRow>>(
            [&](Session& s) { return store::list_reviews(s, tenant, status, last_id, 10'000); });
    }
    std::vector<store::TaskRow> deliveries() {
        return read<std::vector<store::TaskRow>>(
            [&](Session& s) { return store::list_deliveries(s, tenant, {}, last_id, 10'000); });
    }
    std::vector<store::WebhookRow> webhooks() {
        return read<std::vector<store::WebhookRow>>(
            [&](Session& s) { return store::list_webhooks(s, tenant, last_id, 10'000); });
    }
    store::WebhookRow webhook_row(WebhookId id) {
        return read<std::optional<store::WebhookRow>>(
                   [&](Session& s) { return store::find_webhook(s, tenant, id); })
            .value();
    }

    static constexpr TenantId tenant{1};
    static constexpr ConnectorId connector{1};
    static constexpr std::int64_t last_id = INT64_MAX;

  private:
    store::testing::TemporaryDirectory directory_;
    store::testing::ManualClock clock_;
    IdMint ids_{clock_, 1};
    std::unique_ptr<TenantKeys> keys_;
    HoldAll claims_;
    const DerivedIds derived_ids_{as_bytes("a key in the store, 32 bytes ...")};
    std::optional<Context> context_;
    std::unique_ptr<store::Store> store_;
};

} // namespace settled::units::testing
