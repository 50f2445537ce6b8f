#include "domain/posting.h"

#include "domain/posting_event.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace settled::domain {
namespace {

constexpr std::array facts{PostingFact::taken,     PostingFact::refused,  PostingFact::unclear,
                           PostingFact::absent,    PostingFact::silence,  PostingFact::suspended,
                           PostingFact::sent_back, PostingFact::adjusted, PostingFact::again,
                           PostingFact::dropped};
constexpr std::array kinds{PostingKind::disbursement, PostingKind::repayment,
                           PostingKind::adjustment,   PostingKind::status,
                           PostingKind::link_fields,  PostingKind::link_clear};

TEST(Posting, every_kind_and_status_has_a_token) {
    for (const PostingKind kind : kinds)
        EXPECT_EQ(posting_kind_named(token(kind)), kind);
    EXPECT_EQ(posting_kind_named("payment"), std::nullopt);
    ASSERT_EQ(posting_status_tokens().size(), 8U);
    for (const std::string_view name : posting_status_tokens()) {
        const auto status = posting_status_named(name);
        ASSERT_TRUE(status.has_value()) << name;
        EXPECT_EQ(token(*status), name);
    }
    EXPECT_EQ(posting_status_named("booked"), std::nullopt);
}

struct Row {
    PostingStatus from;
    PostingFact fact;
    std::string_view becomes; // "=": it stays; "!": a review
};

TEST(Posting, the_table_of_transitions) {
    using enum PostingStatus;
    using Fact = PostingFact;
    constexpr std::array rows{
        Row{queued, Fact::taken, "posted"},
        Row{queued, Fact::refused, "needs_review"},
        Row{queued, Fact::unclear, "in_doubt"},
        Row{queued, Fact::suspended, "suspended"},
        Row{queued, Fact::sent_back, "returned"},
        Row{queued, Fact::dropped, "cancelled"},
        Row{queued, Fact::adjusted, "!"},
        Row{in_doubt, Fact::taken, "posted"},
        Row{in_doubt, Fact::absent, "queued"},
        Row{in_doubt, Fact::unclear, "="},
        Row{in_doubt, Fact::silence, "needs_review"},
        Row{in_doubt, Fact::dropped, "!"},
        Row{needs_review, Fact::taken, "posted"},
        Row{needs_review, Fact::again, "queued"},
        Row{needs_review, Fact::dropped, "cancelled"},
        Row{needs_review, Fact::absent, "="},
        Row{posted, Fact::taken, "="},
        Row{posted, Fact::unclear, "="},
        Row{posted, Fact::adjusted, "adjusted"},
        Row{posted, Fact::absent, "!"},
        Row{posted, Fact::refused, "!"},
        Row{posted, Fact::again, "!"},
        Row{posted, Fact::dropped, "!"},
        Row{suspended, Fact::again, "queued"},
        Row{suspended, Fact::sent_back, "returned"},
        Row{suspended, Fact::taken, "!"},
        Row{adjusted, Fact::adjusted, "="},
        Row{adjusted, Fact::taken, "="},
        Row{adjusted, Fact::sent_back, "returned"},
        Row{adjusted, Fact::again, "!"},
        Row{returned, Fact::taken, "!"},
        Row{returned, Fact::sent_back, "="},
        Row{cancelled, Fact::taken, "!"},
        Row{cancelled, Fact::dropped, "="},
    };
    for (const Row& row : rows) {
        const PostingMove move = next(row.from, row.fact);
        const std::string_view becomes = move.step == PostingStep::stay ? "="
                                         : move.step == PostingStep::contradict
                                             ? "!"
                                             : token(move.status);
        EXPECT_EQ(becomes, row.becomes) << token(row.from) << ", " << token(row.fact);
    }
}

// Once it is booked it is never booked again: the only way on is that it is taken back.
TEST(Posting, never_queues_again_what_is_booked) {
    std::set<PostingStatus> reached{PostingStatus::posted};
    for (std::size_t before = 0; before != reached.size();) {
        before = reached.size();
        for (const PostingStatus status : std::set(reached))
            for (const PostingFact fact : facts)
                if (const PostingMove move = next(status, fact); move.step == PostingStep::move)
                    reached.insert(move.status);
    }
    const std::set expected{PostingStatus::posted, PostingStatus::adjusted,
                            PostingStatus::returned};
    EXPECT_EQ(reached, expected);
}

TEST(Posting, names_the_banks_transaction_and_side_in_its_external_id) {
    EXPECT_EQ(external_id_of("tx-1", Leg::credit), "tx-1-CR");
    EXPECT_EQ(external_id_of("tx-1", Leg::debit), "tx-1-DR");
    EXPECT_EQ(external_id_of("tx-1", Leg::credit, 2), "tx-1-CR-2");
    for (const PostingKind kind : kinds)
        EXPECT_NE(has_external_id(kind), looks_first(kind)) << token(kind);
}

TEST(Posting, takes_its_scheme_from_the_bank_or_its_order) {
    EXPECT_EQ(posting_scheme("FasterPayments", ""), "fps");
    EXPECT_EQ(posting_scheme("Chaps", ""), "chaps");
    EXPECT_EQ(posting_scheme("Bacs", ""), "bacs");
    EXPECT_EQ(posting_scheme("Transfer", ""), "fps");
    EXPECT_EQ(posting_scheme("Transfer", "chaps"), "chaps");
    EXPECT_EQ(posting_scheme("Cheque", ""), "");
}

TEST(PostingEvent, repayments_and_failures_are_reported) {
    using enum PostingStatus;
    EXPECT_EQ(event_type_of(PostingKind::repayment, posted), "repayment.posted");
    EXPECT_EQ(event_type_of(PostingKind::repayment, suspended), "repayment.suspended");
    EXPECT_EQ(event_type_of(PostingKind::repayment, returned), "repayment.returned");
    EXPECT_EQ(event_type_of(PostingKind::repayment, adjusted), "repayment.adjusted");
    EXPECT_EQ(event_type_of(PostingKind::repayment, in_doubt), "");
    EXPECT_EQ(event_type_of(PostingKind::disbursement, posted), "");
    for (const PostingKind kind : kinds)
        EXPECT_EQ(event_type_of(kind, needs_review), "posting.failed");
}

TEST(PostingEvent, says_what_it_follows_from) {
    PostingFacts posting;
    posting.id = PostingId{7};
    posting.kind = PostingKind::repayment;
    posting.status = PostingStatus::suspended;
    posting.core_banking = "mambu";
    posting.loan_account_id = "LN-1";
    posting.cause_id = "stl_1";
    posting.external_id = "tx-1-CR";
    posting.amount = {10'000, Currency::parse("GBP").value()};
    posting.scheme = "fps";
    posting.reason_code = "closed";
    posting.reason = "the loan is closed";
    const Event event = posting_event(EventId{1}, repayment_suspended, posting, 2, Instant{0});
    EXPECT_EQ(event.type, "repayment.suspended");
    EXPECT_EQ(event.subject_id, 7);
    EXPECT_EQ(event.version, 2);
    for (const std::string_view part :
         {R"("loan_account_id":"LN-1")", R"("cause_id":"stl_1")", R"("external_id":"tx-1-CR")",
          R"("reason_code":"closed")", R"("status":"suspended")"})
        EXPECT_NE(event.body.find(part), std::string::npos) << part << "\n" << event.body;
}

} // namespace
} // namespace settled::domain
