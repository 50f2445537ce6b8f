#include "statements/pages.h"

#include "statements/pairing.h"
#include "statements/text.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace settled::statements {

namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
// Pages of one statement end within a month of one another; the same number later is another year's.
constexpr std::int64_t pages_within_days = 31;

auto rank(const Sheet& s) {
    return std::tuple(s.to.us, s.sequence.value_or(-1), s.page.value_or(-1), s.id.value);
}

// No sum overflows: four numbers of at most 18 digits.
std::optional<std::int64_t> difference_of(std::optional<std::int64_t> opening,
                                          std::optional<std::int64_t> closing, std::int64_t credits,
                                          std::int64_t debits) {
    if (!opening || !closing)
        return std::nullopt;
    return *closing - *opening - credits + debits;
}

bool ends_soon_after(const Sheet& page, const Sheet& next) {
    return page.to <= next.to && next.to.us - page.to.us <= pages_within_days * day_us;
}

bool balances_meet(const Sheet& page, const Sheet& next) {
    return page.closing && next.opening && *page.closing == *next.opening;
}

bool are_numbered(const Sheet& a, const Sheet& b) {
    return a.sequence && b.sequence && *a.sequence == *b.sequence && a.page && b.page;
}

bool is_next_by_number(const Sheet& page, const Sheet& next) {
    return are_numbered(page, next) && *page.page + 1 == *next.page && balances_meet(page, next) &&
           ends_soon_after(page, next);
}

bool is_next_by_balance(const Sheet& page, const Sheet& next) {
    return page.goes_on && next.continues && balances_meet(page, next) &&
           ends_soon_after(page, next) && !are_numbered(page, next);
}

// All statements that are looked at, as chains of pages.
class Chains {
  public:
    Chains(const Sheet& own, std::span<const Sheet> around)
        : sheets_(around.begin(), around.end()) {
        std::erase_if(sheets_, [&](const Sheet& s) { return s.id == own.id; });
        sheets_.push_back(own);
        std::ranges::sort(sheets_, {}, rank);
        next_.assign(sheets_.size(), none);
        previous_.assign(sheets_.size(), none);
        for (std::size_t i = 0; i < sheets_.size(); ++i)
            if (!sheets_[i].message_id.empty())
                join(i, next_of_message(i));
        for (const auto follows : {is_next_by_number, is_next_by_balance})
            for (std::size_t i = 0; i < sheets_.size(); ++i)
                if (next_[i] == none && sheets_[i].message_id.empty())
                    join(i, find_next(i, follows));
    }

    std::size_t size() const { return sheets_.size(); }
    const Sheet& at(std::size_t i) const { return sheets_[i]; }
    std::size_t index_of(StatementId id) const {
        return static_cast<std::size_t>(std::ranges::find(sheets_, id, &Sheet::id) -
                                        sheets_.begin());
    }
    std::size_t before(std::size_t i) const { return previous_[i]; }
    std::size_t after(std::size_t i) const { return next_[i]; }
    std::vector<std::size_t> pages_of(std::size_t i) const {
        while (previous_[i] != none)
            i = previous_[i];
        std::vector<std::size_t> pages;
        for (; i != none; i = next_[i])
            pages.push_back(i);
        return pages;
    }

  private:
    void join(std::size_t page, std::size_t next) {
        if (next == none)
            return;
        next_[page] = next;
        previous_[next] = page;
    }

    std::size_t next_of_message(std::size_t i) const {
        std::size_t best = none;
        for (std::size_t j = 0; j < sheets_.size(); ++j)
            if (sheets_[j].message_id == sheets_[i].message_id && previous_[j] == none &&
                sheets_[j].page.value_or(0) > sheets_[i].page.value_or(0) &&
                (best == none || sheets_[j].page.value_or(0) < sheets_[best].page.value_or(0)))
                best = j;
        return best;
    }

    // The nearest of those that follow, so that equal balances of other days are passed over; never
    // a page from which this one is reached, which balances that return could make.
    std::size_t find_next(std::size_t i, bool (*follows)(const Sheet&, const Sheet&)) const {
        for (std::size_t j = 0; j < sheets_.size(); ++j)
            if (j != i && previous_[j] == none && sheets_[j].message_id.empty() &&
                follows(sheets_[i], sheets_[j]) && !reaches(j, i))
                return j;
        return none;
    }

    bool reaches(std::size_t from, std::size_t to) const {
        while (from != none && from != to)
            from = next_[from];
        return from == to;
    }

    std::vector<Sheet> sheets_; // in the order of rank()
    std::vector<std::size_t> next_, previous_;
};

class Placing {
  public:
    Placing(const Sheet& own, std::span<const Sheet> around)
        : chains_(own, around), own_(chains_.index_of(own.id)), pages_(chains_.pages_of(own_)) {}

    Place run() {
        Place place;
        for (const std::size_t page : pages_)
            place.pages.push_back(chains_.at(page).id);
        place.lacks_pages = lacks_pages(own_);
        place.balance_difference = balance_difference();
        place.asked_from = own().from;
        place.asked_before = settled_before(own().to);
        if (const std::size_t before = chains_.before(own_); before != none)
            follow_page(chains_.at(before), place);
        else if (!place.lacks_pages || !own().continues)
            follow_statement(statement_before(), place);
        if (place.lacks_pages)
            place.asked_from = place.asked_before;
        return place;
    }

