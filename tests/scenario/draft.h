// A small world before it is played: its facts, and the orders in which they can arrive.
#pragma once

#include "domain/facts.h"
#include "domain/payment.h"
#include "oracle.h"

#include <string>
#include <vector>

namespace settled::scenario {

enum class Kind : std::uint8_t { pay, money, give_back, cancel, reject, give };

struct Fact {
    Kind kind;
    std::size_t of;          // payment, settlement or return
    std::size_t payment = 0; // give: to which
};

struct Pay {
    std::int64_t minor;
    std::string_view reference = "";
    std::string_view end_to_end_id = "";
    std::string_view payer = ""; // sort code and account number
};

// What is on whichever account it is played on.
struct Draft {
    std::vector<domain::NewPayment> payments;
    std::vector<domain::SettlementFact> settlements;
    std::vector<domain::SettlementFact> returns;
    std::vector<Fact> facts;

    void pay(const Pay& said);
    void money(const Pay& said);
    void give_back(domain::SettlementFact fact);
    void decide(Kind kind, std::size_t of, std::size_t payment = 0) {
        facts.push_back({kind, of, payment});
    }
};

std::string name_of(char kind, std::size_t i); // "p1"

// Times do not depend on when a fact arrives.
struct Times {
    Instant created;
    Instant settled;
    Instant returned;
};
Times times_around(Instant settled);

SmallWorld small_world_of(const Draft& draft, const Times& times);

// A person decides only about facts that have arrived.
bool can_be_told(const std::vector<Fact>& order);
std::vector<std::vector<Fact>> all_orders(const Draft& draft);
std::string text_of(const Draft& draft, const std::vector<Fact>& order);

} // namespace settled::scenario
