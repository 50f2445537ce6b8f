#include "domain/uk/modulus.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace settled::domain {

namespace {

using Method = ModulusRule::Method;

constexpr std::size_t lines_max = 20'000; // the published table has 1,100
constexpr int weight_max = 99;
enum Place : std::uint8_t { a = 6, b = 7, c = 8, g = 12, h = 13 };

bool all_digits(std::string_view text, std::size_t count) {
    return text.size() == count &&
           std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

std::optional<int> number_of(std::string_view text, int most) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > most)
        return std::nullopt;
    return number;
}

std::optional<int> sort_code_of(std::string_view text) {
    return all_digits(text, 6) ? number_of(text, 999'999) : std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    constexpr std::string_view space = " \t\r";
    for (std::size_t at = line.find_first_not_of(space); at != line.npos;
         at = line.find_first_not_of(space, at)) {
        const std::size_t end = std::min(line.find_first_of(space, at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

std::optional<Method> method_named(std::string_view word) {
    if (word == "MOD10")
        return Method::mod10;
    if (word == "MOD11")
        return Method::mod11;
    if (word == "DBLAL")
        return Method::double_alternate;
    return std::nullopt;
}

std::optional<ModulusRule> rule_of(const std::vector<std::string_view>& words) {
    if (words.size() != 17 && words.size() != 18)
        return std::nullopt;
    const auto from = sort_code_of(words[0]);
    const auto until = sort_code_of(words[1]);
    const auto method = method_named(words[2]);
    if (!from || !until || !method || *from > *until)
        return std::nullopt;
    ModulusRule rule{*from, *until, *method, {}, 0};
    for (std::size_t i = 0; i < rule.weights.size(); ++i) {
        const auto weight = number_of(words[3 + i], weight_max);
        if (!weight)
            return std::nullopt;
        rule.weights[i] = *weight;
    }
    if (words.size() == 18) {
        const auto exception = number_of(words[17], 14);
        if (!exception || *exception == 0)
            return std::nullopt;
        rule.exception = *exception;
    }
    return rule;
}

// Calls `read` with the words of each line that has some; it says whether they make sense.
template <class Read>
Result<> each_line(std::string_view file, std::string_view text, const Read& read) {
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const auto words = words_of(text.substr(0, end));
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
        if (++number > lines_max)
            return fail(Code::value_invalid,
                        fmt::format("{}: more than {} lines", file, lines_max));
        if (!words.empty() && !read(words))
            return fail(Code::value_invalid,
                        fmt::format("{}, line {}: it is no line of that table", file, number));
    }
    return {};
}

ModulusDigits digits_of(std::string_view sort_code, std::string_view account_number) {
    ModulusDigits digits{};
    for (std::size_t i = 0; i < 6; ++i)
        digits[i] = sort_code[i] - '0';
    for (std::size_t i = 0; i < 8; ++i)
        digits[6 + i] = account_number[i] - '0';
    return digits;
}

void put_sort_code(ModulusDigits& digits, int sort_code) {
    for (std::size_t i = 6; i-- > 0; sort_code /= 10)
        digits[i] = sort_code % 10;
}

int sum_of(Method method, const ModulusDigits& digits, const ModulusDigits& weights) {
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const int product = digits[i] * weights[i];
        sum += method == Method::double_alternate ? product / 100 + product / 10 % 10 + product % 10
                                                  : product;
    }
    return sum;
}

int modulus_of(Method method) {
    return method == Method::mod11 ? 11 : 10;
}

// Exceptions 2, 7 and 10 replace weights by what the account number says.
ModulusDigits weights_for(const ModulusRule& rule, const ModulusDigits& digits) {
    constexpr ModulusDigits when_not_nine{0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1};
    constexpr ModulusDigits when_nine{0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1};
    if (rule.exception == 2 && digits[a] != 0)
        return digits[g] == 9 ? when_nine : when_not_nine;
    const bool starts_09_or_99 = (digits[a] == 0 || digits[a] == 9) && digits[b] == 9;
    const bool account_alone =
        digits[g] == 9 && (rule.exception == 7 || (rule.exception == 10 && starts_09_or_99));
    ModulusDigits weights = rule.weights;
    if (account_alone)
        std::fill_n(weights.begin(), c, 0);
    return weights;
}

// Exception 5: what is left over gives the check digit itself.
bool check_digit_holds(Method method, int remainder, const ModulusDigits& digits) {
    const int modulus = modulus_of(method);
    const int digit = digits[method == Method::mod11 ? g : h];
    if (remainder == 0)
        return digit == 0;
    return modulus - remainder == digit; // of 11 - 1 there is no digit
}

// Exception 14: an account number that was written with one digit more.
bool holds_shifted(const ModulusRule& rule, ModulusDigits digits) {
    if (digits[h] != 0 && digits[h] != 1 && digits[h] != 9)
        return false;
    std::shift_right(digits.begin() + a, digits.end(), 1);
    digits[a] = 0;
    return sum_of(rule.method, digits, rule.weights) % modulus_of(rule.method) == 0;
}

bool holds(const ModulusRule& rule, const ModulusDigits& digits) {
    if (rule.exception == 3 && (digits[c] == 6 || digits[c] == 9))
        return true; // it is not checked
    if (rule.exception == 6 && digits[a] >= 4 && digits[a] <= 8 && digits[g] == digits[h])
        return true; // in a foreign currency: it cannot be checked
    const int sum =
        sum_of(rule.method, digits, weights_for(rule, digits)) + (rule.exception == 1 ? 27 : 0);
    const int remainder = sum % modulus_of(rule.method);
    switch (rule.exception) {
    case 4:
        return remainder == digits[g] * 10 + digits[h];
    case 5:
        return check_digit_holds(rule.method, remainder, digits);
    case 14:
        return remainder == 0 || holds_shifted(rule, digits);
    default:
        return remainder == 0;
    }
}

// Of these pairs one is enough.
bool is_either_or(int first, int second) {
    return (first == 2 && second == 9) || (first == 10 && second == 11) ||
           (first == 12 && second == 13);
}

} // namespace

Result<ModulusTable> ModulusTable::parse(std::string_view weights, std::string_view substitutions) {
    ModulusTable table;
    TRY_VOID(each_line("weights", weights, [&](const auto& words) {
        const auto rule = rule_of(words);
        if (rule)
            table.rules_.push_back(*rule);
        return rule.has_value();
    }));
    if (table.rules_.empty())
        return fail(Code::value_invalid, "weights: there is no line in it");
    TRY_VOID(each_line("substitutions", substitutions, [&](const auto& words) {
        const auto from = words.size() == 2 ? sort_code_of(words[0]) : std::nullopt;
        const auto to = words.size() == 2 ? sort_code_of(words[1]) : std::nullopt;
        if (from && to)
            table.substitutions_[*from] = *to;
        return from && to;
    }));
    return table;
}

ModulusVerdict ModulusTable::check(std::string_view sort_code,
                                   std::string_view account_number) const {
    constexpr int lloyds_euro = 309'634; // exception 9
    constexpr int kleinwort = 90'126;    // exception 8: 09-01-26
    if (!all_digits(sort_code, 6) || !all_digits(account_number, 8))
        return ModulusVerdict::invalid;
    const int code = *sort_code_of(sort_code);
    std::vector<const ModulusRule*> rules;
    for (const ModulusRule& rule : rules_)
        if (rule.from <= code && code <= rule.until && rules.size() < 2)
            rules.push_back(&rule);
    if (rules.empty())
        return ModulusVerdict::unknown;
    const auto passes = [&](const ModulusRule& rule) {
        ModulusDigits digits = digits_of(sort_code, account_number);
        const auto substitute = substitutions_.find(code);
        if (rule.exception == 5 && substitute != substitutions_.end())
            put_sort_code(digits, substitute->second);
        if (rule.exception == 8)
            put_sort_code(digits, kleinwort);
        if (rule.exception == 9)
            put_sort_code(digits, lloyds_euro);
        return holds(rule, digits);
    };
    bool is_valid = passes(*rules[0]);
    if (rules.size() == 2) {
        const bool second = passes(*rules[1]);
        is_valid = is_either_or(rules[0]->exception, rules[1]->exception) ? is_valid || second
                                                                          : is_valid && second;
    }
    return is_valid ? ModulusVerdict::valid : ModulusVerdict::invalid;
}

std::optional<UkAccount> uk_account_of(std::string_view key) {
    if (!all_digits(key, 14))
        return std::nullopt;
    return UkAccount{std::string(key.substr(0, 6)), std::string(key.substr(6))};
}

} // namespace settled::domain
