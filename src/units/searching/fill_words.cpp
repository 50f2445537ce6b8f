#include "units/searching/fill_words.h"

#include "match/name_words.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/search_words.h"
#include "store/queries/sweeps.h"
#include "store/queries/walks.h"

#include <array>
#include <limits>
#include <map>
#include <string>

namespace settled::units {

namespace {

using store::Session;
using store::Step;
using store::Walked;

constexpr std::size_t bite = 100;
constexpr std::int64_t finished = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view prefix = "search_words/";

struct Kind {
    std::string_view sweep; // below the prefix: part of the store
    Walked rows;
};
constexpr std::array<Kind, 2> kinds{{{"search_words/settlements", Walked::settlements},
                                     {"search_words/payments", Walked::payments}}};

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

Step<> add_words(Session& s, TenantId tenant, Walked rows, std::int64_t id) {
    if (rows == Walked::settlements) {
        const auto row = co_await store::find_settlement(s, tenant, SettlementId{id});
        if (row)
            co_await store::insert_words(s, tenant, store::WordsOf::settlement_names, id,
                                         match::name_words(row->counterparty_name));
        co_return;
    }
    const auto row = co_await store::find_payment(s, tenant, PaymentId{id});
    if (row)
        co_await store::insert_words(s, tenant, store::WordsOf::payment_names, id,
                                     match::name_words(row->payer_name));
}

} // namespace

Step<bool> lacks_words(Session& s, TenantId tenant) {
    const Cursors cursors = co_await cursors_of(s, tenant);
    for (const Kind& kind : kinds) {
        const std::int64_t cursor = cursor_of(cursors, kind.sweep);
        if (cursor == finished)
            continue;
        // A store that has no rows yet is left alone: what comes brings its words.
        const auto rows = co_await store::walk(s, tenant, kind.rows, cursor, 1);
        if (!rows.empty() || cursor > 0)
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
        const auto rows = co_await store::walk(s, tenant, kind.rows, cursor, bite);
        for (const store::WalkedId& row : rows)
            co_await add_words(s, tenant, kind.rows, row.id);
        const bool is_end = rows.size() < bite;
        if (!rows.empty() || cursor > 0)
            co_await store::move_sweep(s, tenant, kind.sweep, is_end ? finished : rows.back().id);
        more = more || !is_end;
    }
    co_return more;
}

} // namespace settled::units
