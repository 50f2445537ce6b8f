// Keys that end, that cannot be used, and that can be used again: published once, whatever the number of nodes.
#include "worker/key_watch.h"

#include "domain/connector.h"
#include "store/queries/keys.h"
#include "wire/json.h"
#include "wire/time.h"
#include "worker/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>

namespace settled::worker {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using units::testing::World;
using worker::testing::Io;
using worker::testing::Node;

const std::string& key_pem() {
    static const std::string pem = crypto::generate_rsa_key_pem();
    return pem;
}

class KeyWatchTest : public ::testing::Test, public World {
  protected:
    // A node with its own view of the same connector.
    struct Watching {
        Watching(KeyWatchTest& test, std::string name, std::string key_file)
            : node(test, test.io_, std::move(name)), file(std::move(key_file)) {
            EXPECT_TRUE(node.join());
            test.put(file);
            load();
        }
        void load() {
            domain::ConnectorSettings settings;
            settings.bank_keys = {(*crypto::software_signer(key_pem()))->public_key_pem()};
            settings.signing_key = "file:" + file;
            settings.bank_key_expires = bank_key_expires;
            cache.load(
                {{{tenant, connector, "bank", "clearbank", domain::to_json(settings), {}}}, {}},
                cache.next_edition());
        }

        Node node;
        std::string file;
        std::string bank_key_expires = {};
        intake::ConnectorCache cache;
        intake::KeyLog log;
        std::vector<OwnCertificate> own;
        std::vector<store::ApiKeyUse> key_uses;
        std::unique_ptr<KeyWatch> watch;
    };

    static void put(const std::string& file) {
        std::ofstream(file, std::ios::trunc) << key_pem();
        ::chmod(file.c_str(), 0600);
    }
    std::string path(const std::string& name) const { return directory() + "/" + name; }
    void begin(Watching& w) {
        w.watch = std::make_unique<KeyWatch>(
            io_.context(),
            KeyWatchDeps{store(), w.node.context, clock(), w.node.membership, w.cache, w.log,
                         [&w] { return std::exchange(w.key_uses, {}); },
                         [&w]() -> Task<std::vector<OwnCertificate>> { co_return w.own; }});
    }
    void look(Watching& w) {
        EXPECT_TRUE(w.node.renew());
        w.node.look();
        w.node.clear_up(); // what an earlier lease of a node held
        w.node.look();
        io_.run(w.watch->run_once());
    }
    std::vector<store::EventRow> events(TenantId whose = tenant) {
        return read<std::vector<store::EventRow>>([whose](store::Session& s) {
            return store::list_events(s, whose, "", std::numeric_limits<std::int64_t>::max(), 100);
        });
    }
    std::vector<std::string> types(TenantId whose = tenant) {
        std::vector<std::string> all;
        for (const store::EventRow& event : events(whose))
            all.insert(all.begin(), event.type);
        return all;
    }
    std::string in_days(int days) {
        return wire::to_rfc3339(now() + std::chrono::days(days) - std::chrono::hours(1));
    }

