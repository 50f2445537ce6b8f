// The disk fails at its Nth write or sync, for N = 1, 2, … until the whole story runs without
// meeting the fault. Whatever happens, what was reported as committed is there after the files are
// opened again, and what was refused is not.
#include "store/sqlite/connection.h"
#include "store/sqlite/fault_vfs_test.h"
#include "store/sqlite/testing.h"
#include "store/test_units.h"

#include <gtest/gtest.h>

#include <thread>

namespace settled::store::sqlite {
namespace {

using store::testing::must;
using store::testing::read;
using store::testing::TemporaryDirectory;
using store::testing::write;
using testing::open_store;
using testing::try_open_store;
using Call = FaultDisk::Call;

constexpr int items_max = 6;

struct Fault {
    const char* name;
    Call call;
    int rc;
    bool sticky;
};
constexpr Fault faults[] = {
    {"write_error_once", Call::write, SQLITE_IOERR_WRITE, false},
    {"write_error_for_good", Call::write, SQLITE_IOERR_WRITE, true},
    {"disk_full_once", Call::write, SQLITE_FULL, false},
    {"disk_full_for_good", Call::write, SQLITE_FULL, true},
    {"fsync_error_once", Call::sync, SQLITE_IOERR_FSYNC, false},
    {"fsync_error_for_good", Call::sync, SQLITE_IOERR_FSYNC, true},
};

void PrintTo(const Fault& fault, std::ostream* out) {
    *out << fault.name;
}

class SqliteDiskFault : public ::testing::TestWithParam<Fault> {
  protected:
    void TearDown() override {
        FaultDisk::instance().heal();
        FaultDisk::instance().mirror("", "");
    }
    FaultDisk& disk = FaultDisk::instance();
};

Unit<void> adds(std::int64_t number) {
    return [number](Session& s) { return add_item(s, number); };
}

const Statement count_between{"SELECT count(*) FROM tenant WHERE name LIKE 'item %' "
                              "AND id BETWEEN $1 AND $2"};

Step<std::int64_t> count_items_between(Session& s, std::int64_t low, std::int64_t high) {
    const Rows rows = co_await s.run(count_between, low, high);
    co_return rows.front().integer(0);
}

std::int64_t items_between(Store& store, std::int64_t low, std::int64_t high) {
    return must(
        read<std::int64_t>(store, [=](Session& s) { return count_items_between(s, low, high); }));
}

// Copies what the files hold at this moment, as a killed process would leave them.
void copy_files(const std::string& from, const std::string& to) {
    std::filesystem::create_directories(to);
    std::filesystem::permissions(to, std::filesystem::perms::owner_all);
    for (const char* name : {"settled.db", "settled.db-wal"})
        if (std::filesystem::exists(from + "/" + name))
            std::filesystem::copy_file(from + "/" + name, to + "/" + name,
                                       std::filesystem::copy_options::overwrite_existing);
}

// The results that the submitters of items 2 to items_max received.
struct Told {
    std::vector<std::int64_t> committed, refused;
    std::int64_t unknown = 0; // the one whose own fsync failed
};

Told run_story(Store& store, bool sync_fault) {
    Told told;
    for (std::int64_t item = 2; item <= items_max; ++item) {
        const bool could = store.health().can_commit;
        const Result<void> result = write<void>(store, adds(item));
        if (result) {
            told.committed.push_back(item);
            EXPECT_TRUE(could || !sync_fault) << "a unit committed after a failed fsync";
        } else if (sync_fault && could) {
            told.unknown = item;
        } else {
            told.refused.push_back(item);
        }
        // Reading goes on whatever becomes of writing.
        EXPECT_GE(must(read<std::int64_t>(store, count_items)),
                  static_cast<std::int64_t>(told.committed.size()));
    }
    return told;
}

void expect_as_told(const std::string& directory, const Told& told) {
    const auto store = open_store(directory);
    for (const std::int64_t item : told.committed)
        EXPECT_EQ(items_between(*store, item, item), 1) << item << " was reported as committed";
    for (const std::int64_t item : told.refused)
        EXPECT_EQ(items_between(*store, item, item), 0) << item << " was refused";
    must(write<void>(*store, adds(900))); // and it serves again
    const std::int64_t ok = must(Connection::open(directory + "/settled.db", Access::read_only, 64))
                                .number("SELECT count(*) FROM pragma_integrity_check "
                                        "WHERE integrity_check = 'ok'")
                                .value_or(0);
    EXPECT_EQ(ok, 1);
}

TEST_P(SqliteDiskFault, loses_nothing_that_was_reported_as_committed) {
    const Fault fault = GetParam();
    const bool sync_fault = fault.call == Call::sync;
    bool met = true;
    int n = 1;
    for (; met && n < 200; ++n) {
        SCOPED_TRACE(::testing::Message() << fault.name << " at call " << n);
        TemporaryDirectory directory;
        TemporaryDirectory killed;
        open_store(directory.path())->stop();
        Told told;
        disk.fail({fault.call, fault.rc, n, fault.sticky});
        if (auto store = try_open_store(directory.path())) {
            told = run_story(**store, sync_fault);
            if (sync_fault && disk.hit()) {
                EXPECT_FALSE((*store)->health().can_commit);
                EXPECT_EQ(write<void>(**store, adds(800)).error().code, Code::store_unavailable);
            }
            copy_files(directory.path(), killed.path());
        } else {
            EXPECT_TRUE(disk.hit()) << store.error().detail;
        }
        met = disk.hit();
        disk.heal();
        expect_as_told(directory.path(), told);
        if (!told.committed.empty())
            expect_as_told(killed.path(), told);
    }
    EXPECT_GT(n, 4) << "the loop met its fault at several calls";
    EXPECT_LT(n, 200) << "the loop ended in a run without a fault";
}

// The files of a new installation are made while the disk fails.
TEST_P(SqliteDiskFault, a_store_that_could_not_be_made_can_be_made_later) {
    const Fault fault = GetParam();
    bool met = true;
    for (int n = 1; met && n < 3'000; n += n < 10 ? 1 : 37) {
        SCOPED_TRACE(::testing::Message() << fault.name << " at call " << n);
        TemporaryDirectory directory;
        disk.fail({fault.call, fault.rc, n, fault.sticky});
        const bool opened = try_open_store(directory.path()).has_value();
        met = disk.hit();
        EXPECT_TRUE(opened || met);
        disk.heal();
        expect_as_told(directory.path(), {});
    }
    EXPECT_FALSE(met);
}

INSTANTIATE_TEST_SUITE_P(Every, SqliteDiskFault, ::testing::ValuesIn(faults),
                         [](const auto& given) { return std::string(given.param.name); });

class SqliteDisk : public SqliteDiskFault {};

bool comes_true(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    return condition();
}

TEST_F(SqliteDisk, a_full_disk_is_reported_and_recovers_by_itself) {
    TemporaryDirectory directory;
    const auto store = open_store(directory.path());
    disk.fail({Call::write, SQLITE_FULL, 1, true});
    EXPECT_EQ(write<void>(*store, adds(2)).error().code, Code::store_full);
    EXPECT_FALSE(store->health().can_commit);
    EXPECT_FALSE(store->health().reason.empty());
    EXPECT_EQ(must(read<std::int64_t>(*store, count_items)), 0);
    disk.heal();
    // Although no submitter sends anything.
    EXPECT_TRUE(comes_true([&] { return store->health().can_commit; }));
    must(write<void>(*store, adds(3)));
    EXPECT_EQ(items_between(*store, 2, 3), 1);
}

TEST_F(SqliteDisk, whose_fsync_failed_is_not_asked_again) {
    TemporaryDirectory directory;
    TemporaryDirectory killed;
    {
        const auto store = open_store(directory.path());
        must(write<void>(*store, adds(2)));
        disk.fail({Call::sync, SQLITE_IOERR_FSYNC, 1, false}); // the next one would succeed
        EXPECT_FALSE(write<void>(*store, adds(3)).has_value());
        for (std::int64_t item = 4; item < 8; ++item)
            EXPECT_EQ(write<void>(*store, adds(item)).error().code, Code::store_unavailable);
        EXPECT_FALSE(store->health().can_commit);
        EXPECT_EQ(items_between(*store, 2, 8), 1);
    }
    EXPECT_TRUE(std::filesystem::exists(directory.file("settled.db-wal")))
        << "closing did not try to sync what could not be synced";
    const auto store = open_store(directory.path());
    EXPECT_TRUE(store->health().can_commit);
    EXPECT_EQ(items_between(*store, 4, 8), 0);
    EXPECT_EQ(items_between(*store, 2, 2), 1);
    must(write<void>(*store, adds(9)));
}

// A member of a group breaks a constraint, and the disk fails while the others are run alone.
TEST_F(SqliteDisk, whose_fsync_failed_ends_a_group_that_is_run_one_by_one) {
    for (int n = 1; n <= 3; ++n) {
        SCOPED_TRACE(n);
        TemporaryDirectory directory;
        std::vector<std::int64_t> committed;
        {
            const auto store = open_store(directory.path());
            must(write<void>(*store, adds(2)));
            std::promise<void> entered;
            std::latch released{1};
            auto gate = store::testing::Awaited<void>::write(
                *store, [&](Session& s) { return hold_until(s, entered, released); });
            entered.get_future().wait();
            std::vector<store::testing::Awaited<void>> units;
            const std::vector<std::int64_t> items{3, 4, 2, 5, 6};
            for (const std::int64_t item : items)
                units.push_back(store::testing::Awaited<void>::write(*store, adds(item)));
            disk.fail({Call::sync, SQLITE_IOERR_FSYNC, n, false});
            released.count_down();
            must(gate.get());
            for (std::size_t i = 0; i < items.size(); ++i)
                if (units[i].get())
                    committed.push_back(items[i]);
            EXPECT_LT(committed.size(), 4);
            EXPECT_FALSE(store->health().can_commit);
        }
        EXPECT_EQ(committed.size(), static_cast<std::size_t>(n - 1));
        disk.heal();
        const auto store = open_store(directory.path());
        for (const std::int64_t item : committed)
            EXPECT_EQ(items_between(*store, item, item), 1);
    }
}

// Only what was synced survives: the planted bug `synchronous=OFF` loses nearly everything here. The
// engine moves its log into the database when it likes, while the revived store is looked at, too.
TEST_F(SqliteDisk, has_synced_what_was_reported_as_committed) {
    TemporaryDirectory directory;
    TemporaryDirectory durable;
    disk.mirror(directory.path(), durable.path());
    const auto store = open_store(directory.path());
    for (std::int64_t item = 2; item <= 30; ++item) {
        must(write<void>(*store, adds(item)));
        if (item % 7 != 0)
            continue;
        TemporaryDirectory after_power_cut;
        disk.between_syncs([&] { copy_files(durable.path(), after_power_cut.path()); });
        const auto revived = open_store(after_power_cut.path());
        EXPECT_EQ(items_between(*revived, 2, item), item - 1);
    }
}

// Beyond some hundred frames the log is moved into the database: the same must hold around that.
TEST_F(SqliteDisk, survives_a_fault_during_a_checkpoint) {
    for (const bool sync : {false, true}) {
        for (const int n : {1, 2, 3, 100, 400}) {
            if (sync && n > 2) // it syncs the log, then the database
                break;
            SCOPED_TRACE(::testing::Message() << (sync ? "sync " : "write ") << n);
            TemporaryDirectory directory;
            Told told;
            {
                const auto store = open_store(directory.path());
                // Called by the engine between the commit and the checkpoint that follows it.
                store->set_listener([&](const std::vector<TaskNote>&) {
                    disk.fail({sync ? Call::sync : Call::write,
                               sync ? SQLITE_IOERR_FSYNC : SQLITE_IOERR_WRITE, n, false});
                });
                must(write<void>(*store, [](Session& s) {
                    return add_filler_and_note(s, 50, std::string(1'500'000, 'x'));
                }));
                // A busy engine would put the checkpoint off.
                EXPECT_TRUE(comes_true([&] { return disk.hit(); }));
                told = run_story(*store, sync);
                disk.heal();
            }
            expect_as_told(directory.path(), told);
        }
    }
}

} // namespace
} // namespace settled::store::sqlite
