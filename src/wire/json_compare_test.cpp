#include "wire/json_compare.h"

#include <gmock/gmock.h>

namespace settled::wire {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string canonical(std::string_view text) {
    const auto document = JsonDocument::parse(text);
    return canonical_json(document.value().root());
}

std::vector<std::string> differing(std::string_view first, std::string_view second,
                                   std::size_t most = 10) {
    const auto a = JsonDocument::parse(first);
    const auto b = JsonDocument::parse(second);
    return differing_members(a.value().root(), b.value().root(), most);
}

TEST(JsonCompare, one_text_for_all_ways_of_writing_it) {
    const std::string one = R"({"a":70,"b":[1.5,null,"x y"],"c":{"d":true}})";
    EXPECT_EQ(canonical(one), one);
    EXPECT_EQ(canonical(R"({ "c": {"d":true}, "b": [1.50, null, "x\u0020y"], "a": 70.00 })"), one);
    EXPECT_EQ(canonical(R"({"a":7.0E1,"c":{"d":true},"b":[15e-1,null,"x y"]})"), one);
    for (const char* const zero : {"0", "-0", "0.00", "-0.0", "0E5", "-0e1"})
        EXPECT_EQ(canonical(zero), "0") << zero;
    EXPECT_EQ(canonical("1e400"), "1e400") << "longer than any amount: as it is written";
    EXPECT_EQ(canonical("100"), "100") << "zeros before the point count";
    const auto document = JsonDocument::parse(R"({"id":"e1","a/b":{"at":7,"x":1},"l":[{"id":2}]})");
    const std::vector<std::string> left_out{"/id", "/a~1b/at", "/none"};
    EXPECT_EQ(canonical_json(document->root(), left_out), R"({"a/b":{"x":1},"l":[{"id":2}]})");
}

TEST(JsonCompare, texts_that_say_something_else_have_other_texts) {
    for (const auto& [first, second] : {std::pair{"70", "71"},
                                        {"70", "\"70\""},
                                        {"null", "[]"},
                                        {"[1,2]", "[2,1]"},
                                        {"{}", "[]"},
                                        {"70", "-70"},
                                        {"0.1", "0.01"},
                                        {"\"70\"", "\"70.0\""}})
        EXPECT_NE(canonical(first), canonical(second)) << first << " " << second;
}

TEST(JsonCompare, names_the_members_that_differ) {
    EXPECT_THAT(differing(R"({"a":1,"b":[1,2]})", R"({"b":[1.0,2],"a":1e0})"), IsEmpty());
    EXPECT_THAT(differing(R"({"a":1,"b":{"c":2,"d":3},"e":[1,2]})",
                          R"({"a":2,"b":{"c":2,"x/y":3},"e":[1,3,4]})"),
                ElementsAre("/a", "/b/d", "/b/x~1y", "/e/1", "/e/2"));
    EXPECT_THAT(differing("1", "2"), ElementsAre(""));
    EXPECT_THAT(differing(R"({"a":1,"b":1})", R"({"a":2,"b":2})", 1), ElementsAre("/a"));
}

} // namespace
} // namespace settled::wire
