#include "units/searching/fill_words.h"

#include "match/name_words.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/search_words.h"
#include "store/queries/sweeps.h"
#include "store/queries/walks.h"

#include <array>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace settled::units {

namespace {

using store::Session;
using store::Step;
using store::Walked;

constexpr std::size_t bite = 100;
constexpr std::int64_t finished = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view prefix = "search_words/";

using Ids = std::vector<std::int64_t>;

template <Walked rows>
Step<Ids> ids_of(Session& s, TenantId tenant, std::int64_t after, std::size_t limit) {
    Ids ids;
    for (const store::WalkedId& row : co_await store::walk(s, tenant, rows, after, limit))
        ids.push_back(row.id);
    co_return ids;
}

Step<> add_of_settlement(Session& s, TenantId tenant, std::int64_t id) {
    const auto row = co_await store::find_settlement(s, tenant, SettlementId{id});
    if (row)
        co_await store::insert_words(s, tenant, store::WordsOf::settlement_names, id,
                                     match::name_words(row->counterparty_name));
}

Step<> add_of_payment(Session& s, TenantId tenant, std::int64_t id) {
    const auto row = co_await store::find_payment(s, tenant, PaymentId{id});
    if (row)
        co_await store::insert_words(s, tenant, store::WordsOf::payment_names, id,
                                     match::name_words(row->payer_name));
}

Step<> add_of_order(Session& s, TenantId tenant, std::int64_t id) {
    const auto row = co_await store::find_order(s, tenant, OrderId{id});
    if (row)
        co_await store::insert_order_words(s, tenant, *row);
}

struct Kind {
    std::string_view sweep; // below the prefix: part of the store
    Step<Ids> (*ids_after)(Session& s, TenantId tenant, std::int64_t after, std::size_t limit);
    Step<> (*add_words)(Session& s, TenantId tenant, std::int64_t id);
};
constexpr std::array<Kind, 3> kinds{
    {{"search_words/settlements", ids_of<Walked::settlements>, add_of_settlement},
     {"search_words/payments", ids_of<Walked::payments>, add_of_payment},
     {"search_words/orders", store::order_ids_after, add_of_order}}};

using Cursors = std::map<std::string, std::int64_t, std::less<>>;

Step<Cursors> cursors_of(Session& s, TenantId tenant) {
    Cursors cursors;
    for (store::SweepRow& row : co_await store::sweeps_under(s, tenant, std::string(prefix)))
        cursors[std::move(row.name)] = row.cursor;
    co_return cursors;
}

std::int64_t cursor_of(const Cursors& cursors, std::string_view sweep) {
    const auto found = cursors.find(sweep);
    return found == cursors.end() ? 0 : found->second;
}

} // namespace

Step<bool> lacks_words(Session& s, TenantId tenant) {
    const Cursors cursors = co_await cursors_of(s, tenant);
    for (const Kind& kind : kinds) {
        const std::int64_t cursor = cursor_of(cursors, kind.sweep);
        if (cursor == finished)
            continue;
        // A store that has no rows yet is left alone: what comes brings its words.
        const Ids ids = co_await kind.ids_after(s, tenant, cursor, 1);
        if (!ids.empty() || cursor > 0)
            co_return true;
    }
    co_return false;
}

Step<bool> fill_words(Session& s, TenantId tenant) {
    const Cursors cursors = co_await cursors_of(s, tenant);
    bool more = false;
    for (const Kind& kind : kinds) {
        const std::int64_t cursor = cursor_of(cursors, kind.sweep);
        if (cursor == finished)
            continue;
        const Ids ids = co_await kind.ids_after(s, tenant, cursor, bite);
        for (const std::int64_t id : ids)
            co_await kind.add_words(s, tenant, id);
        const bool is_end = ids.size() < bite;
        if (!ids.empty() || cursor > 0)
            co_await store::move_sweep(s, tenant, kind.sweep, is_end ? finished : ids.back());
        more = more || !is_end;
    }
    co_return more;
}

} // namespace settled::units
