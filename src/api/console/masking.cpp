#include "api/console/masking.h"

#include "api/console/account_texts.h"
#include "api/console/json_walk.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <array>
#include <optional>

namespace settled::api {

namespace {

// How a member is treated by its name.
enum class Member : std::uint8_t { text, account, body };

std::string folded(std::string_view name) {
    std::string out;
    for (const char c : name)
        if (c != '_' && c != '-')
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

Member member_of(std::string_view name) {
    static constexpr std::array accounts{"iban", "bban", "account", "accountnumber", "accountkey"};
    const std::string known = folded(name);
    if (known == "body" || known == "reply")
        return Member::body;
    const bool is_account = std::ranges::any_of(
        accounts, [&](std::string_view ending) { return known.ends_with(ending); });
    return is_account ? Member::account : Member::text;
}

bool holds_json(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin != text.npos && (text[begin] == '{' || text[begin] == '[');
}

// Collects the account numbers that a JSON text holds.
class Collector final : public JsonWalker {
  public:
    explicit Collector(AccountNumbers& numbers) : numbers_(numbers) {}

  private:
    std::optional<std::string> on_text(std::string_view name, std::string_view text) override {
        numbers_.add_ibans_in(text);
        if (member_of(name) == Member::account)
            numbers_.add(text);
        if (holds_json(text))
            (void)Collector(numbers_).walk(text);
        return std::nullopt;
    }
    std::optional<std::string> on_number(std::string_view name, std::string_view digits) override {
        if (member_of(name) == Member::account)
            numbers_.add(digits);
        return std::nullopt;
    }

    AccountNumbers& numbers_;
};

class Masker final : public JsonWalker {
  public:
    Masker(const AccountNumbers& numbers, bool is_body) : numbers_(numbers), is_body_(is_body) {}

  private:
    std::optional<std::string> on_text(std::string_view name, std::string_view text) override {
        const Member member = member_of(name);
        if (holds_json(text) && wire::JsonDocument::parse(text))
            return quoted(Masker(numbers_, true).walk(text));
        if (member == Member::body && !text.empty())
            return "null"; // what cannot be read is withheld
        std::string shown = member == Member::account ? masked_account_text(text)
                                                      : numbers_.masked_in(text, is_body_);
        if (shown == text)
            return std::nullopt;
        return quoted(shown);
    }
    std::optional<std::string> on_number(std::string_view name, std::string_view digits) override {
        if (member_of(name) != Member::account)
            return std::nullopt;
        const std::string shown = masked_account_text(digits);
        return shown == digits ? std::nullopt : std::optional(quoted(shown));
    }
    std::optional<std::string> on_name(std::string_view name) override {
        std::string shown = numbers_.masked_in(name, is_body_);
        return shown == name ? std::nullopt : std::optional(quoted(shown));
    }

    static std::string quoted(std::string_view text) {
        wire::JsonWriter w;
        w.value(text);
        return std::move(w).text();
    }

    const AccountNumbers& numbers_;
    bool is_body_;
};

} // namespace

std::string masked(std::string_view json) {
    AccountNumbers numbers;
    (void)Collector(numbers).walk(json);
    return Masker(numbers, false).walk(json);
}

} // namespace settled::api
