// The parts of the engine that need no server. The suites are named for the engine anyway.
#include "store/migrations.h"
#include "store/postgres/conninfo.h"
#include "store/postgres/failure.h"
#include "store/postgres/schema.h"
#include "store/postgres/turns.h"
#include "store/postgres/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace settled::store::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr LockName alone(std::int64_t name) {
    return {name, false};
}
constexpr LockName together(std::int64_t name) {
    return {name, true};
}

TEST(PostgresTurns, come_in_the_order_of_asking) {
    Turns turns;
    const std::array wanted{alone(7)};
    for (const std::size_t unit : {3U, 1U, 2U})
        EXPECT_TRUE(turns.ask(unit, wanted));
    EXPECT_TRUE(turns.may_go(3));
    EXPECT_FALSE(turns.may_go(1));
    EXPECT_THAT(turns.leave(3), ElementsAre(1, 2));
    EXPECT_TRUE(turns.may_go(1));
    EXPECT_FALSE(turns.may_go(2));
    EXPECT_THAT(turns.leave(1), ElementsAre(2));
    EXPECT_THAT(turns.leave(2), IsEmpty());
}

TEST(PostgresTurns, are_had_together_by_those_that_share) {
    Turns turns;
    const std::array shared{together(7)};
    const std::array own{alone(7)};
    EXPECT_TRUE(turns.ask(1, shared));
    EXPECT_TRUE(turns.ask(2, shared));
    EXPECT_TRUE(turns.ask(3, own));
    EXPECT_TRUE(turns.ask(4, shared));
    EXPECT_TRUE(turns.may_go(1));
    EXPECT_TRUE(turns.may_go(2));
    EXPECT_FALSE(turns.may_go(3));
    EXPECT_FALSE(turns.may_go(4))
        << "whoever came later does not starve the one who wants it alone";
    (void)turns.leave(1);
    EXPECT_FALSE(turns.may_go(3));
    (void)turns.leave(2);
    EXPECT_TRUE(turns.may_go(3));
    (void)turns.leave(3);
    EXPECT_TRUE(turns.may_go(4));
}

TEST(PostgresTurns, must_be_right_for_every_lock_of_a_unit) {
    Turns turns;
    const std::array both{alone(7), alone(8)};
    const std::array one{alone(8)};
    EXPECT_TRUE(turns.ask(1, one));
    EXPECT_TRUE(turns.ask(2, both));
    EXPECT_FALSE(turns.may_go(2));
    EXPECT_TRUE(turns.may_go(5)) << "who asked for nothing";
    (void)turns.leave(1);
    EXPECT_TRUE(turns.may_go(2));
}

TEST(PostgresTurns, cannot_be_had_alone_by_who_shares_already) {
    Turns turns;
    const std::array shared{together(7)};
    const std::array own{alone(7)};
    EXPECT_TRUE(turns.ask(1, own));
    EXPECT_TRUE(turns.ask(1, shared)) << "it has more than that";
    EXPECT_TRUE(turns.ask(2, shared));
    EXPECT_FALSE(turns.ask(2, own));
}

