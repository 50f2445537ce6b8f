// A world whose bank is asked for what it has booked, for tests of catch-up and of what follows a
// restore.
#pragma once

#include "store/queries/money/catch_ups.h"
#include "store/queries/restored.h"
#include "units/calls/hold.h"
#include "units/catch_up/catch_up.h"
#include "units/catch_up/page_ahead.h"
#include "units/orders/bank_world.h"
#include "wire/time.h"

namespace settled::units::testing {

// A transaction as the bank's query shows it.
struct Booked {
    std::string transaction_id;
    std::string end_to_end_id = {};
    bool credit = false;
    std::int64_t minor = 10'000;
    std::string scheme = "FasterPayments";
    std::string status = "ACSC";
    std::string reference = {};
    Instant at = {};
};

class CatchUpWorld : public BankWorld {
  public:
    explicit CatchUpWorld(domain::ConnectorSettings settings = bank_settings())
        : BankWorld(std::move(settings)) {}

    std::vector<Booked> books; // of the bank, as its query shows them

    void book(Booked booked) {
        if (booked.at.us == 0)
            booked.at = now();
        books.insert(books.begin(), std::move(booked));
    }

    void mark_restored() {
        write<void>([&](Session& s) { return units::mark_restored(s, now()); });
    }
    void start() {
        write<void>([&](Session& s) { return begin_owed_catch_ups(s, context(), now()); });
    }
    Result<> resume() {
        return write<Result<>>([&](Session& s) {
            return end_hold(s, tenant, "operator:anna", "the list was compared", now());
        });
    }
    Result<store::CatchUpRow> begin(std::optional<Instant> since = std::nullopt,
                                    bool dry_run = false) {
        auto request = std::make_shared<const CatchUpRequest>(tenant, "clearbank", since, dry_run,
                                                              "operator", now());
        return write<Result<store::CatchUpRow>>(
            [&](Session& s) { return begin_catch_up(s, context(), request); });
    }
    std::vector<store::CatchUpRow> catch_ups() {
        return read<std::vector<store::CatchUpRow>>(
            [&](Session& s) { return store::list_catch_ups(s, tenant, last_id, 100); });
    }
    std::vector<store::MovementRow> unexplained() {
        return read<std::vector<store::MovementRow>>(
            [&](Session& s) { return store::unexplained_movements(s, tenant, last_id, 100); });
    }
    std::optional<store::MovementRow> movement(std::string_view transaction_id, bool credit) {
        return read<std::optional<store::MovementRow>>([&](Session& s) {
            return store::find_movement_of(s, tenant, connector, transaction_id, credit);
        });
    }

    // Answers a call as the bank would: queries from its books, payments as accepted and booked.
    void answer(const CallToSend& call) {
        using domain::CallPurpose;
        if (call.request.purpose == CallPurpose::list_transactions ||
            call.request.purpose == CallPurpose::find_transactions) {
            const std::string page = shown(call.request.target);
            learn_ahead(call, page, bites_ahead);
            reply(call, 200, page);
            return;
        }
        if (call.request.purpose == CallPurpose::request_statement) {
            reply(call, 202, "");
            return;
        }
        paid.push_back(call);
        std::string items;
        for (const store::CallRow& row : calls())
            if (row.id == call.id)
                for (const domain::Order& order : orders_of(row.id)) {
                    items += fmt::format(
                        "{}{{\"endToEndIdentification\":\"{}\",\"response\":\"Accepted\"}}",
                        items.empty() ? "" : ",", order.end_to_end_id);
                    book({.transaction_id = "tx-" + order.end_to_end_id,
                          .end_to_end_id = order.end_to_end_id,
                          .minor = order.amount.minor});
                }
        reply(call, 202, "{\"transactions\":[" + items + "]}");
    }
    // As the worker does it before it ends a call.
    void learn_ahead(const CallToSend& call, const std::string& body, std::size_t bites_max) {
        const auto page = read_page_ahead(call, domain::CallReply{200, body, std::nullopt});
        std::optional<std::size_t> first;
        if (page)
            first = 0;
        for (std::size_t i = 0; i < bites_max && first; ++i)
            first = write<std::optional<std::size_t>>(
                [&](Session& s) { return units::learn_ahead(s, context(), page, *first, now()); });
    }
    // Until nothing is due any more.
    void work(std::size_t rounds_max = 200) {
        for (std::size_t i = 0; i < rounds_max; ++i) {
            const auto due = take();
            for (const CallToSend& call : due)
                answer(call);
            const auto rows = catch_ups();
            const bool runs = !rows.empty() && rows.front().status == store::catch_up_running &&
                              rows.front().next_at <= now();
            if (due.empty() && !runs)
                return;
        }
        ADD_FAILURE() << "it does not come to rest";
    }
    std::vector<CallToSend> paid;   // calls that moved money
    std::size_t bites_ahead = 1000; // of a page, before a crash would come

    static std::string parameter(std::string_view target, std::string_view name) {
        const std::string key = std::string(name) + "=";
        std::size_t at = target.find("&" + key);
        if (at == target.npos)
            at = target.find("?" + key);
        if (at == target.npos)
            return {};
        at += key.size() + 1;
        return net_decoded(target.substr(at, target.find('&', at) - at));
    }

  private:
    std::vector<domain::Order> orders_of(CallId id) {
        return read<std::vector<domain::Order>>(
            [&](Session& s) { return store::orders_of_call(s, tenant, id); });
    }
    static std::string net_decoded(std::string_view text) {
        std::string decoded;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '%' && i + 2 < text.size()) {
                decoded +=
                    static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
                i += 2;
            } else {
                decoded += text[i];
            }
        }
        return decoded;
    }

  public:
    // A page of the bank's list, newest first.
    std::string shown(const std::string& target) const {
        const auto from = wire::parse_rfc3339(parameter(target, "startDateTime")).value();
        const auto to = wire::parse_rfc3339(parameter(target, "endDateTime")).value();
        const std::string scheme = parameter(target, "paymentMethodType");
        const std::string id = parameter(target, "endToEndIdentifier");
        const std::size_t page = std::stoul(parameter(target, "pageNumber"));
        std::size_t found = 0;
        std::string items;
        for (const Booked& each : books) {
            const bool fits = each.at + std::chrono::milliseconds(1) >= from && each.at <= to &&
                              (scheme.empty() || scheme == each.scheme) &&
                              (id.empty() || id == each.end_to_end_id);
            if (!fits || found++ / 50 + 1 != page)
                continue;
            items += (items.empty() ? "" : ",") + one(each);
        }
        return "{\"transactions\":[" + items + "]}";
    }
    static std::string one(const Booked& each) {
        return fmt::format(
            R"({{"transactionId":"{}","endToEndIdentifier":"{}","debitCreditCode":"{}",)"
            R"("status":"{}","transactionTime":"{}","transactionReference":"{}",)"
            R"("amount":{{"instructedAmount":{}.{:02},"currency":"GBP"}},)"
            R"("{}":{{"iban":"{}"}},"counterpartAccount":{{"identification":{{)"
            R"("accountName":"Ann Lee","sortCode":"601613","accountNumber":"31926819"}}}}}})",
            each.transaction_id, each.end_to_end_id, each.credit ? "CRDT" : "DBIT", each.status,
            wire::to_rfc3339(each.at), each.reference, each.minor / 100, each.minor % 100,
            each.credit ? "ultimateBeneficiaryAccount" : "ultimateRemitterAccount", iban_of_shop);
    }
};

} // namespace settled::units::testing