  private:
    const Sheet& own() const { return chains_.at(own_); }

    std::optional<std::int64_t> difference_of_all(const std::vector<std::size_t>& pages) const {
        std::int64_t credits = 0;
        std::int64_t debits = 0;
        for (const std::size_t page : pages) {
            if (__builtin_add_overflow(credits, chains_.at(page).credits_minor, &credits) ||
                __builtin_add_overflow(debits, chains_.at(page).debits_minor, &debits))
                return std::nullopt;
        }
        constexpr std::int64_t sums_end = 2'000'000'000'000'000'000;
        if (credits >= sums_end || debits >= sums_end)
            return std::nullopt;
        return difference_of(chains_.at(pages.front()).opening, chains_.at(pages.back()).closing,
                             credits, debits);
    }

    bool lacks_pages(std::size_t sheet) const {
        const std::vector<std::size_t> pages = chains_.pages_of(sheet);
        const Sheet& self = chains_.at(sheet);
        const Sheet& first = chains_.at(pages.front());
        const Sheet& last = chains_.at(pages.back());
        for (const std::size_t page : pages)
            if (!chains_.at(page).is_loaded)
                return true;
        if (self.message_id.empty()) {
            // A page of an earlier day is enough before it, one of a later day after it.
            return (first.continues && !(first.to < self.from)) ||
                   (last.goes_on && !(self.to < last.to));
        }
        bool is_whole = !last.goes_on;
        for (std::size_t i = 0; i < pages.size(); ++i)
            is_whole = is_whole &&
                       chains_.at(pages[i]).page.value_or(1) == static_cast<std::int64_t>(i) + 1;
        return !is_whole && difference_of_all(pages) != 0;
    }

    std::optional<std::int64_t> balance_difference() const {
        if (own().message_id.empty())
            return difference_of(own().opening, own().closing, own().credits_minor,
                                 own().debits_minor);
        // Whether a page's balances are its own or those of the whole is the bank's affair.
        if (lacks_pages(own_) || pages_.front() != own_)
            return std::nullopt;
        return difference_of_all(pages_);
    }

    void follow_page(const Sheet& before, Place& place) const {
        place.previous = before.id;
        place.asked_from = settled_before(before.to);
        if (own().message_id.empty() && before.closing && own().opening)
            place.opening_difference = *own().opening - *before.closing;
    }

    bool is_own_page(std::size_t sheet) const {
        return std::ranges::find(pages_, sheet) != pages_.end();
    }

    // By its number; by its closing balance; else the last one that ended on an earlier day. The
    // order of sheets is that of rank(): of several the last one wins.
    std::size_t statement_before() const {
        std::size_t by_number = none;
        std::size_t by_balance = none;
        std::size_t by_day = none;
        for (std::size_t i = 0; i < chains_.size(); ++i) {
            const Sheet& other = chains_.at(i);
            if (is_own_page(i) || chains_.after(i) != none || own().to < other.to)
                continue;
            if (other.sequence && own().sequence && *own().sequence - *other.sequence == 1)
                by_number = i;
            const bool is_later = other.sequence && own().sequence && *own().sequence != 1 &&
                                  *own().sequence < *other.sequence;
            if (balances_meet(other, own()) && !is_later)
                by_balance = i;
            if (other.to < own().from && (by_day == none || !is_opening_of_a_later(i)))
                by_day = i;
        }
        return by_number != none ? by_number : by_balance != none ? by_balance : by_day;
    }

    // Of several that end on one day the last is the one whose balance no other one opens with.
    bool is_opening_of_a_later(std::size_t sheet) const {
        for (std::size_t i = 0; i < chains_.size(); ++i)
            if (i != sheet && chains_.at(i).to == chains_.at(sheet).to &&
                balances_meet(chains_.at(sheet), chains_.at(i)))
                return true;
        return false;
    }

    void follow_statement(std::size_t before, Place& place) const {
        if (before == none)
            return;
        const Sheet& previous = chains_.at(before);
        place.previous = previous.id;
        // Its first pages may lie before what is looked at.
        place.previous_lacks_pages =
            previous.message_id.empty() ? previous.goes_on : lacks_pages(before);
        // Numbers begin again with 1, in a new year at many banks.
        const bool counts = previous.sequence && own().sequence && *own().sequence != 1;
        if (counts && *own().sequence - *previous.sequence > 1)
            place.sequence_gap = std::pair(*previous.sequence + 1, *own().sequence - 1);
        if (!place.previous_lacks_pages && previous.closing && own().opening)
            place.opening_difference = *own().opening - *previous.closing;
        const bool is_next_number =
            previous.sequence && own().sequence && *own().sequence - *previous.sequence == 1;
        if (is_next_number || balances_meet(previous, own()))
            place.asked_from = settled_before(previous.to);
    }

    Chains chains_;
    std::size_t own_;
    std::vector<std::size_t> pages_;
};

} // namespace

Place place_of(const Sheet& own, std::span<const Sheet> around) {
    return Placing(own, around).run();
}

} // namespace settled::statements
