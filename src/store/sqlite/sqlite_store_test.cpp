// What SQLite's file and directory promise in addition to what every engine does.
#include "store/sqlite/testing.h"
#include "store/test_units.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace settled::store::sqlite {
namespace {

using store::testing::must;
using store::testing::read;
using store::testing::TemporaryDirectory;
using store::testing::write;
using testing::open_store;
using testing::try_open_store;

Unit<void> adds(std::int64_t number) {
    return [number](Session& s) { return add_item(s, number); };
}

TEST(SqliteStore, refuses_a_second_server_on_the_same_directory) {
    TemporaryDirectory directory;
    {
        const auto store = open_store(directory.path());
        const auto second = try_open_store(directory.path());
        ASSERT_FALSE(second.has_value());
        EXPECT_EQ(second.error().code, Code::store_locked);
        must(write<void>(*store, adds(1)));
    }
    const auto after = open_store(directory.path());
    EXPECT_EQ(must(read<std::int64_t>(*after, count_items)), 1);
}

TEST(SqliteStore, refuses_a_file_that_is_no_database) {
    TemporaryDirectory directory;
    std::FILE* file = std::fopen(directory.file("settled.db").c_str(), "w");
    ASSERT_NE(file, nullptr);
    for (int i = 0; i < 500; ++i)
        std::fputs("this is no database ", file);
    std::fclose(file);
    const auto opened = try_open_store(directory.path());
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::store_corrupt);
}

TEST(SqliteStore, keeps_its_directory_to_its_owner) {
    TemporaryDirectory parent;
    const std::string directory = parent.file("data");
    const auto store = open_store(directory);
    const auto mode = std::filesystem::status(directory).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

TEST(SqliteStore, a_directory_that_others_may_enter_is_refused_with_the_command_that_closes_it) {
    using std::filesystem::perms;
    for (const perms more : {perms::group_read, perms::others_exec, perms::group_exec}) {
        TemporaryDirectory directory;
        std::filesystem::permissions(directory.path(), perms::owner_all | more);
        const auto refused = try_open_store(directory.path());
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, Code::not_private);
        EXPECT_NE(refused.error().detail.find("chmod 700 " + directory.path()), std::string::npos);
        EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
        std::filesystem::permissions(directory.path(), perms::owner_all);
        EXPECT_TRUE(try_open_store(directory.path()).has_value());
    }
}

} // namespace
} // namespace settled::store::sqlite
