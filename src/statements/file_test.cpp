#include "statements/file.h"

#include <gtest/gtest.h>

#include <sstream>

namespace settled::statements {
namespace {

const std::string two_accounts =
    ":20:X\n:25:GB57CLRB04040100057354\n:28C:1/1\n:60F:C261119GBP0,00\n"
    ":61:2611201120C1,00NTRFREF-1\n:62F:C261120GBP1,00\n-\n"
    ":20:Y\n:25:4711/00\n:28C:1/1\n:60F:C261119GBP5,00\n:62F:C261120GBP5,00\n-\n";

// What was passed on, a line each.
class Lines final : public Sink {
  public:
    std::string text;
    Result<> begin(const Head& head) override {
        text += "begin " + head.account + "\n";
        return {};
    }
    Result<> entry(const Entry& entry) override {
        text += "entry " + std::to_string(entry.amount.minor) + "\n";
        return {};
    }
    Result<> end(const Tail& /*tail*/) override {
        text += "end\n";
        return {};
    }
};

Result<> no_tick() {
    return {};
}

FileOptions of(std::string_view account) {
    FileOptions options;
    options.account = account;
    return options;
}

TEST(StatementFile, is_summed_up_and_passed_on) {
    std::istringstream in(two_accounts);
    const auto file = summarize_file(in, "a.sta", {}, no_tick);
    ASSERT_TRUE(file) << file.error().detail;
    ASSERT_EQ(file->statements.size(), 2U);
    EXPECT_EQ(file->statements[0].credits, (Side{1, 100}));
    EXPECT_EQ(file->wanted, (std::vector<bool>{true, true}));
    Lines lines;
    ASSERT_TRUE(pass_on_file(in, "a.sta", {}, file->wanted, lines, no_tick));
    EXPECT_EQ(lines.text, "begin GB57CLRB04040100057354\nentry 100\nend\nbegin 4711/00\nend\n");
}

TEST(StatementFile, is_read_for_one_account) {
    std::istringstream in(two_accounts);
    const auto own = summarize_file(in, "a.sta", of("GB57CLRB04040100057354"), no_tick);
    ASSERT_TRUE(own);
    EXPECT_EQ(own->wanted, (std::vector<bool>{true, false}));
    // The account that the file writes in its own way.
    const FileOptions other = of("GB29NWBK60161331926819");
    const auto named = summarize_file(in, "a.sta", other, no_tick);
    ASSERT_TRUE(named) << named.error().detail;
    EXPECT_EQ(named->wanted, (std::vector<bool>{false, true}));
    EXPECT_EQ(named->statements.at(0).head.account, other.account);
}

TEST(StatementFile, is_refused_where_it_has_none_or_too_many_statements) {
    std::istringstream empty("");
    EXPECT_EQ(summarize_file(empty, "a.sta", {}, no_tick).error().code,
              Code::statement_unsupported);
    std::istringstream in(two_accounts);
    FileOptions one;
    one.statements_max = 1;
    EXPECT_EQ(summarize_file(in, "a.sta", one, no_tick).error().code, Code::statement_unsupported);
}

TEST(StatementFile, reading_ends_with_the_error_of_a_tick) {
    std::istringstream in(two_accounts);
    int ticks = 0;
    const auto file = summarize_file(in, "a.sta", {}, [&] -> Result<> {
        if (++ticks == 2)
            return fail(Code::server_busy, {});
        return {};
    });
    EXPECT_EQ(file.error().code, Code::server_busy);
    EXPECT_EQ(ticks, 2);
}

} // namespace
} // namespace settled::statements