    Io io_{clock()};
};

TEST_F(KeyWatchTest, publishes_the_end_of_a_key_once_for_each_stage_and_node) {
    Watching first(*this, "first", path("first.pem"));
    Watching second(*this, "second", path("second.pem"));
    begin(first);
    begin(second);
    const std::string end = in_days(40);
    for (Watching* const each : {&first, &second}) {
        each->bank_key_expires = end;
        each->load();
    }
    const auto look_at_all = [&] {
        for (int i = 0; i < 2; ++i) {
            look(first);
            look(second);
        }
    };
    look_at_all();
    EXPECT_THAT(types(), IsEmpty());
    for (const int days : {11, 22, 7}) {
        clock().advance(std::chrono::days(days));
        EXPECT_TRUE(first.node.join());
        EXPECT_TRUE(second.node.join());
        look_at_all();
    }
    EXPECT_THAT(types(), ElementsAre("key.expiring", "key.expiring", "key.expired"));
    const std::string body = events().back().body;
    EXPECT_THAT(body, HasSubstr(R"("connector":"bank","use":"bank_key","fingerprint":")"));
    EXPECT_THAT(body, HasSubstr(R"("expires_at":")" + end + R"(","days_left":29})"));
    EXPECT_THAT(body, HasSubstr(R"("subject":")" + to_string(connector)));

    // After a restart nothing is published again; another end is another key's.
    begin(first);
    look(first);
    EXPECT_EQ(types().size(), 3U);
    first.bank_key_expires = in_days(5);
    first.load();
    look(first);
    EXPECT_THAT(events().front().body, HasSubstr(R"("days_left":5})"));
}

TEST_F(KeyWatchTest, publishes_the_end_of_api_keys_and_of_the_installation_s_certificates) {
    Watching only(*this, "only", path("only.pem"));
    begin(only);
    const ApiKeyId id = new_id<ApiKeyId>();
    write<void>([&](store::Session& s) {
        return store::insert_api_key(s, {tenant, id, "batch", Bytes(32), "sk", "*", now(),
                                         std::nullopt, now() + std::chrono::hours(20)});
    });
    only.own = {{"tls", "ab12", now() + std::chrono::days(6)},
                {"kafka", "ab12", now() + std::chrono::days(6)}};
    look(only);
    look(only);
    ASSERT_EQ(types().size(), 3U);
    std::string bodies;
    for (const store::EventRow& event : events())
        bodies += event.body;
    EXPECT_THAT(bodies, HasSubstr(R"({"connector":null,"use":"api_key","fingerprint":null,)"));
    EXPECT_THAT(bodies, HasSubstr(R"("subject":")" + to_string(id)));
    EXPECT_THAT(bodies, HasSubstr(R"({"connector":null,"use":"tls","fingerprint":"ab12",)"));
    EXPECT_THAT(bodies, HasSubstr(R"("subject":"tls/ab12")"));
    EXPECT_THAT(bodies, HasSubstr(R"({"connector":null,"use":"kafka","fingerprint":"ab12",)"));
    EXPECT_THAT(bodies, HasSubstr(R"("subject":"kafka/ab12")"));
}

TEST_F(KeyWatchTest, publishes_a_key_that_is_away_for_a_minute_once_and_its_return_once) {
    Watching first(*this, "first", path("first.pem"));
    Watching second(*this, "second", path("second.pem"));
    begin(first);
    begin(second);
    const auto pass = [&](std::chrono::seconds time) {
        for (auto passed = 0s; passed < time; passed += 5s) {
            clock().advance(5s);
            look(first);
            look(second);
        }
    };
    pass(10s);
    std::filesystem::remove(first.file);
    first.load(); // it goes on with what it has read
    EXPECT_NE(first.cache.find("bank")->dialect, nullptr);
    pass(55s);
    EXPECT_THAT(types(), IsEmpty());
    pass(10s);
    EXPECT_THAT(types(), ElementsAre("key.unavailable"));
    EXPECT_THAT(events().front().body, HasSubstr(R"("use":"signing_key")"));

    std::filesystem::remove(second.file);
    second.load();
    pass(120s);
    put(first.file);
    first.load();
    pass(60s);
    EXPECT_THAT(types(), ElementsAre("key.unavailable")) << "the second node cannot read it yet";
    put(second.file);
    second.load();
    pass(20s);
    EXPECT_THAT(types(), ElementsAre("key.unavailable", "key.recovered"));
    pass(60s);
    EXPECT_EQ(types().size(), 2U);
}

TEST_F(KeyWatchTest, publishes_nothing_of_a_key_that_was_away_for_less_than_a_minute) {
    Watching only(*this, "only", path("only.pem"));
    begin(only);
    look(only);
    std::filesystem::remove(only.file);
    only.load();
    for (int i = 0; i < 11; ++i) {
        look(only);
        clock().advance(5s);
    }
    put(only.file);
    only.load();
    clock().advance(60s);
    EXPECT_TRUE(only.node.join());
    look(only);
    EXPECT_THAT(types(), IsEmpty());
}

TEST_F(KeyWatchTest, publishes_to_each_tenant_that_the_server_s_key_is_away_and_back) {
    const TenantId other = new_id<TenantId>();
    write<void>(
        [&](store::Session& s) { return store::insert_tenant(s, {other, "other", now()}); });
    Watching only(*this, "only", path("only.pem"));
    begin(only);
    const auto pass = [&](std::chrono::seconds time) {
        for (auto passed = 0s; passed < time; passed += 5s) {
            clock().advance(5s);
            look(only);
        }
    };
    only.own = {{"tls", "ab12", std::nullopt, false}};
    pass(55s);
    EXPECT_THAT(types(), IsEmpty());
    pass(15s);
    EXPECT_THAT(types(), ElementsAre("key.unavailable"));
    EXPECT_THAT(events().front().body,
                HasSubstr(R"({"connector":null,"use":"tls","fingerprint":"ab12",)"));
    EXPECT_THAT(events().front().body, HasSubstr(R"("subject":"tls/ab12")"));
    only.own.front().is_usable = true;
    only.own.front().fingerprint = "cd34";
    pass(30s);
    EXPECT_THAT(types(), ElementsAre("key.unavailable", "key.recovered"));
    EXPECT_THAT(types(other), ElementsAre("key.unavailable", "key.recovered"));
}

TEST_F(KeyWatchTest, keeps_when_an_api_key_was_last_used_and_no_earlier_time) {
    Watching only(*this, "only", path("only.pem"));
    begin(only);
    const ApiKeyId id = new_id<ApiKeyId>();
    write<void>([&](store::Session& s) {
        return store::insert_api_key(
            s, {tenant, id, "batch", Bytes(32), "sk", "*", now(), std::nullopt, std::nullopt});
    });
    const auto used = [&] {
        return read<std::vector<store::ApiKeyRow>>(
                   [](store::Session& s) { return store::list_api_keys(s, tenant); })
            .front()
            .last_used_at;
    };
    look(only);
    EXPECT_EQ(used(), std::nullopt);
    const Instant at{now().us / 60'000'000 * 60'000'000};
    only.key_uses = {{tenant, id, at}};
    look(only);
    EXPECT_EQ(used(), at);
    only.key_uses = {{tenant, id, at - 60s}}; // another node was later
    look(only);
    EXPECT_EQ(used(), at);
}

TEST_F(KeyWatchTest, keeps_to_the_minute_when_a_key_of_the_bank_proved_a_webhook) {
    Watching only(*this, "only", path("only.pem"));
    begin(only);
    const auto uses = [&] {
        return read<std::map<std::string, Instant>>(
            [](store::Session& s) { return store::bank_key_uses(s, tenant, connector); });
    };
    only.log.note(tenant, connector, "ab12", now() + 61s);
    look(only);
    const std::int64_t minute = (now() + 61s).us / 60'000'000 * 60'000'000;
    EXPECT_THAT(uses(), ElementsAre(std::pair<const std::string, Instant>("ab12", {minute})));
    only.log.note(tenant, connector, "ab12", now()); // another node was later
    look(only);
    EXPECT_EQ(uses().at("ab12").us, minute);
}

} // namespace
} // namespace settled::worker
