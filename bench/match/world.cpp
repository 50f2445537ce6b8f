#include "bench/match/world.h"

#include "bench/match/drafts.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace settled::bench {

namespace {

using std::chrono::microseconds;
using namespace std::chrono_literals;

constexpr std::array<std::string_view, designs> tokens{
    "alone",     "same_amount",    "first_8_equal",   "first_10_equal", "first_15_equal",
    "beginning", "same_reference", "id_is_reference", "twins",          "retry",
    "split",     "merged",         "stranger"};

// Of 1,000 groups of payments.
struct DesignRow {
    Design design;
    unsigned per_mille;
};
constexpr DesignRow design_rows[] = {
    {Design::alone, 760},         {Design::same_amount, 70},
    {Design::first_8_equal, 20},  {Design::first_10_equal, 20},
    {Design::first_15_equal, 20}, {Design::beginning, 15},
    {Design::same_reference, 15}, {Design::id_is_reference, 10},
    {Design::twins, 20},          {Design::retry, 15},
    {Design::split, 6},           {Design::merged, 4},
    {Design::stranger, 25},
};
constexpr unsigned given_up_per_mille = 50; // payments for which no money ever comes
constexpr unsigned settlement_first_per_mille = 20;
constexpr unsigned registered_late_per_mille = 3; // of those that stand alone
constexpr unsigned sent_again_per_mille = 20;     // webhooks and payment events
constexpr microseconds day = 24h;

class Maker {
  public:
    explicit Maker(const WorldOptions& options)
        : options_(options), dice_(options.seed), accounts_(8 + options.settlements / 500) {}

    World make() {
        while (world_.settlements.size() < options_.settlements)
            make_group(any_design());
        std::ranges::sort(world_.facts, {}, [](const Fact& fact) {
            return std::tuple(fact.at, fact.kind, fact.index);
        });
        return std::move(world_);
    }

  private:
    Design any_design() {
        auto left = static_cast<unsigned>(dice_.below(1000));
        for (const DesignRow& row : design_rows) {
            if (left < row.per_mille)
                return row.design;
            left -= row.per_mille;
        }
        return Design::alone;
    }

