#include "api/handlers/why/search_reader.h"

#include "api/handlers/why/search_finds.h"
#include "api/handlers/why/timeline_reader.h"
#include "api/handlers/why/why_text.h"
#include "base/iban.h"
#include "store/queries/directory.h"
#include "store/queries/money/catch_ups.h"
#include "store/queries/money/links.h"
#include "store/queries/money/orders.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/returns.h"
#include "store/queries/money/search.h"
#include "store/queries/money/settlements.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace settled::api {

namespace {

using store::SearchAmount;
using store::SearchKey;
using store::SearchReference;
using store::Session;
using store::Step;
using store::WordsOf;

// How the ids of one table are found by each form of the text. nullopt: it has no such field.
struct Table {
    std::string_view kind;
    Scope scope;
    std::optional<SearchKey> client_id, end_to_end_id, uetr, other_account;
    std::string_view other_account_word;
    std::optional<SearchAmount> amount;
    std::optional<SearchReference> reference;
    std::optional<WordsOf> reference_words, names;
    bool canonical_ids; // its end-to-end ids are stored in canonical form
};

constexpr Table payments{"payment",
                         Scope::payments_read,
                         SearchKey::payment_client_id,
                         SearchKey::payment_end_to_end_id,
                         SearchKey::payment_uetr,
                         SearchKey::payment_payer,
                         "payer_account",
                         SearchAmount::payments,
                         SearchReference::payments,
                         std::nullopt,
                         WordsOf::payment_names,
                         true};
constexpr Table settlements{"settlement",
                            Scope::settlements_read,
                            std::nullopt,
                            SearchKey::settlement_end_to_end_id,
                            SearchKey::settlement_uetr,
                            SearchKey::settlement_payer,
                            "payer_account",
                            SearchAmount::settlements,
                            SearchReference::settlements,
                            std::nullopt,
                            WordsOf::settlement_names,
                            true};
constexpr Table orders{"order",
                       Scope::orders_read,
                       SearchKey::order_client_id,
                       SearchKey::order_end_to_end_id,
                       std::nullopt,
                       SearchKey::order_creditor,
                       "creditor_account",
                       SearchAmount::orders,
                       std::nullopt,
                       WordsOf::order_references,
                       WordsOf::order_names,
                       false};

class Searcher {
  public:
    Searcher(Session& s, TenantId tenant, const SearchQuery& query, std::size_t limit)
        : s_(s), tenant_(tenant), query_(query), limit_(limit) {}

    // Strongest first: what is found again keeps its reason.
    Step<SearchFinds> find_in(const Table& table) {
        SearchFinds finds(limit_);
        co_await add_key(finds, table.client_id, query_.lower, "client_id");
        co_await add_key(finds, table.end_to_end_id,
                         table.canonical_ids ? query_.end_to_end_id : query_.lower,
                         "end_to_end_id");
        co_await add_key(finds, table.uetr, query_.lower, "uetr");
        co_await add_key(finds, table.other_account, query_.account, table.other_account_word);
        if (table.reference && !query_.reference.empty())
            add(finds,
                co_await store::references_from(s_, tenant_, *table.reference, query_.reference,
                                                search_rows_max),
                "reference");
        if (table.reference_words && !query_.reference.empty())
            add(finds,
                co_await store::words_from(s_, tenant_, *table.reference_words, query_.reference,
                                           search_rows_max),
                "reference");
        if (table.amount)
            co_await add_amounts(finds, *table.amount);
        if (table.names)
            co_await add_names(finds, *table.names);
        co_return finds;
    }

    Step<> add_key(SearchFinds& finds, std::optional<SearchKey> key, std::string value,
                   std::string_view matched_on) {
        if (!key || value.empty())
            co_return;
        const auto ids = co_await store::newest_with(s_, tenant_, *key, value, limit_ + 1);
        for (const std::int64_t id : ids)
            finds.add(id, matched_on);
    }

  private:
    static void add(SearchFinds& finds, const store::Beginnings& found,
                    std::string_view matched_on) {
        for (const store::Beginnings::Row& row : found.rows)
            finds.add(row.id, matched_on, row.exact);
        if (found.limit_reached)
            finds.has_more();
    }

