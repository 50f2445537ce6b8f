// What each step of an order costs the only writer of SQLite, with 1,000 and with 100,000 others
// open: how much the second is more than the first.
//
//   orders_steps [--out FILE] [--many N]
//
// Each figure belongs to one unit of work without its commit. The open orders are those that the
// bank has taken and said nothing more of, those that wait for a call, and those in doubt, of which
// each has a question to the bank waiting.
#include "base/assert.h"
#include "bench/support/figures.h"
#include "bench/support/small_world.h"
#include "crypto/hash.h"
#include "domain/connector.h"
#include "store/queries/directory.h"
#include "units/calls/derived_ids.h"
#include "units/calls/run_call.h"
#include "units/orders/register_order.h"
#include "units/webhooks/accept_webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace settled;
using namespace settled::bench;
using store::Session;
using store::Step;
using units::CallToSend;

constexpr ConnectorId connector{7};
constexpr std::int64_t node = 257;
constexpr std::size_t orders_of_a_call = 100;
constexpr std::size_t few = 1'000;
constexpr std::size_t repeats = 200;

enum class Open : std::uint8_t { taken, waiting, in_doubt };
constexpr std::array<std::string_view, 3> kinds{"taken", "waiting", "in_doubt"};

domain::ConnectorSettings bank_settings() {
    domain::ConnectorSettings settings;
    settings.signing_key = settings.api_token = "file:/none";
    settings.api_url = "https://bank.example";
    settings.institution_account = "inst-1";
    settings.debtor_name = "Lender Ltd";
    settings.debtor_address = "1 High Street, London";
    return settings;
}

class Payer {
  public:
    Payer() : context_(world_.context()) {
        context_.derived_ids = &derived_;
        const store::ConnectorRow row{
            SmallWorld::tenant,       connector,   "clearbank", "clearbank",
            to_json(bank_settings()), world_.now()};
        (void)world_.write<bool>([&](Session& s) { return store::insert_connector(s, row); });
    }

    // Registers so many in one unit.
    void register_orders(std::size_t count) {
        std::vector<std::shared_ptr<const units::OrderRequest>> requests;
        for (std::size_t i = 0; i < count; ++i)
            requests.push_back(next_request());
        last_ = world_.write<std::vector<domain::Order>>(
            [&](Session& s) { return register_all(s, context_, requests); });
    }
    std::vector<CallToSend> take() {
        return world_.write<std::vector<CallToSend>>([&](Session& s) {
            return units::next_calls(
                s, context_, {SmallWorld::tenant, connector, world_.now(), node, 16, false});
        });
    }
    void end(const CallToSend& call, std::optional<domain::CallReply> reply) {
        const auto ended = std::make_shared<const units::EndedTry>(
            call.tenant, call.id, call.connector, call.claim, call.number,
            std::chrono::microseconds(1000), std::move(reply), "peer_timeout", world_.now());
        (void)world_.write<units::CallEnd>(
            [&](Session& s) { return units::end_call(s, context_, ended); });
    }
    // The bank takes all of them.
    void take_over(const CallToSend& call) {
        std::string items;
        for (const std::string& id : ids_in(call.request.body))
            items +=
                fmt::format("{}{{\"endToEndIdentification\":\"{}\",\"response\":\"Accepted\"}}",
                            items.empty() ? "" : ",", id);
        end(call, domain::CallReply{202, "{\"transactions\":[" + items + "]}", std::nullopt});
    }
    void tell_settled(const domain::Order& order) {
        domain::SettlementFact fact;
        fact.transaction_id = fmt::format("tx-{}", ++told_);
        fact.scheme = "FasterPayments";
        fact.amount = order.amount;
        fact.account.iban = SmallWorld::iban;
        fact.credit = false;
        fact.end_to_end_id = order.end_to_end_id;
        fact.actual_end_to_end_id = "FP-" + order.end_to_end_id;
        fact.settled_at = world_.now();
        tell("TransactionSettled", fact.transaction_id, fact);
    }
    // By the receiver.
    void tell_returned(const domain::Order& order) {
        domain::SettlementFact fact;
        fact.transaction_id = fmt::format("back-{}", ++told_);
        fact.scheme = "FasterPayments";
        fact.amount = order.amount;
        fact.account.iban = SmallWorld::iban;
        fact.credit = fact.is_return = true;
        fact.returned_payment_id = "FP-" + order.end_to_end_id;
        fact.settled_at = world_.now();
        tell("TransactionSettled", fact.transaction_id, fact);
    }
    void tell_rejected(const domain::Order& order) {
        domain::PaymentOutcomeFact fact;
        fact.items.push_back({order.end_to_end_id, domain::PaymentOutcomeFact::Outcome::rejected,
                              "AC03", "The account number is not valid"});
        tell("TransactionRejected", fmt::format("no-{}", ++told_), std::move(fact));
    }

    const domain::Order& last() const { return last_.front(); }
    double last_us() const { return world_.last_us(); }

