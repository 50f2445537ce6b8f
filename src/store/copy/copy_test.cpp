// A store copied into another: from SQLite to the engine that the tests run on, and back.
#include "store/copy/copy.h"

#include "store/copy/copy_state.h"
#include "store/copy/copy_tables.h"
#include "store/queries/installation.h"
#include "store/run_with.h"
#include "store/testing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace settled::store {
namespace {

using testing::must;
using testing::number_seen_by_another;
using testing::open_reference_store;
using testing::open_store;
using testing::run_by_another;
using testing::TemporaryDirectory;
using testing::write;

constexpr Instant now{1'800'000'000'000'000};

// Values that are different in each row, with what is hard to carry among them.
std::vector<std::string> texts_of(const CopiedTable& table, std::int64_t number) {
    std::vector<std::string> texts;
    for (const CopiedColumn& column : table.columns)
        texts.push_back(column.kind == Value::Kind::blob
                            ? std::string("\x00\xff\x80", 3) + std::to_string(number)
                            : column.name + " ü " + std::to_string(number));
    return texts;
}

Step<> add_rows(Session& s, const CopiedTable& table, std::int64_t from, std::int64_t to) {
    static const std::set<std::string> may_be_null{"revoked_at", "closed_at", "http_status"};
    for (std::int64_t number = from; number < to; ++number) {
        const auto texts = texts_of(table, number);
        std::vector<Value> values;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const CopiedColumn& column = table.columns[i];
            if (column.kind == Value::Kind::text)
                values.emplace_back(texts[i]);
            else if (column.kind == Value::Kind::blob)
                values.emplace_back(as_bytes(texts[i]));
            else if (may_be_null.contains(column.name) && table.name != "idempotency" &&
                     number % 2 == 0)
                values.emplace_back(std::nullopt);
            else
                values.emplace_back(number % 3 == 0 ? number : -number);
        }
        co_await send_with(s, *table.insert, values);
    }
}

// Another table's rows need no node: a shared store with one is in use.
void fill(Store& store, std::int64_t rows_beyond_bodies, std::int64_t short_rows) {
    for (const CopiedTable& table : copied_tables()) {
        if (table.name == "node")
            continue;
        const auto page = static_cast<std::int64_t>(table.page_rows);
        const std::int64_t rows = page <= 100 ? page + rows_beyond_bodies : short_rows;
        must(write<void>(store,
                         [&table, rows](Session& s) { return add_rows(s, table, 2, 2 + rows); }));
    }
}

Result<CopyReport> copy(Store& from, Store& to, CopyListener listener = {}) {
    if (!listener)
        listener = [](const CopyProgress&) { return true; };
    std::optional<Result<CopyReport>> result;
    const testing::Loop io;
    const auto keep = [](Task<Result<CopyReport>> task,
                         std::optional<Result<CopyReport>>* out) -> Task<> {
        out->emplace(co_await std::move(task));
    };
    boost::asio::co_spawn(*io, keep(copy_store(from, to, now, std::move(listener)), &result),
                          boost::asio::detached);
    io->run();
    return std::move(*result);
}

Result<> may_be_opened(Store& store) {
    std::optional<Result<>> result;
    const testing::Loop io;
    const auto keep = [](Task<Result<>> task, std::optional<Result<>>* out) -> Task<> {
        out->emplace(co_await std::move(task));
    };
    boost::asio::co_spawn(*io, keep(refuse_unfinished_copy(store), &result), boost::asio::detached);
    io->run();
    return std::move(*result);
}

// A SQLite store to copy, and an empty one of the engine that is tested.
struct Pair {
    TemporaryDirectory from_directory, to_directory;
    std::unique_ptr<Store> from = open_reference_store(from_directory.path());
    std::unique_ptr<Store> to = open_store(to_directory.path());