    Step<> add_amounts(SearchFinds& finds, SearchAmount which) {
        // Currencies with other decimals may be in between.
        const std::size_t rows_max = 4 * (limit_ + 1);
        for (const SoughtAmount& amount : query_.amounts) {
            const auto found =
                co_await store::newest_of_amount(s_, tenant_, which, amount.minor, rows_max);
            for (const store::OfAmount& each : found)
                if (amount.fits(each.currency))
                    finds.add(each.id, "amount");
            if (found.size() == rows_max)
                finds.has_more();
        }
    }

    // Those that have a word for each of the text; exact: each is whole.
    Step<> add_names(SearchFinds& finds, WordsOf kind) {
        std::map<std::int64_t, bool> common; // exact so far
        bool is_first = true;
        for (const std::string& word : query_.words) {
            const auto found = co_await store::words_from(s_, tenant_, kind, word, search_rows_max);
            if (found.limit_reached)
                finds.has_more();
            std::map<std::int64_t, bool> next;
            for (const store::Beginnings::Row& row : found.rows) {
                const auto before = common.find(row.id);
                if (is_first || before != common.end())
                    next[row.id] = next[row.id] || (row.exact && (is_first || before->second));
            }
            common = std::move(next);
            is_first = false;
        }
        for (const auto& [id, exact] : common)
            finds.add(id, "name", exact);
    }

