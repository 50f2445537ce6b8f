#include "api/handlers/money_filters.h"

#include "base/id.h"
#include "match/match_fields.h"
#include "store/merged.h"
#include "store/queries/directory.h"
#include "store/queries/money/booked.h"
#include "store/queries/money/catch_ups.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/search.h"
#include "store/queries/money/settlements.h"
#include "wire/time.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace settled::api {

namespace {

using store::SearchAmount;
using store::SearchKey;
using store::Session;
using store::Step;

constexpr std::size_t rows_at_once = 200;
// A payment may be registered this much before the provider's time of its creation.
constexpr auto clock_slack = std::chrono::minutes(10);

Result<Instant> read_time(const net::Request& request, const std::string& name, Instant otherwise) {
    const auto text = request.parameter(name);
    if (!text)
        return otherwise;
    const auto time = wire::parse_rfc3339(*text);
    if (!time)
        return fail(Code::parameter_invalid, name + ": give a time, as 2026-11-26T10:00:00Z");
    return *time;
}

// A value that the canonical form leaves nothing of would be a filter that is none.
Result<std::string> read_canonical(const net::Request& request, std::string_view name,
                                   std::string (*canonical)(std::string_view)) {
    const auto text = request.parameter(name);
    if (!text)
        return std::string();
    std::string value = canonical(*text);
    if (value.empty())
        return fail(Code::parameter_invalid, std::string(name) + ": nothing is left to compare");
    return value;
}

Result<> read_amount(const net::Request& request, MoneyFilter& filter) {
    if (const auto code = request.parameter("currency")) {
        const auto currency = Currency::parse(*code);
        if (!currency)
            return fail(Code::parameter_invalid, "currency: " + currency.error().detail);
        filter.currency = *currency;
    }
    const auto text = request.parameter("amount");
    if (!text)
        return {};
    filter.amounts = sought_amounts(*text);
    if (filter.amounts.empty())
        return fail(Code::parameter_invalid, "amount: give an amount, as 12.34");
    return {};
}

bool is_amount(const MoneyFilter& filter, const Money& amount) {
    if (filter.currency && *filter.currency != amount.currency)
        return false;
    return filter.amounts.empty() ||
           std::ranges::any_of(filter.amounts, [&](const SoughtAmount& sought) {
               return sought.minor == amount.minor && sought.fits(amount.currency);
           });
}

bool is_or_unasked(const std::string& wanted, std::string_view value) {
    return wanted.empty() || wanted == value;
}

// What payments and settlements have in common.
bool fits_fields(const MoneyFilter& filter, const match::MatchFields& fields, const Money& amount,
                 Instant at) {
    return is_or_unasked(filter.account, fields.account) &&
           is_or_unasked(filter.reference, fields.reference) &&
           is_or_unasked(filter.end_to_end_id, fields.end_to_end_id) &&
           is_or_unasked(filter.payer_account, fields.other_account) &&
           is_or_unasked(filter.payer_name, fields.other_name) && is_amount(filter, amount) &&
           at >= filter.from && at < filter.until;
}

Step<std::vector<std::int64_t>> ids_of_amount(Session& s, TenantId tenant, SearchAmount which,
                                              const MoneyFilter& filter, std::int64_t before) {
    std::vector<store::OfAmount> all;
    for (const SoughtAmount& amount : filter.amounts)
        std::ranges::copy(
            co_await store::newest_of_amount(s, tenant, which, amount.minor, rows_at_once, before),
            std::back_inserter(all));
    store::keep_newest(all, rows_at_once);
    std::vector<std::int64_t> ids;
    for (const store::OfAmount& each : all)
        ids.push_back(each.id);
    co_return ids;
}

// The rows below an id, newest first, by the index that passes over the fewest.
class PaymentRows {
  public:
    using Row = domain::Payment;
    PaymentRows(Session& s, TenantId tenant, const MoneyFilter& filter)
        : s_(s), tenant_(tenant), filter_(filter) {}

    Step<std::vector<Row>> below(std::int64_t before) {
        if (!filter_.end_to_end_id.empty())
            return by(SearchKey::payment_end_to_end_id, filter_.end_to_end_id, before);
        if (!filter_.reference.empty())
            return by(SearchKey::payment_reference, filter_.reference, before);
        if (!filter_.payer_account.empty())
            return by(SearchKey::payment_payer, filter_.payer_account, before);
        if (!filter_.payer_name.empty())
            return by(SearchKey::payment_payer_name, filter_.payer_name, before);
        if (!filter_.amounts.empty())
            return by_amount(before);
        return store::list_payments(s_, tenant_, {filter_.status, filter_.account}, before,
                                    rows_at_once);
    }

