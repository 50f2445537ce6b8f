#include "demo/told.h"

#include <gtest/gtest.h>

namespace settled::demo {
namespace {

constexpr const char* matched =
    R"({"id":"evt_1","type":"settlement.matched","version":2,"data":{"payment_id":"pay_1","client_id":"order-1",)"
    R"("settlement":{"transaction_id":"t-1"},"match":{"rank":7}}})";
constexpr const char* ambiguous =
    R"({"id":"evt_2","type":"settlement.ambiguous","version":1,"data":{)"
    R"("candidates":[{"payment_id":"pay_1","client_id":"a"},{"payment_id":"pay_2","client_id":"b"}],)"
    R"("settlement":{"transaction_id":"t-1"}}})";

constexpr const char* submitted =
    R"({"id":"evt_3","type":"order.submitted","version":1,"data":{"order_id":"ord_1","client_id":"pay-1"}})";

class ToldTest : public testing::Test {
  protected:
    void tell(const std::string& id, const std::string& body,
              sandbox::Authenticity authenticity = sandbox::Authenticity::verified) {
        sandbox::PartnerRecord record;
        record.path = "/settled";
        record.id = id;
        record.body = body;
        record.authenticity = authenticity;
        records_.add(std::move(record));
        book_.read(records_);
    }

    sandbox::PartnerRecords records_;
    ToldBook book_;
};

TEST_F(ToldTest, an_event_is_found_by_its_transaction) {
    tell("evt_1", matched);
    tell("evt_2", ambiguous);
    ASSERT_NE(book_.find("t-1", "settlement.matched"), nullptr);
    EXPECT_EQ(book_.find("t-1", "settlement.matched")->client_id, "order-1");
    EXPECT_EQ(book_.find("t-1", "settlement.matched")->rank, 7);
    EXPECT_EQ(book_.find("t-1", "settlement.matched")->version, 2);
    EXPECT_EQ(book_.find("t-1", "settlement.ambiguous")->candidates,
              (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(book_.about("t-1").size(), 2U);
    EXPECT_EQ(book_.find("t-2", "settlement.matched"), nullptr);
    EXPECT_EQ(book_.of_type("settlement.matched"), 1U);
}

TEST_F(ToldTest, an_event_of_an_order_is_found_by_the_order) {
    tell("evt_3", submitted);
    tell("evt_1", matched);
    ASSERT_NE(book_.find_of("ord_1", "order.submitted"), nullptr);
    EXPECT_EQ(book_.find_of("ord_1", "order.submitted")->client_id, "pay-1");
    EXPECT_EQ(book_.find_of("ord_1", "order.settled"), nullptr);
    EXPECT_EQ(book_.find_of("ord_2", "order.submitted"), nullptr);
}

TEST_F(ToldTest, a_repetition_is_counted_and_is_no_new_event) {
    tell("evt_1", matched);
    tell("evt_1", matched);
    EXPECT_EQ(book_.events(), 1U);
    EXPECT_EQ(book_.repeated(), 1U);
    EXPECT_EQ(book_.find("t-1", "settlement.matched")->times, 2);
    EXPECT_EQ(book_.changed(), 0U);
}

TEST_F(ToldTest, an_id_with_two_bodies_is_noticed) {
    tell("evt_1", matched);
    tell("evt_1", ambiguous);
    EXPECT_EQ(book_.changed(), 1U);
}

TEST_F(ToldTest, an_unsigned_notification_is_not_believed) {
    tell("evt_1", matched, sandbox::Authenticity::failed);
    tell("evt_2", "no json");
    tell("", matched);
    EXPECT_EQ(book_.not_authentic(), 3U);
    EXPECT_EQ(book_.events(), 0U);
}

} // namespace
} // namespace settled::demo
