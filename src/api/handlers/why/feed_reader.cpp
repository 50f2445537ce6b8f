#include "api/handlers/why/feed_reader.h"

#include "api/handlers/why/entries.h"
#include "store/queries/change_feed.h"
#include "store/queries/events.h"
#include "store/queries/feed_places.h"
#include "store/queries/inbox.h"
#include "store/queries/money/matches.h"
#include "store/queries/money/order_feed.h"
#include "store/queries/money/payments.h"
#include "store/queries/money/settlements.h"
#include "store/queries/notifications.h"
#include "store/queries/tasks.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace settled::api {

namespace {

using store::FeedPlace;
using store::Session;
using store::Step;

// Rows are committed a little after their ids were made: so far before a time is begun.
constexpr auto commit_slack = std::chrono::seconds(10);
constexpr std::size_t deliveries_of_event_max = 200;

class RoundReader {
  public:
    RoundReader(Session& s, const FeedQuery& query) : s_(s), query_(query) {
        round_.end = query.from;
    }

    Step<FeedRound> run() {
        for (const FeedKind kind : query_.kinds) {
            of_kind_.emplace_back();
            co_await read(kind, *at(round_.end, kind));
        }
        merge();
        co_return std::move(round_);
    }

  private:
    Step<> read(FeedKind kind, FeedPlace& place) {
        switch (kind) {
        case FeedKind::webhooks:
            return read_webhooks(place);
        case FeedKind::settlements:
            return read_settlements(place);
        case FeedKind::matches:
            return read_matches(place);
        case FeedKind::orders:
            return read_orders(place);
        case FeedKind::notifications:
            return read_notifications(place);
        case FeedKind::events:
            return read_events(place);
        case FeedKind::changes:
            return read_changes(place);
        case FeedKind::deliveries:
            break;
        }
        return read_deliveries(place);
    }

    bool is_of_connector(ConnectorId connector) const {
        return !query_.connector || connector == query_.connector;
    }
    // True: the entry is new enough.
    bool add(FeedKind kind, TimelineEntry entry) {
        if (entry.place.at_us < query_.since.us)
            return false;
        of_kind_.back().push_back({kind, std::move(entry), std::nullopt});
        return true;
    }
    // The entry that was added last is the last one of this row.
    Step<> end_row(FeedKind kind, std::int64_t row) {
        of_kind_.back().back().after =
            co_await store::place_of(s_, query_.tenant, feed_of(kind), row);
    }

