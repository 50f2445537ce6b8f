// Units for the tests of the engines. The items are rows of the tenant table: small, with a unique
// name.
#pragma once

#include "store/queries/directory.h"
#include "store/queries/money/matches.h"
#include "store/store.h"

#include <fmt/format.h>

#include <future>
#include <latch>
#include <vector>

namespace settled::store {

// The migration brings one tenant of its own.
inline const std::string count_items_sql = "SELECT count(*) FROM tenant WHERE name LIKE 'item %'";
inline const Statement count_statement{"SELECT count(*) FROM tenant WHERE name LIKE 'item %'"};
inline const Statement add_statement{
    "INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, 0)"};

inline Step<std::int64_t> count_items(Session& s) {
    const Rows rows = co_await s.run(count_statement);
    co_return rows.front().integer(0);
}

inline Step<> add_item(Session& s, std::int64_t number) {
    // Ids from 1000 on keep clear of the migration's tenant; small ones name tasks in tests.
    const std::int64_t id = number == 1 ? 1000 : number;
    (void)co_await s.run(add_statement, id, fmt::format("item {}", number));
}

inline Step<> add_filler_and_note(Session& s, std::int64_t id, std::string text) {
    s.note({TenantId{1}, TaskId{id}, EndpointId{1}, EventId{1}, nullptr, 0});
    (void)co_await s.run(add_statement, id, text);
}

inline Step<> add_items(Session& s, std::vector<std::int64_t> numbers) {
    for (const std::int64_t number : numbers)
        co_await add_item(s, number);
}

// Reads and then writes what it concluded: units like it take turns.
inline Step<std::int64_t> add_next_item(Session& s) {
    co_await s.lock({Lock::tenants()});
    const std::int64_t next = co_await count_items(s) + 1;
    co_await add_item(s, next);
    co_return next;
}

inline Step<> nothing(Session&) {
    co_return;
}

inline Step<> hold_until(Session&, std::promise<void>& entered, std::latch& released) {
    entered.set_value();
    released.wait();
    co_return;
}

inline Step<> add_item_and_hold(Session& s, std::int64_t number, std::promise<void>& added,
                                std::latch& seen) {
    co_await add_item(s, number);
    added.set_value();
    seen.wait();
}

inline Step<bool> count_twice(Session& s, std::promise<void>& counted, std::latch& go_on) {
    const std::int64_t first = co_await count_items(s);
    counted.set_value();
    go_on.wait();
    const std::int64_t second = co_await count_items(s);
    co_return first == second;
}

inline Step<> add_and_note(Session& s, std::int64_t item) {
    s.note({TenantId{1}, TaskId{item}, EndpointId{1}, EventId{1}, nullptr, 0});
    co_await add_item(s, item);
}

inline Step<> add_match(Session& s, std::int64_t id, std::int64_t settlement,
                        std::int64_t payment) {
    domain::Match match;
    match.id = MatchId{id};
    match.settlement_id = SettlementId{settlement};
    match.payment_id = PaymentId{payment};
    match.rank = match::Rank::uetr;
    match.rule_version = 1;
    match.evidence = "{}";
    co_await insert_match(s, TenantId{1}, match);
}

struct Alive {
    int& count;
    explicit Alive(int& c) : count(c) { ++count; }
    ~Alive() { --count; }
    Alive(const Alive&) = delete;
    Alive& operator=(const Alive&) = delete;
};

inline Step<> inner_with_locals(Session& s, std::int64_t item, int& alive) {
    const Alive local(alive);
    co_await add_item(s, item);
}

inline Step<> outer_with_locals(Session& s, std::int64_t item, int& alive, bool& went_on) {
    const Alive local(alive);
    co_await inner_with_locals(s, item, alive);
    went_on = true;
}

} // namespace settled::store
