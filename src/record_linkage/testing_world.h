// Made worlds for the tests of this folder: payments of people who pay often, and what banks make
// of them. Names, words and amounts are made up here; the truth is known.
#pragma once

#include "record_linkage/transfers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace settled::record_linkage::testing {

struct World {
    std::uint64_t seed = 1;
    int people = 1000;
    int payments_each = 8; // on average
    int days = 130;
    // What people write.
    double initials = 0.4;  // each name of the payer, for one payment
    double numbered = 0.25; // an invoice or order number of its own
    double monthly = 0.1;   // the same amount and memo every month
    double round = 0.1;     // a popular round amount
    // What becomes of it. Each is a probability, of either side unless it says otherwise.
    double cut = 0.6; // behind `cut_at` characters
    std::size_t cut_at = 18;
    double head_cut = 0.02;
    double mark = 0.5;     // BGC and the like after it
    double prefix = 0.03;  // FROM and the like before it
    double recode = 0.15;  // capitals, accents gone, PAYMENT to PYMT
    double shorten = 0.05; // names to initials, at the destination
    double drop_word = 0.1;
    double typing = 0.02;
    double blank = 0.01; // at the destination
    // Money and time.
    double equal = 0.4; // else a fee or an exchange rate
    double rate_spread = 0.02;
    double fixed_fee = 0.1;
    double late = 0.1; // up to 21 days; else up to 3
    double origins_missing = 0;
    double destinations_missing = 0;
    double ids = 0; // an end-to-end id that survives
    int accounts = 0;
    bool several_currencies = false;
};

class WorldMaker {
  public:
    explicit WorldMaker(const World& world) : world_(world), random_(world.seed) { make(); }

    const std::string& origins() const { return origins_; }
    const std::string& destinations() const { return destinations_; }
    const std::string& truth() const { return truth_; }

  private:
    bool chance(double p) { return static_cast<double>(random_() >> 11U) * 0x1p-53 < p; }
    std::size_t below(std::size_t bound) { return random_() % bound; }
    double normal() {
        double sum = -6;
        for (int i = 0; i < 12; ++i)
            sum += static_cast<double>(random_() >> 11U) * 0x1p-53;
        return sum;
    }
    template <std::size_t N>
    std::string_view one_of(const std::string_view (&words)[N]) {
        return words[below(N)];
    }

    std::string name(int syllables) {
        static constexpr std::string_view parts[] = {
            "ba",  "ber", "co", "da",  "del", "e",  "fa", "gar", "ha", "hol", "i",  "ja", "ka",
            "kel", "la",  "li", "mar", "me",  "na", "no", "o",   "pe", "ra",  "ri", "sa", "ste",
            "ta",  "ter", "u",  "vi",  "wa",  "wi", "ya", "za",  "nö", "gé",  "ko", "mo", "su"};
        std::string out;
        for (int i = 0; i < syllables; ++i)
            out += one_of(parts);
        if (out[0] >= 'a')
            out[0] = static_cast<char>(out[0] - 'a' + 'A');
        return out;
    }

    struct Person {
        std::vector<std::string> names;
        int account = 0;
        std::int64_t habit = 0; // the amount of a monthly payment
        std::string habit_memo;
    };
    struct Payment {
        int day = 0;
        std::int64_t minor = 0;
        std::size_t currency = 0;
        std::vector<std::string> words;
        int account = 0;
        std::string id;
    };

    std::vector<std::string> memo_of(const Person& person) {
        static constexpr std::string_view reasons[] = {"payment", "rent",    "invoice",  "donation",
                                                       "gift",    "holiday", "deposit",  "fees",
                                                       "refund",  "money",   "insurance"};
        std::vector<std::string> words;
        for (const std::string& name : person.names)
            words.push_back(chance(world_.initials) ? name.substr(0, 1) : name);
        if (chance(0.8))
            words.emplace_back(one_of(reasons));
        if (chance(world_.numbered))
            words.push_back(fmt::format("{}{:06}", chance(0.5) ? "INV" : "", below(1'000'000)));
        return words;
    }

    std::int64_t amount() {
        static constexpr std::int64_t popular[] = {1000, 2000,  2500,  5000,
                                                   6000, 10000, 20000, 50000};
        if (chance(world_.round))
            return popular[below(std::size(popular))];
        return std::max<std::int64_t>(50, std::llround(std::exp(9.5 + normal())));
    }