  private:
    Step<std::vector<Row>> by(SearchKey key, std::string value, std::int64_t before) {
        auto ids =
            co_await store::newest_with(s_, tenant_, key, std::move(value), rows_at_once, before);
        co_return co_await store::find_existing_payments(s_, tenant_, std::move(ids));
    }
    Step<std::vector<Row>> by_amount(std::int64_t before) {
        auto ids = co_await ids_of_amount(s_, tenant_, SearchAmount::payments, filter_, before);
        co_return co_await store::find_existing_payments(s_, tenant_, std::move(ids));
    }

    Session& s_;
    TenantId tenant_;
    const MoneyFilter& filter_;
};

class SettlementRows {
  public:
    using Row = domain::Settlement;
    SettlementRows(Session& s, TenantId tenant, const MoneyFilter& filter)
        : s_(s), tenant_(tenant), filter_(filter) {}

    Step<std::vector<Row>> below(std::int64_t before) {
        if (filter_.waiting)
            return store::list_waiting(s_, tenant_, before, rows_at_once);
        if (!filter_.transaction_id.empty())
            return by_transaction(before);
        if (!filter_.end_to_end_id.empty())
            return by(SearchKey::settlement_end_to_end_id, filter_.end_to_end_id, before);
        if (!filter_.reference.empty())
            return by(SearchKey::settlement_reference, filter_.reference, before);
        if (!filter_.payer_account.empty())
            return by(SearchKey::settlement_payer, filter_.payer_account, before);
        if (!filter_.payer_name.empty())
            return by(SearchKey::settlement_payer_name, filter_.payer_name, before);
        if (!filter_.amounts.empty())
            return by_amount(before);
        return store::list_settlements(s_, tenant_, {filter_.status, filter_.account}, before,
                                       rows_at_once);
    }

  private:
    Step<std::vector<Row>> by(SearchKey key, std::string value, std::int64_t before) {
        auto ids =
            co_await store::newest_with(s_, tenant_, key, std::move(value), rows_at_once, before);
        co_return co_await store::find_existing_settlements(s_, tenant_, std::move(ids));
    }
    Step<std::vector<Row>> by_amount(std::int64_t before) {
        auto ids = co_await ids_of_amount(s_, tenant_, SearchAmount::settlements, filter_, before);
        co_return co_await store::find_existing_settlements(s_, tenant_, std::move(ids));
    }
    Step<std::vector<Row>> by_transaction(std::int64_t before) {
        std::vector<std::int64_t> ids;
        for (const store::ConnectorRow& connector : co_await store::list_connectors(s_, tenant_)) {
            const auto known = co_await store::find_bank_transaction(s_, tenant_, connector.id,
                                                                     filter_.transaction_id, true);
            if (known && known->subject != 0 && known->subject < before)
                ids.push_back(known->subject);
        }
        co_return co_await store::find_existing_settlements(s_, tenant_, std::move(ids));
    }

    Session& s_;
    TenantId tenant_;
    const MoneyFilter& filter_;
};

// Payments by their creation, newest first: a time alone says nothing of their ids, since a payment may be registered
// long after it was created.
class CreatedPayments {
  public:
    using Row = domain::Payment;
    CreatedPayments(Session& s, TenantId tenant, const MoneyFilter& filter)
        : s_(s), tenant_(tenant), filter_(filter) {}

    // Whether the filter asks for times, and for nothing that has an index which passes over fewer.
    static bool serves(const MoneyFilter& filter) {
        return filter.has_times() && filter.end_to_end_id.empty() && filter.reference.empty() &&
               filter.payer_account.empty() && filter.payer_name.empty() && filter.amounts.empty();
    }

    Step<FilteredPage<Row>> read(Page page) {
        FilteredPage<Row> found;
        store::CreatedPlace place = co_await begin_of(page);
        for (std::size_t seen = 0; seen < filtered_rows_max;) {
            auto some = co_await store::list_payments_by_creation(s_, tenant_, filter_.from, place,
                                                                  rows_at_once);
            for (Row& row : some) {
                place = {row.created_at, row.id.value};
                if (!fits(filter_, row))
                    continue;
                found.rows.push_back(std::move(row));
                if (found.rows.size() == page.limit) {
                    found.last = place.id;
                    co_return found;
                }
            }
            if (some.size() < rows_at_once)
                co_return found;
            seen += some.size();
        }
        found.last = place.id;
        co_return found;
    }

  private:
    // After the page's cursor. The payment that it names may have been purged since: then from a place that cannot be
    // after it, so that a payment may come twice but none is left out.
    Step<store::CreatedPlace> begin_of(Page page) {
        if (page.before == Page().before)
            co_return store::CreatedPlace{filter_.until, 0};
        const auto last = co_await store::find_payment(s_, tenant_, PaymentId{page.before});
        if (last)
            co_return store::CreatedPlace{last->created_at, last->id.value};
        const Instant latest = time_of_id(page.before) + clock_slack;
        co_return store::CreatedPlace{std::min(filter_.until, latest), 0};
    }

