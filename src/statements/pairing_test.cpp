#include "statements/pairing.h"

#include "statements/summary.h"
#include "statements/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace settled::statements {
namespace {

Instant day(int n) { // from Monday, 2026-11-16
    return {make_day(2026, 11, 16)->us + n * day_us};
}

struct E {
    std::int64_t minor;
    int on = 0;
    std::string end_to_end_id = {}, text = {}, transaction_id = {};
};
struct S {
    std::int64_t minor;
    int on = 0;
    std::string end_to_end_id = {}, reference = {}, transaction_id = {};
    std::int64_t second = 36'000; // of the day
};

std::string run(const std::vector<E>& entries, const std::vector<S>& settlements) {
    std::vector<Booked> booked;
    for (const E& e : entries) {
        Entry entry;
        entry.booked = entry.value = day(e.on);
        entry.amount.minor = e.minor;
        entry.end_to_end_id = e.end_to_end_id;
        entry.remittance = e.text;
        entry.bank_reference = e.transaction_id;
        booked.push_back(booked_of(static_cast<std::int64_t>(booked.size()) + 1, entry));
    }
    std::vector<Known> known;
    for (const S& s : settlements) {
        Known one;
        one.id = SettlementId{static_cast<std::int64_t>(known.size()) + 1};
        one.at = {day(s.on).us + s.second * 1'000'000};
        one.minor = s.minor;
        one.transaction_id = s.transaction_id;
        one.end_to_end_id = s.end_to_end_id;
        one.reference = s.reference;
        known.push_back(one);
    }
    std::string text;
    for (const Pairing& p : pair(booked, known)) {
        text += text.empty() ? "" : ", ";
        text += p.verdict == Verdict::linked
                    ? std::to_string(p.settlement.value) + " " + std::string(token(p.rung)) +
                          (p.as_set ? " set" : "")
                    : std::string(token(p.verdict));
    }
    return text;
}

TEST(Pairing, climbs_from_ids_to_texts_and_never_guesses) {
    struct Case {
        const char* what;
        std::vector<E> entries;
        std::vector<S> settlements;
        const char* expected;
    };
    const Case cases[] = {
        {"the bank's id needs no day",
         {{100, 4, "", "", "TX-00001"}},
         {{100, 0, "", "", "TX00001"}},
         "1 transaction_id"},
        {"the bank's id with another amount is no pair",
         {{101, 0, "", "", "TX-00001"}},
         {{100, 0, "", "", "TX00001"}},
         "missing_webhook"},
        {"a counter is no id of the bank",
         {{100, 0, "", "", "T-1"}},
         {{100, 0, "", "", "T1"}},
         "missing_webhook"},
        {"an end-to-end id", {{100, 0, "E2E-0001"}}, {{100, 0, "E2E0001"}}, "1 end_to_end_id"},
        {"an end-to-end id on another day",
         {{100, 2, "E2E-0001"}},
         {{100, 0, "E2E0001"}},
         "missing_webhook"},
        {"a reference", {{100, 0, "", "INV 0007"}}, {{100, 0, "", "INV0007"}}, "1 reference"},
        {"a reference inside a text",
         {{100, 0, "", "FP 20/11 INV 0007 A PAYER"}},
         {{100, 0, "", "INV0007"}},
         "1 reference_within_text"},
        {"a short reference inside a text says nothing",
         {{100, 0, "", "FP 20/11 INV7"}},
         {{100, 0, "", "INV7"}},
         "missing_webhook"},
        {"amount and day alone say nothing", {{100, 0}}, {{100, 0}}, "missing_webhook"},
        {"ids that differ outweigh a reference",
         {{100, 0, "E2E-0001", "INV0007"}},
         {{100, 0, "E2E0002", "INV0007"}},
         "missing_webhook"},
        {"late in the evening it is tomorrow at some banks",
         {{100, 1, "", "INV0007"}},
         {{100, 0, "", "INV0007", "", 79'200}},
         "1 reference"},
        {"in the afternoon it is today",
         {{100, 1, "", "INV0007"}},
         {{100, 0, "", "INV0007", "", 57'600}},
         "missing_webhook"},
        {"what settles at a weekend may be booked on Monday",
         {{100, 7, "", "INV0007"}},
         {{100, 5, "", "INV0007"}},
         "1 reference"},
        {"one settlement for two entries",
         {{100, 0, "", "INV0007"}, {100, 0, "", "INV0007"}},
         {{100, 0, "", "INV0007"}},
         "ambiguous, ambiguous"},
        {"twins",
         {{100, 0, "", "INV0007"}, {100, 0, "", "INV0007"}},
         {{100, 0, "", "INV0007"}, {100, 0, "", "INV0007"}},
         "1 reference set, 2 reference set"},
        {"a weaker rung tells apart what a stronger one could not",
         {{100, 0, "E2E-0001", "INV0007"}, {100, 0, "E2E-0001", "INV0008"}},
         {{100, 0, "E2E0001", "INV0008"}, {100, 0, "E2E0001", "INV0007"}},
         "2 reference, 1 reference"},
        {"what is taken is no rival",
         {{100, 0, "E2E-0001", "INV0007"}, {100, 0, "", "INV0007"}},
         {{100, 0, "E2E0001", "INV0007"}, {100, 0, "", "INV0007"}},
         "1 end_to_end_id, 2 reference"},
    };
    for (const Case& c : cases)
        EXPECT_EQ(run(c.entries, c.settlements), c.expected) << c.what;
}

TEST(Pairing, ids_with_another_amount_are_found_among_what_is_left) {
    Booked entry;
    entry.minor = 101;
    entry.ids = {"TX00001"};
    Known settlement;
    settlement.id = SettlementId{7};
    settlement.minor = 100;
    settlement.transaction_id = "TX00001";
    const auto found = pair_leftovers(std::vector{entry}, std::vector{settlement});
    EXPECT_EQ(found[0].verdict, Verdict::amount_differs);
    EXPECT_EQ(found[0].settlement.value, 7);
    EXPECT_EQ(pair_leftovers(std::vector{entry, entry}, std::vector{settlement})[0].verdict,
              Verdict::missing_webhook);
}

TEST(Pairing, of_an_entry_short_ids_and_charges_are_not_compared) {
    Entry entry;
    entry.transaction_id = "T-1";
    entry.bank_reference = "TX-00001";
    entry.remittance = "INV 0007 (charges 2.50 EUR)";
    const Booked booked = booked_of(1, entry);
    EXPECT_EQ(booked.ids, std::vector<std::string>{"TX00001"});
    EXPECT_EQ(booked.reference, "INV0007");
}

TEST(Pairing, periods_of_statements_that_follow_each_other_have_no_hole_and_no_overlap) {
    EXPECT_EQ(settled_before(day(3)).us, day(4).us - 10'800'000'000); // Thursday: until 21:00
    EXPECT_EQ(settled_before(day(4)).us, day(5).us - 10'800'000'000);
    EXPECT_EQ(settled_before(day(5)).us, settled_before(day(4)).us); // Saturday: may be Monday's
    EXPECT_EQ(settled_before(day(6)).us, settled_before(day(4)).us);
    EXPECT_EQ(settled_before(day(7)).us, day(8).us - 10'800'000'000);
}

// A few values, so that there are rivals.
rc::Gen<Booked> a_booked() {
    return rc::gen::exec([] {
        Booked b;
        b.booked = b.value = day(*rc::gen::inRange(0, 3));
        b.minor = *rc::gen::inRange(1, 3);
        b.end_to_end_id = *rc::gen::element<std::string>("", "EEEEEE1", "EEEEEE2");
        b.reference = *rc::gen::element<std::string>("", "RRRRRR1", "RRRRRR2", "XXRRRRRR1");
        b.ids = {*rc::gen::element<std::string>("T1", "T2", "T3", "T4")};
        return b;
    });
}

rc::Gen<Known> a_known() {
    return rc::gen::exec([] {
        Known k;
        k.at = day(*rc::gen::inRange(0, 3));
        k.minor = *rc::gen::inRange(1, 3);
        k.end_to_end_id = *rc::gen::element<std::string>("", "EEEEEE1", "EEEEEE2");
        k.reference = *rc::gen::element<std::string>("", "RRRRRR1", "RRRRRR2");
        k.transaction_id = *rc::gen::element<std::string>("T1", "T5", "T6", "T7", "");
        return k;
    });
}

std::vector<std::string> verdicts(const std::vector<Booked>& entries,
                                  const std::vector<Pairing>& pairings) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < entries.size(); ++i)
        found.push_back(
            std::to_string(entries[i].number) + std::string(token(pairings[i].verdict)) +
            (pairings[i].as_set ? "set" : std::to_string(pairings[i].settlement.value)));
    std::ranges::sort(found);
    return found;
}

RC_GTEST_PROP(Pairing, order_makes_no_difference_and_nothing_is_used_twice, ()) {
    auto entries = *rc::gen::container<std::vector<Booked>>(a_booked());
    auto settlements = *rc::gen::container<std::vector<Known>>(a_known());
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i].number = static_cast<std::int64_t>(i) + 1;
    for (std::size_t i = 0; i < settlements.size(); ++i)
        settlements[i].id = SettlementId{static_cast<std::int64_t>(i) + 1};
    const auto first = pair(entries, settlements);

    std::set<std::int64_t> used;
    std::int64_t linked_entries = 0;
    std::int64_t linked_settlements = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (first[i].verdict != Verdict::linked)
            continue;
        RC_ASSERT(used.insert(first[i].settlement.value).second);
        linked_entries += entries[i].minor;
        linked_settlements +=
            settlements[static_cast<std::size_t>(first[i].settlement.value) - 1].minor;
    }
    RC_ASSERT(linked_entries == linked_settlements); // so what is left over is the whole difference

    const auto before = verdicts(entries, first);
    std::ranges::reverse(entries);
    std::ranges::reverse(settlements);
    RC_ASSERT(verdicts(entries, pair(entries, settlements)) == before);
}

} // namespace
} // namespace settled::statements