    Session& s_;
    TenantId tenant_;
    const SearchQuery& query_;
    std::size_t limit_;
};

std::string client_id_of(const domain::Payment& payment) {
    return payment.client_id;
}
std::string client_id_of(const domain::Settlement&) {
    return "";
}
std::string client_id_of(const domain::Order& order) {
    return order.client_id;
}
Instant time_of(const domain::Payment& payment) {
    return payment.registered_at;
}
Instant time_of(const domain::Settlement& settlement) {
    return settlement.received_at;
}
Instant time_of(const domain::Order& order) {
    return order.created_at;
}

// Of payments, settlements and orders. What was purged since it was found is left out.
template <class T>
void add_hits(SearchResult& result, std::string_view kind, const SearchFinds& finds,
              const std::vector<T>& rows) {
    for (const Find& find : finds.shown()) {
        const auto row =
            std::ranges::find(rows, find.id, [](const T& each) { return each.id.value; });
        if (row != rows.end())
            result.hits.push_back({std::string(kind), to_string(row->id), client_id_of(*row),
                                   find.matched_on, find.exact, row->amount,
                                   std::string(token(row->status)), time_of(*row),
                                   sentence_of(*row)});
    }
    if (finds.more())
        result.more.emplace_back(kind);
}

std::vector<std::int64_t> shown_ids(const SearchFinds& finds) {
    std::vector<std::int64_t> ids;
    for (const Find& find : finds.shown())
        ids.push_back(find.id);
    return ids;
}

// What others may have given it: as it was written, in small letters, in capitals.
std::set<std::string> spellings(const SearchQuery& query) {
    std::string capitals = query.lower;
    std::ranges::transform(capitals, capitals.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return {query.text, query.lower, std::move(capitals)};
}

Step<> add_transactions(Session& s, TenantId tenant, const SearchQuery& query, SearchFinds& finds) {
    for (const store::ConnectorRow& connector : co_await store::list_connectors(s, tenant))
        for (const std::string& text : spellings(query)) {
            const auto known =
                co_await store::find_bank_transaction(s, tenant, connector.id, text, true);
            if (known && known->subject != 0)
                finds.add(known->subject, "transaction_id");
        }
}

// "pay_1K3ZQ5T8M0XV2": three letters, "_", and 13 more.
bool is_id_of_ours(std::string_view text) {
    constexpr std::size_t prefix = 3;
    return text.size() > prefix && text[prefix] == '_' &&
           decode_id(text.substr(0, prefix), text).has_value();
}

class AllKinds {
  public:
    AllKinds(Session& s, TenantId tenant, ScopeSet scopes, const SearchQuery& query,
             std::size_t limit)
        : s_(s), tenant_(tenant), scopes_(scopes), query_(query), limit_(limit),
          searcher_(s, tenant, query, limit) {}

    Step<SearchResult> run() {
        co_await add_ours();
        if (scopes_.has(payments.scope))
            co_await add_payments();
        if (scopes_.has(settlements.scope))
            co_await add_settlements();
        if (scopes_.has(orders.scope))
            co_await add_orders();
        if (scopes_.has(Scope::returns_read))
            co_await add_returns();
        if (scopes_.has(Scope::links_read))
            co_await add_links();
        co_return std::move(result_);
    }

  private:
    // A thing by an id of ours, of whatever kind, as its timeline calls it.
    Step<> add_ours() {
        if (!is_id_of_ours(query_.text))
            co_return;
        const Timeline timeline = co_await read_timeline(s_, tenant_, scopes_, query_.text);
        if (!timeline.is_found || timeline.subject.id != query_.text)
            co_return;
        SearchHit hit{timeline.subject.kind,
                      query_.text,
                      timeline.subject.client_id,
                      "id",
                      true,
                      std::nullopt,
                      "",
                      Instant{},
                      timeline.subject.sentence};
        const auto first = std::ranges::find(timeline.entries, query_.text, &TimelineEntry::id);
        if (first != timeline.entries.end())
            hit.at = Instant{first->place.at_us};
        result_.hits.push_back(std::move(hit));
    }

    Step<> add_payments() {
        SearchFinds finds = co_await searcher_.find_in(payments);
        if (!query_.account.empty())
            for (const domain::Payment& payment : co_await store::list_payments(
                     s_, tenant_, {"", query_.account}, INT64_MAX, limit_ + 1))
                finds.add(payment.id.value, "account");
        add_hits(result_, payments.kind, finds,
                 co_await store::find_existing_payments(s_, tenant_, shown_ids(finds)));
    }

    Step<> add_settlements() {
        SearchFinds finds = co_await searcher_.find_in(settlements);
        co_await add_transactions(s_, tenant_, query_, finds);
        if (!query_.account.empty())
            for (const domain::Settlement& settlement : co_await store::list_settlements(
                     s_, tenant_, {"", query_.account}, INT64_MAX, limit_ + 1))
                finds.add(settlement.id.value, "account");
        add_hits(result_, settlements.kind, finds,
                 co_await store::find_existing_settlements(s_, tenant_, shown_ids(finds)));
    }

    Step<> add_orders() {
        const SearchFinds finds = co_await searcher_.find_in(orders);
        add_hits(result_, orders.kind, finds,
                 co_await store::find_existing_orders(s_, tenant_, shown_ids(finds)));
    }

    Step<> add_returns() {
        SearchFinds finds(limit_);
        co_await searcher_.add_key(finds, SearchKey::return_client_id, query_.lower, "client_id");
        co_await searcher_.add_key(finds, SearchKey::return_end_to_end_id, query_.text,
                                   "end_to_end_id");
        for (const Find& find : finds.shown()) {
            const auto row = co_await store::find_return(s_, tenant_, ReturnId{find.id});
            if (row)
                result_.hits.push_back({"return", to_string(row->id), row->client_id,
                                        find.matched_on, true, std::nullopt,
                                        std::string(token(row->status)), row->created_at,
                                        sentence_of(*row)});
        }
        if (finds.more())
            result_.more.emplace_back("return");
    }

    Step<> add_links() {
        SearchFinds finds(limit_);
        co_await searcher_.add_key(finds, SearchKey::link_client_id, query_.lower, "client_id");
        if (const auto iban = parse_iban(query_.text))
            co_await searcher_.add_key(finds, SearchKey::link_iban, *iban, "account");
        for (const Find& find : finds.shown()) {
            const auto row = co_await store::find_link(s_, tenant_, LinkId{find.id});
            if (row)
                result_.hits.push_back({"link", to_string(row->id), row->client_id, find.matched_on,
                                        true, std::nullopt, std::string(token(row->status)),
                                        row->created_at, sentence_of(*row)});
        }
        if (finds.more())
            result_.more.emplace_back("link");
    }

    Session& s_;
    TenantId tenant_;
    ScopeSet scopes_;
    const SearchQuery& query_;
    std::size_t limit_;
    Searcher searcher_;
    SearchResult result_;
};

} // namespace

Step<SearchResult> search_all(Session& s, TenantId tenant, ScopeSet scopes,
                              std::shared_ptr<const SearchQuery> query, std::size_t limit) {
    AllKinds all(s, tenant, scopes, *query, limit);
    co_return co_await all.run();
}

} // namespace settled::api
