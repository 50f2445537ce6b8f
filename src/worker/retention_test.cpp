#include "worker/retention.h"

#include "domain/connector.h"
#include "store/queries/inbox.h"
#include "store/testing.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace settled::worker {
namespace {

using store::Session;
using store::Step;
namespace asio = boost::asio;

struct Inbox {
    static constexpr TenantId tenant{1};
    static constexpr ConnectorId connector{5};
    store::testing::TemporaryDirectory directory;
    store::testing::ManualClock clock;
    std::unique_ptr<store::Store> store = store::testing::open_store(directory.path());
    intake::ConnectorCache connectors;

    Inbox() {
        domain::ConnectorSettings settings;
        settings.bank_keys = {};
        settings.retention_days = 15;
        intake::ConnectorList list;
        list.rows = {{tenant, connector, "bank", "clearbank", domain::to_json(settings), {}}};
        connectors.load(list, connectors.next_edition());
    }
    ~Inbox() { store->stop(); }

    void receive(std::int64_t first, int count, Instant at) {
        store::testing::must(store::testing::write<void>(
            *store, [=](Session& s) { return insert(s, first, count, at); }));
    }
    static Step<> insert(Session& s, std::int64_t first, int count, Instant at) {
        for (int i = 0; i < count; ++i)
            co_await store::insert_webhook(
                s, {tenant, WebhookId{first + i}, connector, "T", "", "", "processed", "{}", at});
    }
    std::int64_t left() {
        return store::testing::number_seen_by_another(directory.path(),
                                                      "SELECT count(*) FROM webhook");
    }
    std::int64_t run(Retention& retention) {
        asio::io_context io;
        std::optional<Result<std::int64_t>> released;
        asio::co_spawn(io, retention.run_once(),
                       [&](const std::exception_ptr&, Result<std::int64_t> result) {
                           released = std::move(result);
                       });
        io.run();
        return released.value().value();
    }
};

TEST(Retention, releases_all_that_is_old_however_many_bites_it_takes) {
    Inbox inbox;
    const auto days = [&](int count) { return inbox.clock.now() - std::chrono::days(count); };
    inbox.receive(1, 300, days(16));
    inbox.receive(1000, 20, days(14));
    Retention retention(*inbox.store, inbox.connectors, inbox.clock);
    EXPECT_EQ(inbox.run(retention), 300);
    EXPECT_EQ(inbox.left(), 20);
    EXPECT_EQ(inbox.run(retention), 0);
}

TEST(Retention, drops_figures_of_minutes_after_8_days_and_of_hours_after_400) {
    Inbox inbox;
    const auto days = [&](int count) { return inbox.clock.now() - std::chrono::days(count); };
    for (const int age : {1, 9, 401})
        inbox.receive(age, 1, days(age));
    Retention retention(*inbox.store, inbox.connectors, inbox.clock);
    (void)inbox.run(retention);
    const auto rows = [&](const char* length) {
        return store::testing::number_seen_by_another(
            inbox.directory.path(),
            std::string("SELECT count(*) FROM figure WHERE length = ") + length);
    };
    EXPECT_EQ(rows("60"), 1);
    EXPECT_EQ(rows("3600"), 2);
}

TEST(Retention, a_stopped_retention_begins_nothing) {
    Inbox inbox;
    inbox.receive(1, 300, inbox.clock.now() - std::chrono::days(16));
    Retention retention(*inbox.store, inbox.connectors, inbox.clock);
    retention.stop();
    EXPECT_EQ(inbox.run(retention), 0);
    EXPECT_EQ(inbox.left(), 300);
}

} // namespace
} // namespace settled::worker
