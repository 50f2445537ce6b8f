#include "cli/listen/event_line.h"

#include <gtest/gtest.h>

namespace settled::cli {
namespace {

std::string squeezed(std::string line) {
    for (std::size_t at = line.find("   "); at != line.npos; at = line.find("   "))
        line.erase(at, 1);
    return line;
}

TEST(EventLine, says_when_what_whose_how_much_and_why) {
    const struct {
        std::string body;
        std::string line;
    } cases[] = {
        {R"({"type":"settlement.matched","timestamp":"2026-11-26T10:00:01.204Z","subject":"stl_1",)"
         R"("data":{"client_id":"order-1","settlement":{"amount":{"value":"12.34","currency":"GBP"}},)"
         R"("match":{"rank":2,"rule":"e2e+account+amount"}}})",
         "10:00:01Z  settlement.matched  order-1  12.34 GBP  rank 2 e2e+account+amount"},
        {R"({"type":"settlement.ambiguous","timestamp":"2026-11-26T10:00:01.204Z","subject":"stl_1",)"
         R"("data":{"settlement":{"amount":{"value":"5.00","currency":"GBP"}},)"
         R"("candidates":[{"client_id":"a"},{"client_id":"b"}]}})",
         "10:00:01Z  settlement.ambiguous  a, b  5.00 GBP"},
        {R"({"type":"settlement.unmatched","timestamp":"2026-11-26T10:00:01.204Z","subject":"stl_1",)"
         R"("data":{"settlement":{"amount":{"value":"5.00","currency":"GBP"}},)"
         R"("nearest":{"client_id":"order-2","veto":"amount_differs"}}})",
         "10:00:01Z  settlement.unmatched  stl_1  5.00 GBP  amount_differs (order-2)"},
        {R"({"type":"order.rejected","timestamp":"2026-11-26T10:00:01.204Z","subject":"ord_1",)"
         R"("data":{"client_id":"pay-1","amount":{"value":"9.00","currency":"GBP"},)"
         R"("reason_code":"AC04","reason":"closed"}})",
         "10:00:01Z  order.rejected  pay-1  9.00 GBP  AC04 closed"},
        {R"({"type":"test.ping","timestamp":"2026-11-26T10:00:01.204Z","subject":"end_1","data":{}})",
         "10:00:01Z  test.ping  end_1"},
        {R"({"type":"test.ping\u001b[2J","timestamp":"","subject":"","data":{}})",
         "  test.ping?[2J"},
        {"no event", "an event that cannot be read"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(squeezed(event_line(c.body)), c.line);
}

} // namespace
} // namespace settled::cli