    std::int64_t in_copy(const std::string& sql) const {
        return number_seen_by_another(to_directory.path(), sql);
    }
};

// Goes on for as long as the copy does not write.
bool until_it_writes(const CopyProgress& progress) {
    return progress.phase != CopyPhase::copying;
}

TEST(StoreCopy, has_every_row_with_every_value) {
    const Pair pair;
    fill(*pair.from, 130, 1200); // more than a page of each
    const CopyReport report = must(copy(*pair.from, *pair.to));
    EXPECT_FALSE(report.was_resumed);
    ASSERT_EQ(report.tables.size(), copied_tables().size());
    for (const auto& table : report.tables)
        EXPECT_EQ(pair.in_copy("SELECT count(*) FROM " + table.name),
                  static_cast<std::int64_t>(table.rows));
    EXPECT_EQ(pair.in_copy("SELECT count(*) FROM payment"), 1200);
    EXPECT_EQ(pair.in_copy("SELECT count(*) FROM payment WHERE payee_name = 'payee_name ü 77' AND "
                           "amount_minor = -77"),
              1);
    EXPECT_EQ(pair.in_copy("SELECT count(*) FROM review WHERE closed_at IS NULL"), 600);
    EXPECT_TRUE(may_be_opened(*pair.to).has_value());
}

TEST(StoreCopy, goes_back_to_sqlite) {
    TemporaryDirectory here;
    TemporaryDirectory there;
    const auto from = open_store(here.path());
    const auto to = open_reference_store(there.path());
    fill(*from, 20, 30);
    const CopyReport report = must(copy(*from, *to));
    auto file =
        must(sqlite::Connection::open(there.file("settled.db"), sqlite::Access::read_only, 256));
    EXPECT_EQ(must(file.number("SELECT count(*) FROM webhook")), 120);
    EXPECT_EQ(must(file.number("SELECT count(*) FROM settlement")), 30);
    EXPECT_EQ(report.tables.front().rows, 31) << "the tenants, the first of which was there";
}

TEST(StoreCopy, goes_on_after_every_page_and_writes_no_row_twice) {
    const Pair pair;
    fill(*pair.from, 130, 3);
    int runs = 1;
    auto copied = copy(*pair.from, *pair.to, until_it_writes);
    while (!copied && copied.error().code == Code::shutting_down && runs < 100) {
        EXPECT_EQ(may_be_opened(*pair.to).error().code, Code::copy_unfinished);
        copied = copy(*pair.from, *pair.to, until_it_writes);
        ++runs;
    }
    ASSERT_TRUE(copied.has_value()) << copied.error().detail;
    EXPECT_TRUE(copied->was_resumed);
    int pages = 0; // one of each table with rows, three of those with bodies
    for (const CopiedTable& table : copied_tables())
        pages += table.name == "node" ? 0 : table.page_rows <= 100 ? 3 : 1;
    EXPECT_EQ(runs, pages + 1);
    EXPECT_EQ(pair.in_copy("SELECT count(*) FROM event"), 230);
    EXPECT_TRUE(may_be_opened(*pair.to).has_value());
}

TEST(StoreCopy, a_continued_copy_counts_the_rows_written_before_and_ends) {
    const Pair pair;
    fill(*pair.from, 130, 3);
    std::vector<CopyProgress> told; // the last of each run's writing
    const auto run = [&] {
        told.emplace_back();
        return copy(*pair.from, *pair.to, [&](const CopyProgress& progress) {
            if (progress.phase == CopyPhase::copying)
                told.back() = progress;
            return until_it_writes(progress);
        });
    };
    auto copied = run();
    while (!copied && copied.error().code == Code::shutting_down && told.size() < 100)
        copied = run();
    ASSERT_TRUE(copied.has_value()) << copied.error().detail;
    for (std::size_t i = 1; i + 1 < told.size(); ++i)
        EXPECT_GT(told[i].done, told[i - 1].done) << "run " << i << " in " << told[i].table;
    EXPECT_EQ(told.back().done, told.back().total);
    EXPECT_GT(told.back().total, 0U);
}

TEST(StoreCopy, a_copy_stopped_while_comparing_compares_again) {
    const Pair pair;
    fill(*pair.from, 1, 3);
    const auto stopped = copy(*pair.from, *pair.to, [](const CopyProgress& progress) {
        return progress.phase != CopyPhase::verifying;
    });
    EXPECT_EQ(stopped.error().code, Code::shutting_down);
    EXPECT_EQ(may_be_opened(*pair.to).error().code, Code::copy_unfinished);
    EXPECT_TRUE(must(copy(*pair.from, *pair.to)).was_resumed);
}

TEST(StoreCopy, refuses_a_target_that_holds_something) {
    for (const char* const sql :
         {"INSERT INTO match_key VALUES (1, 1, 1, 1, 1)",
          "INSERT INTO tenant VALUES (2, 'other', 0)",
          "UPDATE book SET version = 1 WHERE name = 'connectors'",
          "INSERT INTO node VALUES (0, 256, 'another', 'all', 0, 0, 0, '', 0)"}) {
        const Pair pair;
        fill(*pair.from, 1, 3);
        run_by_another(pair.to_directory.path(), sql);
        const auto refused = copy(*pair.from, *pair.to);
        ASSERT_FALSE(refused.has_value()) << sql;
        EXPECT_EQ(refused.error().code, Code::copy_target_taken);
        EXPECT_EQ(pair.in_copy("SELECT count(*) FROM payment"), 0);
    }
}

TEST(StoreCopy, refuses_a_target_that_is_a_copy_already) {
    const Pair pair;
    fill(*pair.from, 1, 3);
    must(copy(*pair.from, *pair.to));
    EXPECT_EQ(copy(*pair.from, *pair.to).error().code, Code::copy_target_taken);
}

TEST(StoreCopy, does_not_go_on_when_the_source_has_changed) {
    const Pair pair;
    fill(*pair.from, 1, 3);
    ASSERT_FALSE(copy(*pair.from, *pair.to, until_it_writes).has_value());
    auto file = must(sqlite::Connection::open(pair.from_directory.file("settled.db"),
                                              sqlite::Access::read_write, 256));
    must(file.script("UPDATE payment SET reference = 'another' WHERE id = -2"));
    EXPECT_EQ(copy(*pair.from, *pair.to).error().code, Code::copy_differs);
}

TEST(StoreCopy, finds_a_value_that_is_another_in_the_copy) {
    const Pair pair;
    fill(*pair.from, 1, 3);
    bool is_changed = false;
    const auto differs = copy(*pair.from, *pair.to, [&](const CopyProgress& progress) {
        if (progress.phase == CopyPhase::verifying && !std::exchange(is_changed, true))
            run_by_another(pair.to_directory.path(),
                           "UPDATE payment SET amount_minor = amount_minor + 1 WHERE id = 3");
        return true;
    });
    ASSERT_FALSE(differs.has_value());
    EXPECT_EQ(differs.error().code, Code::copy_differs);
    EXPECT_THAT(differs.error().detail, ::testing::HasSubstr("sum of amount_minor"));
    EXPECT_EQ(may_be_opened(*pair.to).error().code, Code::copy_unfinished);
}

TEST(StoreCopy, gives_back_what_the_last_server_held) {
    const Pair pair;
    must(write<void>(*pair.from, [](Session& s) {
        return add_rows(s, *std::ranges::find(copied_tables(), "endpoint", &CopiedTable::name), 3,
                        4);
    }));
    auto file = must(sqlite::Connection::open(pair.from_directory.file("settled.db"),
                                              sqlite::Access::read_write, 256));
    must(file.script("INSERT INTO task VALUES (3, 1, 'delivery', 1, 3, 'queued', 0, 0, 0, 0, "
                     "123456, 4, 0, 0, 0, 0, 0, 0, '')"));
    must(copy(*pair.from, *pair.to));
    EXPECT_EQ(pair.in_copy("SELECT count(*) FROM task WHERE lease_owner = 0 AND fence = 4"), 1);
}

TEST(StoreCopy, refuses_a_source_that_nodes_use) {
    TemporaryDirectory here;
    TemporaryDirectory there;
    const auto from = open_store(here.path());
    const auto to = open_reference_store(there.path());
    fill(*from, 1, 3);
    const std::string lease = std::to_string(now.us + 1);
    run_by_another(here.path(),
                   "INSERT INTO node VALUES (0, 256, 'host:1', 'all', 0, " + lease + ", 0, '', 0)");
    const auto copied = copy(*from, *to);
    if (!from->is_shared()) { // its lock is proof that there is none; the row is a dead one's
        EXPECT_TRUE(copied.has_value());
        return;
    }
    EXPECT_EQ(copied.error().code, Code::store_locked);
    EXPECT_THAT(copied.error().detail, ::testing::HasSubstr("host:1"));
}

TEST(CopyState, is_read_as_it_was_written) {
    CopyState state;
    state.source.fill(0xa5);
    state.table = "idempotency";
    state.after = {{Value::Kind::integer, -7, {}},
                   {Value::Kind::text, 0, "a\nb"},
                   {Value::Kind::blob, 0, std::string("\0\xff", 2)}};
    const CopyState read = must(decode_copy_state(encode(state)));
    EXPECT_EQ(read.source, state.source);
    EXPECT_EQ(read.table, state.table);
    ASSERT_EQ(read.after.size(), 3);
    EXPECT_EQ(read.after[0].integer, -7);
    EXPECT_EQ(read.after[1].bytes, "a\nb");
    EXPECT_EQ(read.after[2].bytes, std::string("\0\xff", 2));
}

TEST(CopyState, a_damaged_state_is_refused) {
    const std::string digest(64, 'a');
    for (const std::string& text :
         {std::string(), digest, digest.substr(1) + "\npayment\n", digest + "\npayment\nix\n",
          digest + "\npayment\nt0\n", digest + "\npayment\nq00\n", digest + "\npayment\n\n"})
        EXPECT_EQ(decode_copy_state(as_bytes(text)).error().code, Code::store_corrupt) << text;
}

} // namespace
} // namespace settled::store