    // One account is crowded, and most of what it sells has a price from a short list.
    std::string any_account() {
        const std::size_t number = dice_.chance(100) ? 0 : dice_.below(accounts_);
        return "040401000" + std::to_string(10'000 + number);
    }
    Money any_amount(const std::string& account) {
        static constexpr std::int64_t prices[] = {999, 1000, 1234, 1999, 2500, 4999, 5000, 9900};
        const bool listed = dice_.chance(account.ends_with("10000") ? 700 : 150);
        return {listed ? dice_.pick(prices) : dice_.between(100, 200'000),
                Currency::parse("GBP").value()};
    }

    Draft any_draft() {
        Draft draft;
        draft.account = any_account();
        draft.amount = any_amount(draft.account);
        draft.created = start_ + microseconds(dice_.between(0, span().count()));
        fill(draft, dice_);
        return draft;
    }
    // Another payment of the same account, amount and day.
    Draft beside(const Draft& first) {
        Draft draft = any_draft();
        draft.account = first.account;
        draft.amount = first.amount;
        draft.created = first.created + microseconds(dice_.between(0, day.count() / 4));
        return draft;
    }
    microseconds span() const {
        return day * static_cast<std::int64_t>(3 + options_.settlements / 4'000);
    }

    void make_group(Design design) {
        switch (design) {
        case Design::alone:
            return pay_or_give_up(any_draft(), design);
        case Design::same_amount:
            return make_beside(design, 2 + dice_.below(4), [](Draft&, const Draft&) {});
        case Design::first_8_equal:
            return make_prefixed(design, 8);
        case Design::first_10_equal:
            return make_prefixed(design, 10);
        case Design::first_15_equal:
            return make_prefixed(design, 15);
        case Design::beginning:
            return make_beginning();
        case Design::same_reference:
            return make_beside(design, 2, [](Draft& other, const Draft& first) {
                other.texts.reference = first.texts.reference;
            });
        case Design::id_is_reference:
            return make_id_is_reference();
        case Design::twins:
            return make_twins(design, 2 + dice_.below(2), false);
        case Design::retry:
            return make_twins(design, 2, true);
        case Design::split:
            return make_split();
        case Design::merged:
            return make_merged();
        case Design::stranger:
            return make_stranger();
        }
    }

    template <class Change>
    void make_beside(Design design, std::size_t count, const Change& change) {
        const Draft first = any_draft();
        pay_or_give_up(first, design);
        for (std::size_t i = 1; i < count; ++i) {
            Draft other = beside(first);
            change(other, first);
            pay_or_give_up(other, design);
        }
    }
    void make_prefixed(Design design, std::size_t length) {
        const std::string common = dice_.text(capitals_and_digits, length);
        Draft first = any_draft();
        for (std::size_t i = 0, count = 2 + dice_.below(3); i < count; ++i) {
            Draft draft = i == 0 ? first : beside(first);
            draft.texts.reference = common + dice_.text(capitals_and_digits, 2 + dice_.below(12));
            if (dice_.chance(500))
                draft.texts.end_to_end_id.clear();
            pay_or_give_up(draft, design);
        }
    }
    void make_beginning() {
        static constexpr std::size_t lengths[] = {8, 10, 10, 12, 15, 18, 18, 25};
        Draft shorter = any_draft();
        shorter.texts.reference = dice_.text(capitals_and_digits, dice_.pick(lengths));
        Draft longer = beside(shorter);
        longer.texts.reference =
            shorter.texts.reference + dice_.text(capitals_and_digits, 1 + dice_.below(12));
        if (dice_.chance(700))
            shorter.texts.end_to_end_id.clear();
        if (dice_.chance(700))
            longer.texts.end_to_end_id.clear();
        pay_or_give_up(shorter, Design::beginning);
        pay_or_give_up(longer, Design::beginning);
    }
    void make_id_is_reference() {
        Draft first = any_draft();
        first.texts.end_to_end_id = dice_.text(capitals_and_digits, 10);
        if (dice_.chance(500))
            first.texts.reference = first.texts.end_to_end_id;
        Draft other = beside(first);
        other.texts.reference =
            first.texts.end_to_end_id + dice_.text(capitals_and_digits, dice_.below(8));
        other.texts.end_to_end_id.clear();
        pay_or_give_up(first, Design::id_is_reference);
        pay_or_give_up(other, Design::id_is_reference);
    }
    void make_twins(Design design, std::size_t count, bool first_is_given_up) {
        Draft draft = any_draft();
        draft.texts.end_to_end_id.clear();
        draft.texts.uetr.clear();
        for (std::size_t i = 0; i < count; ++i) {
            if (i == 0 && first_is_given_up)
                (void)add_payment(draft, design, {});
            else
                pay(draft, design);
            draft.created = draft.created + microseconds(dice_.between(60'000'000, 7'200'000'000));
        }
    }
    void make_split() {
        Draft draft = any_draft();
        draft.texts.end_to_end_id.clear();
        const std::size_t parts = 2 + dice_.below(2);
        const std::int64_t part = draft.amount.minor / static_cast<std::int64_t>(parts);
        std::vector<Arrival> arrivals;
        for (std::size_t i = 0; i < parts; ++i) {
            auto arrival = arrival_of(draft, Mutation::untouched, dice_);
            const bool last = i + 1 == parts;
            arrival.identity.amount.minor =
                last ? draft.amount.minor - part * static_cast<std::int64_t>(parts - 1) : part;
            arrivals.push_back(arrival);
        }
        const auto index = add_payment(draft, Design::split, {});
        for (const Arrival& arrival : arrivals)
            add_settlement(arrival, {index}, Mutation::untouched, Design::split);
    }
    void make_merged() {
        Draft first = any_draft();
        first.texts.reference = dice_.text(capitals_and_digits, 12);
        first.texts.end_to_end_id.clear();
        first.texts.uetr.clear();
        Draft second = first;
        first.texts.reference += "A";
        second.texts.reference += "B";
        second.amount.minor += dice_.between(1, 5'000);
        Draft together = first;
        together.texts.reference.pop_back();
        together.amount.minor += second.amount.minor;
        const auto arrival = arrival_of(together, Mutation::untouched, dice_);
        const auto a = add_payment(first, Design::merged, {});
        const auto b = add_payment(second, Design::merged, {});
        add_settlement(arrival, {a, b}, Mutation::untouched, Design::merged);
    }
    // Half of it has the amount of a payment that is open on that account.
    void make_stranger() {
        Draft draft = any_draft();
        draft.texts = {};
        draft.texts.reference = strange_reference(dice_);
        draft.texts.payer_name = "Somebody Else";
        draft.texts.payer_account = "99" + dice_.text(digits, 12);
        if (dice_.chance(500) && !world_.payments.empty()) {
            const Payment& open = world_.payments[dice_.below(world_.payments.size())];
            draft.account = open.identity.account;
            draft.amount = open.identity.amount;
            draft.created = open.identity.at;
        }
        add_settlement(arrival_of(draft, Mutation::untouched, dice_), {}, Mutation::untouched,
                       Design::stranger);
    }

    void pay_or_give_up(const Draft& draft, Design design) {
        if (dice_.chance(given_up_per_mille))
            (void)add_payment(draft, design, {});
        else
            pay(draft, design);
    }
    void pay(Draft draft, Design design) {
        const bool as_twin = design == Design::twins || design == Design::retry;
        const Mutation mutation =
            as_twin && dice_.chance(500) ? Mutation::untouched : any_mutation(dice_);
        if (!as_twin)
            tell_bounds(draft, mutation, dice_);
        const auto arrival = arrival_of(draft, mutation, dice_);
        const bool may_be_late = design == Design::alone && dice_.chance(registered_late_per_mille);
        const auto index = add_payment(draft, design, arrival.received, may_be_late);
        add_settlement(arrival, {index}, mutation, design);
        world_.settlements.back().is_registered_late = may_be_late;
    }

    // `received` of its settlement, if it has one.
    std::uint32_t add_payment(const Draft& draft, Design design, Instant received,
                              bool is_late = false) {
        const auto index = static_cast<std::uint32_t>(world_.payments.size());
        Instant told = draft.created + microseconds(dice_.between(50'000, 900'000));
        if (is_late)
            told = received + microseconds(dice_.between(600'000'000, 172'800'000'000));
        else if (received > Instant{} && dice_.chance(settlement_first_per_mille))
            told = received + microseconds(dice_.between(1, options_.watermark.count() - 1'000));
        world_.payments.push_back({registered(draft), told, design, received > Instant{}});
        add_fact(Fact::Kind::payment, told, index);
        return index;
    }
    void add_settlement(const Arrival& arrival, std::vector<std::uint32_t> payments,
                        Mutation mutation, Design design) {
        const auto index = static_cast<std::uint32_t>(world_.settlements.size());
        for (const std::uint32_t payment : payments)
            world_.payments[payment].is_paid = true;
        world_.settlements.push_back(
            {arrival.identity, arrival.received, std::move(payments), mutation, design, false});
        add_fact(Fact::Kind::settlement, arrival.received, index);
    }
    void add_fact(Fact::Kind kind, Instant at, std::uint32_t index) {
        world_.facts.push_back({at, kind, index});
        if (dice_.chance(sent_again_per_mille))
            world_.facts.push_back(
                {at + microseconds(dice_.between(1, 86'400'000'000)), kind, index});
    }

    WorldOptions options_;
    Dice dice_;
    std::size_t accounts_;
    Instant start_{1'780'000'000'000'000};
    World world_;
};

} // namespace

std::string_view token(Design design) {
    return tokens[static_cast<std::size_t>(design)];
}

World make_world(const WorldOptions& options) {
    return Maker(options).make();
}

} // namespace settled::bench