    Step<> read_webhooks(FeedPlace& place) {
        const auto page = co_await store::webhooks_after(s_, query_.tenant, place, feed_round_rows);
        place = page.end;
        for (const store::WebhookRow& row : page.rows)
            if (is_of_connector(row.connector) && add(FeedKind::webhooks, entry_of(row)))
                co_await end_row(FeedKind::webhooks, row.id.value);
    }
    Step<> read_settlements(FeedPlace& place) {
        const auto page =
            co_await store::settlements_after(s_, query_.tenant, place, feed_round_rows);
        place = page.end;
        for (const domain::Settlement& row : page.rows)
            if (add(FeedKind::settlements, entry_of(row)))
                co_await end_row(FeedKind::settlements, row.id.value);
    }
    Step<> read_matches(FeedPlace& place) {
        const auto page = co_await store::matches_after(s_, query_.tenant, place, feed_round_rows);
        place = page.end;
        for (const domain::Match& row : page.rows) {
            const auto payment = co_await store::find_payment(s_, query_.tenant, row.payment_id);
            const std::string client_id = payment ? payment->client_id : to_string(row.payment_id);
            if (add(FeedKind::matches, entry_of(row, client_id)))
                co_await end_row(FeedKind::matches, row.id.value);
        }
    }
    Step<> read_orders(FeedPlace& place) {
        const auto page = co_await store::orders_after(s_, query_.tenant, place, feed_round_rows);
        place = page.end;
        for (const domain::Order& row : page.rows)
            if (is_of_connector(row.connector) && add(FeedKind::orders, entry_of(row)))
                co_await end_row(FeedKind::orders, row.id.value);
    }
    // A notification has the number of its webhook.
    Step<> read_notifications(FeedPlace& place) {
        const auto page = co_await store::webhooks_after(s_, query_.tenant, place, feed_round_rows);
        place = page.end;
        for (const store::WebhookRow& row : page.rows) {
            if (!is_of_connector(row.connector))
                continue;
            const auto notification =
                co_await store::find_notification(s_, query_.tenant, NotificationId{row.id.value});
            if (notification && add(FeedKind::notifications, entry_of(*notification)))
                co_await end_row(FeedKind::notifications, row.id.value);
        }
    }
    Step<> read_events(FeedPlace& place) {
        const auto page =
            co_await store::events_after(s_, query_.tenant, "", place, feed_round_rows);
        place = page.end;
        for (const store::EventRow& row : page.rows)
            if (add(FeedKind::events, entry_of(row)))
                co_await end_row(FeedKind::events, row.id.value);
    }
    Step<> read_changes(FeedPlace& place) {
        const auto page = co_await store::changes_after(s_, query_.tenant, place, feed_round_rows);
        place = page.end;
        for (const store::ChangeRow& row : page.rows)
            if (add(FeedKind::changes, entry_of(row)))
                co_await end_row(FeedKind::changes, row.id.value);
    }
    // Those that an event was owed to when it came about, as they stand now.
    Step<> read_deliveries(FeedPlace& place) {
        const auto page =
            co_await store::events_after(s_, query_.tenant, "", place, feed_round_rows);
        place = page.end;
        store::DeliveryFilter filter;
        for (const store::EventRow& row : page.rows) {
            filter.event = row.id.value;
            bool is_shown = false;
            for (const store::TaskRow& task : co_await store::list_deliveries(
                     s_, query_.tenant, filter, INT64_MAX, deliveries_of_event_max)) {
                const bool is_wanted = !query_.endpoint || task.lane_id == query_.endpoint.value;
                is_shown = (is_wanted && add(FeedKind::deliveries, entry_of(task))) || is_shown;
            }
            if (is_shown)
                co_await end_row(FeedKind::deliveries, row.id.value);
        }
    }

    // Always the earliest of those that are next in their kinds.
    void merge() {
        std::vector<std::size_t> next(of_kind_.size(), 0);
        while (true) {
            std::size_t first = of_kind_.size();
            for (std::size_t i = 0; i < of_kind_.size(); ++i) {
                if (next[i] == of_kind_[i].size())
                    continue;
                if (first == of_kind_.size() ||
                    of_kind_[i][next[i]].entry.place < of_kind_[first][next[first]].entry.place)
                    first = i;
            }
            if (first == of_kind_.size())
                return;
            round_.entries.push_back(std::move(of_kind_[first][next[first]++]));
        }
    }

    Session& s_;
    const FeedQuery& query_;
    std::vector<std::vector<FeedEntry>> of_kind_;
    FeedRound round_;
};

} // namespace

Step<FeedPlaces> places_at(Session& s, TenantId tenant, std::vector<FeedKind> kinds,
                           std::optional<Instant> since) {
    FeedPlaces places;
    for (const FeedKind kind : kinds) {
        if (since)
            at(places, kind) = co_await store::place_below(s, tenant, feed_of(kind),
                                                           first_id_at(*since - commit_slack));
        else
            at(places, kind) = co_await store::end_of_feed(s, tenant, feed_of(kind));
    }
    co_return places;
}

Step<Result<FeedPlaces>> known_places(Session& s, TenantId tenant, std::vector<FeedKind> kinds,
                                      FeedPlaces places) {
    for (const FeedKind kind : kinds) {
        const bool is_known = co_await store::is_place(s, tenant, feed_of(kind), *at(places, kind));
        if (!is_known)
            co_return fail(Code::cursor_invalid,
                           "after: nothing stands at this place. It is of another stream, or the "
                           "server was put back to an older copy of its data: begin with since");
    }
    co_return places;
}

Step<FeedRound> read_round(Session& s, std::shared_ptr<const FeedQuery> query) {
    RoundReader reader(s, *query);
    co_return co_await reader.run();
}

} // namespace settled::api
