#include "observe/exposition.h"

#include <gmock/gmock.h>

namespace settled::observe {
namespace {

TEST(Exposition, has_a_line_for_each_sample_below_its_family) {
    Exposition out;
    out.gauge("settled_reviews_open", "Reviews that wait");
    out.sample({{"kind", "a"}, {"by", "b"}}, 3);
    out.gauge("settled_money", "Money");
    out.sample({}, "12.34");
    EXPECT_EQ(std::move(out).text(), "# HELP settled_reviews_open Reviews that wait\n"
                                     "# TYPE settled_reviews_open gauge\n"
                                     "settled_reviews_open{kind=\"a\",by=\"b\"} 3\n"
                                     "# HELP settled_money Money\n"
                                     "# TYPE settled_money gauge\n"
                                     "settled_money 12.34\n");
}

TEST(Exposition, escapes_what_would_end_a_label_or_a_line) {
    Exposition out;
    out.gauge("x", "two\nlines \\ \"quoted\"");
    out.sample({{"name", "a\"b\\c\nd"}}, 1);
    EXPECT_EQ(std::move(out).text(), "# HELP x two\\nlines \\\\ \"quoted\"\n"
                                     "# TYPE x gauge\n"
                                     "x{name=\"a\\\"b\\\\c\\nd\"} 1\n");
}

} // namespace
} // namespace settled::observe
