#include "worker/retention.h"

#include "base/limits.h"
#include "domain/connector.h"
#include "store/money_sums.h"
#include "store/queries/idempotency.h"
#include "store/queries/inbox.h"
#include "store/queries/notifications.h"
#include "store/queries/series.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace settled::worker {

namespace {

namespace asio = boost::asio;
using store::Bite;
using store::Bitten;
using store::Session;
using store::Step;

struct ReleaseOld {
    TenantId tenant;
    ConnectorId connector;
    Instant until;
    Step<Bitten> operator()(Session& s, Bite bite) const {
        return store::release_webhooks(s, tenant, connector, until, bite);
    }
};

struct ReleaseNotifications {
    TenantId tenant;
    ConnectorId connector;
    Instant until;
    Step<Bitten> operator()(Session& s, Bite bite) const {
        return store::release_notifications(s, tenant, connector, until, bite);
    }
};

struct ForgetOld {
    Instant until;
    Step<Bitten> operator()(Session& s, Bite bite) const {
        return store::forget_answers(s, until, bite);
    }
};

struct DropFigures {
    std::chrono::seconds length;
    Instant until;
    Step<Bitten> operator()(Session& s, Bite bite) const {
        return store::drop_old_figures(s, length, until, bite);
    }
};

struct DropMoneySums {
    std::chrono::seconds length;
    Instant until;
    Step<Bitten> operator()(Session& s, Bite bite) const {
        return store::drop_old_money_sums(s, length, until, bite);
    }
};

} // namespace

template <class Take>
Task<Result<std::int64_t>> Retention::take_all(Take take) {
    asio::steady_timer rest(co_await asio::this_coro::executor);
    std::int64_t rows = 0;
    bool more = true;
    while (more && !stopped_) {
        const Bite bite = appetite_.next();
        const auto begin = clock_.steady();
        const auto bitten = co_await store_.write<Bitten>(
            [take, bite](Session& s) { return take(s, bite); }, store::Priority::background);
        if (!bitten)
            co_return std::unexpected(bitten.error());
        const auto time =
            std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - begin);
        appetite_.took(time);
        rows += bitten->rows;
        more = bitten->more;
        if (!more)
            continue;
        rest.expires_after(store::Appetite::rest_after(time));
        boost::system::error_code cancelled;
        co_await rest.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    co_return rows;
}

Task<Result<std::int64_t>> Retention::run_once() {
    std::int64_t released = 0;
    for (const auto& connector : connectors_.all()) {
        const ReleaseOld old{connector->tenant, connector->id, clock_.now() - connector->retention};
        const auto gone = co_await take_all(old);
        if (!gone)
            co_return std::unexpected(gone.error());
        released += *gone;
        if (connector->kind != domain::connector_clearmatch)
            continue;
        const auto notifications =
            co_await take_all(ReleaseNotifications{old.tenant, old.connector, old.until});
        if (!notifications)
            co_return std::unexpected(notifications.error());
    }
    const auto forgotten = co_await take_all(ForgetOld{clock_.now() - limits::idempotency_kept});
    if (!forgotten)
        co_return std::unexpected(forgotten.error());
    const Instant now = clock_.now();
    struct Old {
        std::chrono::seconds length;
        Instant until;
    };
    for (const Old old : {Old{store::minute_row, now - store::minute_rows_kept},
                          Old{store::hour_row, now - store::hour_rows_kept}}) {
        const auto figures = co_await take_all(DropFigures{old.length, old.until});
        if (!figures)
            co_return std::unexpected(figures.error());
        const auto sums = co_await take_all(DropMoneySums{old.length, old.until});
        if (!sums)
            co_return std::unexpected(sums.error());
    }
    co_return released;
}

} // namespace settled::worker