    std::string written(std::vector<std::string> words, bool destination) {
        static constexpr std::string_view marks[] = {"BGC", "CHQ", "FPI", "WIRE"};
        if (destination && chance(world_.blank))
            return chance(0.5) ? "" : "NOTPROVIDED";
        for (std::string& word : words)
            if (destination && word.size() > 2 && chance(world_.shorten))
                word.resize(1);
        if (words.size() > 2 && chance(world_.drop_word))
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(1 + below(words.size() - 1)));
        const bool recode = chance(world_.recode);
        std::string text;
        for (std::string& word : words) {
            if (recode && word == "payment")
                word = "PYMT";
            if (word.size() > 3 && chance(world_.typing))
                word[1 + below(word.size() - 1)] = static_cast<char>('a' + below(26));
            text += text.empty() ? word : " " + word;
        }
        if (chance(world_.prefix))
            text = "FROM " + text;
        if (chance(world_.mark))
            text += fmt::format(" {}", one_of(marks));
        if (recode)
            std::ranges::transform(text, text.begin(), [](char c) {
                return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            });
        if (text.size() > 8 && chance(world_.head_cut))
            text.erase(0, 1 + below(5));
        if (text.size() > world_.cut_at && chance(world_.cut)) {
            std::size_t end = world_.cut_at;
            while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80)
                --end; // not inside a character
            text.resize(end);
        }
        return text;
    }

    std::int64_t arrived(std::int64_t minor) {
        if (chance(world_.equal))
            return minor;
        if (chance(world_.fixed_fee))
            return std::max<std::int64_t>(1, minor - (chance(0.5) ? 50 : 100));
        return std::max<std::int64_t>(
            1, std::llround(static_cast<double>(minor) * (1 + world_.rate_spread * normal())));
    }

    static std::string date(int day) {
        const auto at =
            std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::days(day);
        const std::chrono::year_month_day ymd(at);
        return fmt::format("{:04}-{:02}-{:02}", int(ymd.year()), unsigned(ymd.month()),
                           unsigned(ymd.day()));
    }

    void write(std::string& file, std::string_view kind, std::size_t number, const Payment& payment,
               int day, std::int64_t minor, const std::string& memo) {
        static constexpr std::string_view currencies[] = {"GBP", "EUR", "USD"};
        file += fmt::format("{}{},{},{}.{:02},{},\"{}\",{},{}\n", kind, number, date(day),
                            minor / 100, minor % 100, currencies[payment.currency], memo,
                            payment.account == 0 ? "" : fmt::format("{:014}", payment.account),
                            payment.id);
    }

    void settle(const Payment& payment) {
        const std::size_t number = ++payments_;
        const int delay =
            chance(world_.late) ? static_cast<int>(below(22)) : static_cast<int>(below(4));
        const bool sent = !chance(world_.origins_missing);
        const bool came = !chance(world_.destinations_missing);
        if (sent)
            write(origins_, "o", number, payment, payment.day, payment.minor,
                  written(payment.words, false));
        if (came)
            write(destinations_, "d", number, payment, payment.day + delay, arrived(payment.minor),
                  written(payment.words, true));
        if (sent && came)
            truth_ += fmt::format("o{0},d{0}\n", number);
    }

    void make() {
        origins_ = destinations_ = "id,date,amount,currency,reference,account,end_to_end_id\n";
        truth_ = "origin,destination\n";
        std::vector<std::string> first(80);
        std::vector<std::string> last(static_cast<std::size_t>(world_.people));
        for (std::string& text : first)
            text = name(2);
        for (std::string& text : last)
            text = name(2 + static_cast<int>(below(2)));
        for (int p = 0; p < world_.people; ++p) {
            Person person;
            person.names.push_back(first[below(first.size())]);
            if (chance(0.3))
                person.names.push_back(first[below(first.size())]);
            person.names.push_back(last[below(last.size())]);
            person.account =
                world_.accounts == 0
                    ? 0
                    : 1 + static_cast<int>(below(static_cast<std::size_t>(world_.accounts)));
            pay(person);
        }
    }

    void pay(const Person& person) {
        const std::size_t count = 1 + below(static_cast<std::size_t>(2 * world_.payments_each - 1));
        Payment payment;
        payment.account = person.account;
        payment.currency = world_.several_currencies ? below(3) : 0;
        if (chance(world_.monthly)) {
            payment.words = memo_of(person);
            payment.minor = amount();
            for (payment.day = static_cast<int>(below(30)); payment.day < world_.days;
                 payment.day += 30)
                settle(payment);
        }
        for (std::size_t i = 0; i < count; ++i) {
            payment.day = static_cast<int>(below(static_cast<std::size_t>(world_.days)));
            payment.words = memo_of(person);
            payment.minor = amount();
            payment.id =
                chance(world_.ids) ? fmt::format("E2E{:012}", random_() % 1'000'000'000'000) : "";
            settle(payment);
        }
    }

    World world_;
    std::mt19937_64 random_;
    std::size_t payments_ = 0;
    std::string origins_;
    std::string destinations_;
    std::string truth_;
};

} // namespace settled::record_linkage::testing