    Session& s_;
    TenantId tenant_;
    const MoneyFilter& filter_;
};

// Below this id all are older than the filter wants.
std::int64_t lowest_id(const MoneyFilter& filter) {
    const bool has_time = filter.from.us > std::chrono::microseconds(clock_slack).count();
    return has_time ? first_id_at(filter.from - clock_slack) : 0;
}

// From this id on all are newer than the filter of settlements wants: an id is minted soon after the arrival.
std::int64_t end_id(const MoneyFilter& filter) {
    const bool has_time = filter.until != MoneyFilter().until;
    return has_time ? first_id_at(filter.until + clock_slack) : Page().before;
}

template <class Rows>
Step<FilteredPage<typename Rows::Row>> read_filtered(Rows rows, const MoneyFilter& filter,
                                                     Page page) {
    FilteredPage<typename Rows::Row> read;
    const std::int64_t lowest = lowest_id(filter);
    std::int64_t before = page.before;
    for (std::size_t seen = 0; seen < filtered_rows_max;) {
        auto some = co_await rows.below(before);
        const std::size_t found = some.size();
        std::ranges::sort(some, std::greater{}, [](const auto& row) { return row.id.value; });
        for (auto& row : some) {
            before = row.id.value;
            if (before < lowest)
                co_return read;
            if (!fits(filter, row))
                continue;
            read.rows.push_back(std::move(row));
            if (read.rows.size() == page.limit) {
                read.last = before;
                co_return read;
            }
        }
        if (found < rows_at_once)
            co_return read;
        seen += found;
    }
    read.last = before;
    co_return read;
}

} // namespace

bool MoneyFilter::is_detailed() const {
    return !reference.empty() || !end_to_end_id.empty() || !transaction_id.empty() ||
           !institution.empty() || !payer_account.empty() || !payer_name.empty() ||
           !amounts.empty() || currency || waiting || has_times();
}

bool MoneyFilter::has_times() const {
    const MoneyFilter unasked;
    return from != unasked.from || until != unasked.until;
}

bool fits(const MoneyFilter& filter, const domain::Payment& payment) {
    return is_or_unasked(filter.status, token(payment.status)) &&
           is_or_unasked(filter.institution, payment.institution_id) &&
           fits_fields(filter, payment.identity, payment.amount, payment.created_at);
}

bool fits(const MoneyFilter& filter, const domain::Settlement& settlement) {
    return is_or_unasked(filter.status, token(settlement.status)) &&
           is_or_unasked(filter.transaction_id, settlement.transaction_id) &&
           fits_fields(filter, settlement.identity, settlement.amount, settlement.received_at);
}

Result<MoneyFilter> read_money_filter(const net::Request& request, std::string_view times) {
    MoneyFilter filter;
    TRY(filter.account, read_account_filter(request));
    TRY(filter.reference, read_canonical(request, "reference", match::canonical_reference));
    TRY(filter.end_to_end_id,
        read_canonical(request, "end_to_end_id", match::canonical_end_to_end_id));
    filter.transaction_id = request.parameter("transaction_id").value_or("");
    filter.institution = request.parameter("institution").value_or("");
    if (const auto payer = request.parameter("payer")) {
        filter.payer_account = account_sought(*payer);
        if (filter.payer_account.empty()) {
            TRY(filter.payer_name, read_canonical(request, "payer", match::canonical));
        }
    }
    TRY_VOID(read_amount(request, filter));
    TRY(filter.from, read_time(request, std::string(times) + "_after", filter.from));
    TRY(filter.until, read_time(request, std::string(times) + "_before", filter.until));
    return filter;
}

Step<FilteredPage<domain::Payment>> filtered_payments(Session& s, TenantId tenant,
                                                      std::shared_ptr<const MoneyFilter> filter,
                                                      Page page) {
    if (CreatedPayments::serves(*filter)) {
        CreatedPayments payments(s, tenant, *filter);
        co_return co_await payments.read(page);
    }
    co_return co_await read_filtered(PaymentRows(s, tenant, *filter), *filter, page);
}

Step<FilteredPage<domain::Settlement>>
filtered_settlements(Session& s, TenantId tenant, std::shared_ptr<const MoneyFilter> filter,
                     Page page) {
    page.before = std::min(page.before, end_id(*filter));
    co_return co_await read_filtered(SettlementRows(s, tenant, *filter), *filter, page);
}

} // namespace settled::api