TEST(PostgresTurns, names_differ_by_everything_that_a_lock_says) {
    const std::vector<Lock> locks{
        Lock::block(TenantId{1}, 5),         Lock::block(TenantId{2}, 5),
        Lock::block(TenantId{1}, 6),         Lock::webhook(TenantId{1}, 5),
        Lock::payment(TenantId{1}, "a"),     Lock::payment(TenantId{1}, "b"),
        Lock::idempotency(TenantId{1}, "a"), Lock::tenants()};
    std::vector<std::int64_t> names;
    for (const Lock& lock : locks) {
        names.push_back(name_of(lock, 1).name);
        names.push_back(name_of(lock, 2).name);
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    EXPECT_EQ(name_of(Lock::endpoints(TenantId{1}), 1).name,
              name_of(Lock::endpoints_shared(TenantId{1}), 1).name);
}

TEST(PostgresText, is_left_alone_when_it_is_fine) {
    std::string mended = "untouched";
    for (const std::string_view fine : {"", "plain", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x92\xB0"}) {
        EXPECT_FALSE(mend_text(fine, mended)) << fine;
        EXPECT_EQ(mended, "untouched");
    }
}

TEST(PostgresText, a_text_that_cannot_be_held_is_replaced_piece_by_piece) {
    struct Case {
        std::string_view given, expected;
    };
    using namespace std::string_view_literals;
    const Case cases[] = {
        {"a\0b"sv, "a\xEF\xBF\xBD"
                   "b"},                                            // NUL
        {"\xFF"sv, "\xEF\xBF\xBD"},                                 // never a byte of UTF-8
        {"ab\xE2\x82"sv, "ab\xEF\xBF\xBD\xEF\xBF\xBD"},             // cut off
        {"\xED\xA0\x80"sv, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, // a surrogate
        {"\xC0\xAF"sv, "\xEF\xBF\xBD\xEF\xBF\xBD"},                 // longer than it must be
        {"\xF4\x90\x80\x80"sv, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xC3\xA4\x80z"sv, "\xC3\xA4\xEF\xBF\xBDz"},
    };
    for (const Case& c : cases) {
        std::string mended;
        EXPECT_TRUE(mend_text(c.given, mended));
        EXPECT_EQ(mended, c.expected);
        EXPECT_FALSE(mend_text(mended, mended)) << "what is mended is fine";
    }
}

TEST(PostgresSchema, is_the_migrations_in_our_words) {
    EXPECT_EQ(in_our_dialect("CREATE TABLE t (a INTEGER NOT NULL, b BLOB, c TEXT) /*narrow*/;"),
              "CREATE TABLE t (a BIGINT NOT NULL, b BYTEA, c TEXT COLLATE \"C\") ;");
    EXPECT_EQ(in_our_dialect("-- CONTEXT, INTEGERS"), "-- CONTEXT, INTEGERS");
    for (const Migration& migration : migrations())
        EXPECT_THAT(in_our_dialect(migration.sql), Not(HasSubstr("/*"))) << migration.name;
}

TEST(PostgresFailure, a_failure_is_borne_by_the_unit_or_connection_that_caused_it) {
    struct Case {
        const char* sqlstate;
        FailureScope trouble;
        Code code;
    };
    constexpr Case cases[] = {
        {"23505", FailureScope::unit, Code::constraint_violated},
        {"22003", FailureScope::unit, Code::constraint_violated},
        {"40001", FailureScope::conflict, Code::store_unavailable},
        {"40P01", FailureScope::conflict, Code::store_unavailable},
        {"40003", FailureScope::lost, Code::store_unavailable},
        {"08007", FailureScope::lost, Code::store_unavailable},
        {"57P01", FailureScope::lost, Code::store_unavailable},
        {"25006", FailureScope::lost, Code::store_unavailable},
        {"57014", FailureScope::unavailable, Code::store_unavailable},
        {"53100", FailureScope::unavailable, Code::store_full},
        {"XX001", FailureScope::unavailable, Code::store_corrupt},
        {"99999", FailureScope::unavailable, Code::store_unavailable},
    };
    for (const Case& c : cases) {
        const Failure failure = failure_of(c.sqlstate, "what the server says");
        EXPECT_EQ(failure.trouble, c.trouble) << c.sqlstate;
        EXPECT_EQ(failure.error.code, c.code) << c.sqlstate;
        EXPECT_FALSE(failure.in_doubt) << "that is for the one who sent the COMMIT to say";
    }
}

std::string value_of(const ConnectionInfo& info, std::string_view keyword) {
    const auto keywords = info.keywords();
    const auto values = info.values();
    for (std::size_t i = 0; keywords[i] != nullptr; ++i)
        if (keywords[i] == keyword)
            return values[i];
    return "(not there)";
}

ConnectionInfo must_parse(const char* url) {
    auto info = ConnectionInfo::parse(Secret(url), Secret());
    EXPECT_TRUE(info.has_value()) << url;
    return std::move(*info);
}

TEST(PostgresUrl, never_shows_its_password) {
    const auto info = must_parse("postgresql://me:hunter2@db1,db2:6000/money");
    EXPECT_EQ(value_of(info, "password"), "hunter2");
    EXPECT_THAT(info.shown(), Not(HasSubstr("hunter2")));
    EXPECT_THAT(info.shown(), HasSubstr("db1,db2"));
    const auto broken =
        ConnectionInfo::parse(Secret("postgresql://me:hunter2@db1:x y/?z=%zz"), Secret());
    ASSERT_FALSE(broken.has_value());
    EXPECT_EQ(broken.error().code, Code::config_invalid);
    EXPECT_THAT(broken.error().detail, Not(HasSubstr("hunter2")));
}

TEST(PostgresUrl, takes_its_password_from_a_file_when_one_is_named) {
    const auto info = ConnectionInfo::parse(Secret("postgresql://me@db1/money"), Secret("hunter2"));
    EXPECT_EQ(value_of(*info, "password"), "hunter2");
}

TEST(PostgresUrl, goes_to_the_host_that_takes_writes_and_keeps_what_was_set) {
    const auto info = must_parse("postgresql://db1,db2/money?connect_timeout=9&"
                                 "target_session_attrs=any&application_name=mine");
    EXPECT_EQ(value_of(info, "target_session_attrs"), "read-write");
    EXPECT_EQ(value_of(info, "connect_timeout"), "9");
    EXPECT_EQ(value_of(info, "application_name"), "mine");
    EXPECT_EQ(value_of(info, "tcp_user_timeout"), "8000");
}

} // namespace
} // namespace settled::store::postgres