  private:
    static Step<std::vector<domain::Order>>
    register_all(Session& s, const units::Context& context,
                 std::vector<std::shared_ptr<const units::OrderRequest>> requests) {
        std::vector<domain::Order> orders;
        for (const auto& request : requests) {
            auto answer = co_await units::register_order(s, context, request);
            SETTLED_ASSERT(answer.has_value(), "{}", answer.error().detail);
            orders.push_back(std::move(answer->order));
        }
        co_return orders;
    }
    std::shared_ptr<const units::OrderRequest> next_request() {
        domain::NewOrder order;
        order.client_id = fmt::format("payout-{}", ++made_);
        order.connector = "clearbank";
        order.scheme = "fps";
        order.amount = {static_cast<std::int64_t>(1000 + made_ % 10'000),
                        Currency::parse("GBP").value()};
        order.debtor.iban = SmallWorld::iban;
        order.creditor.name = "Ann Lee";
        order.creditor.sort_code = "601613";
        order.creditor.account_number = "31926819";
        order.reference = "LOAN 4711";
        order.loan_account_id = fmt::format("LN-{}", made_);
        return std::make_shared<const units::OrderRequest>(SmallWorld::tenant, std::move(order),
                                                           std::nullopt, world_.now());
    }
    static std::vector<std::string> ids_in(std::string_view body) {
        constexpr std::string_view name = "\"endToEndIdentification\":\"";
        std::vector<std::string> ids;
        for (std::size_t at = body.find(name); at != body.npos; at = body.find(name, at)) {
            at += name.size();
            ids.emplace_back(body.substr(at, body.find('"', at) - at));
        }
        return ids;
    }
    void tell(std::string_view type, std::string_view id, domain::BankFact fact) {
        domain::InboundWebhook webhook;
        webhook.type = type;
        webhook.unique_id = webhook.dedupe_key = id;
        webhook.payload_digest = crypto::sha256(id);
        webhook.fact = std::move(fact);
        const auto arrival = std::make_shared<const units::Arrival>(
            SmallWorld::tenant, connector, std::move(webhook), "{}", world_.now());
        (void)world_.write<units::Accepted>(
            [&](Session& s) { return units::accept_webhook(s, context_, arrival); });
    }

    SmallWorld world_;
    units::DerivedIds derived_{Bytes(units::DerivedIds::key_bytes, 7)};
    units::Context context_;
    std::vector<domain::Order> last_;
    std::size_t made_ = 0, told_ = 0;
};

void open_orders(Payer& payer, Open kind, std::size_t count) {
    for (std::size_t made = 0; made < count; made += orders_of_a_call) {
        payer.register_orders(orders_of_a_call);
        if (kind == Open::waiting)
            continue;
        for (const CallToSend& call : payer.take())
            if (kind == Open::taken)
                payer.take_over(call);
            else
                payer.end(call, domain::CallReply{409, R"({"status":409})", std::nullopt});
    }
}

using Steps = std::map<std::string, std::vector<double>>;

// One order from the client's request to the bank's last word; then one whose reply is lost, and one
// that is rejected.
void play(Payer& payer, Steps& steps) {
    const auto note = [&](const char* step) { steps[step].push_back(payer.last_us()); };
    (void)payer.take();
    note("look_for_work");
    payer.register_orders(1);
    note("register");
    const domain::Order order = payer.last();
    const auto calls = payer.take();
    note("make_call");
    payer.take_over(calls.front());
    note("read_reply");
    payer.tell_settled(order);
    note("settled");
    payer.tell_returned(order);
    note("returned");
    payer.register_orders(1);
    const domain::Order rejected = payer.last();
    payer.end(payer.take().front(), domain::CallReply{409, R"({"status":409})", std::nullopt});
    note("read_409");
    payer.tell_rejected(rejected);
    note("rejected");
}

// Those that wait go first, a hundred in a call.
void play_waiting(Payer& payer, Steps& steps) {
    const auto note = [&](const char* step) { steps[step].push_back(payer.last_us()); };
    for (std::size_t i = 0; i < repeats; ++i) {
        payer.register_orders(1);
        note("register");
    }
    for (int i = 0; i < 9; ++i) {
        const auto calls = payer.take();
        note("make_call_of_100");
        payer.take_over(calls.front());
        note("read_reply_of_100");
    }
}

Steps measure(Open kind, std::size_t count) {
    Payer payer;
    open_orders(payer, kind, count);
    Steps steps;
    if (kind == Open::waiting)
        play_waiting(payer, steps);
    for (std::size_t i = 0; kind != Open::waiting && i < repeats; ++i)
        play(payer, steps);
    return steps;
}

} // namespace

int main(int argc, char** argv) {
    std::string out;
    std::size_t many = 100'000;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool has_value = i + 1 < argc;
        if (argument == "--out" && has_value)
            out = argv[++i];
        else if (argument == "--many" && has_value)
            many = std::stoull(argv[++i]);
        else {
            fmt::print(stderr, "usage: orders_steps [--out FILE] [--many N]\n");
            return 2;
        }
    }
    Report report;
    double worst = 0;
    for (const Open kind : {Open::taken, Open::in_doubt, Open::waiting}) {
        const std::string_view name = kinds[static_cast<std::size_t>(kind)];
        report.heading(fmt::format("the others {}: {} and {} of them", name, few, many));
        Steps with_few = measure(kind, few);
        Steps with_many = measure(kind, many);
        for (auto& [step, us] : with_few) {
            const double ratio = median(with_many[step]) / median(us);
            worst = std::max(worst, ratio);
            report.number(fmt::format("{}.{}.few_p50_us", name, step), median(us), "");
            report.number(fmt::format("{}.{}.many_p50_us", name, step), median(with_many[step]),
                          "");
            report.number(fmt::format("{}.{}.ratio", name, step), ratio, "");
        }
    }
    report.number("worst_ratio", worst, "");
    report.print();
    return out.empty() || report.write_json(out) ? 0 : 1;
}
