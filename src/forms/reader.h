// Reads a JSON object member by member, strictly.
//
//   Reader in(document.root());
//   payment.client_id = in.text("id", limits::client_id_bytes_max);
//   payment.amount = in.money("amount");
//   in.object("payee", [&](Reader& payee) { … });
//   TRY_VOID(in.finish());
//
// The first thing that is wrong is kept, with the path of its member ("payee.iban"), and reported
// by finish(); what is read after it is of no use, but safe to read. Members that nobody asked for
// are refused (member_unknown): ask for every member that is known, also for those that are wrong
// together. An optional member that is null or an empty text is absent.
//
// Errors: member_missing, member_unknown, value_invalid, and those of the parsers given to take().
#pragma once

#include "base/error.h"
#include "base/money.h"
#include "wire/json.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::forms {

class Reader {
  public:
    // `tolerant`: members nobody asks for are let through (what banks and providers send).
    enum class Unknown : std::uint8_t { refused, tolerant };
    explicit Reader(wire::Json object, Unknown unknown = Unknown::refused);

    // Text without control characters, 1 to `bytes_max` bytes.
    std::string text(std::string_view name, std::size_t bytes_max);
    // The same, or "" when absent.
    std::string optional_text(std::string_view name, std::size_t bytes_max);
    // Text that spans lines (PEM).
    std::optional<std::vector<std::string>>
    optional_texts(std::string_view name, std::size_t count_max, std::size_t bytes_max);
    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least,
                                                 std::int64_t most);
    bool optional_flag(std::string_view name);
    // {"value":"12.34","currency":"GBP"}, more than nothing.
    Money money(std::string_view name);

    // An optional text through a parser: Result<T> parse(std::string_view).
    template <class Parse>
    auto take(std::string_view name, std::size_t bytes_max, const Parse& parse)
        -> std::optional<typename decltype(parse(std::string_view()))::value_type> {
        const std::string given = optional_text(name, bytes_max);
        if (given.empty())
            return std::nullopt;
        auto parsed = parse(std::string_view(given));
        if (parsed)
            return *std::move(parsed);
        refuse(parsed.error().code, name, parsed.error().detail);
        return std::nullopt;
    }

    // Calls `read` with a reader of the member and finishes it.
    template <class Read>
    void object(std::string_view name, const Read& read) {
        if (!optional_object(name, read))
            missing(name);
    }
    // False: it is absent.
    template <class Read>
    bool optional_object(std::string_view name, const Read& read) {
        const auto value = member(name);
        if (!value)
            return false;
        Reader inner = nested(name, *value);
        read(inner);
        inner.close();
        return true;
    }

    // Any member as it stands; nullopt when absent or null. Marks it as known.
    std::optional<wire::Json> member(std::string_view name);
    bool has(std::string_view name) { return member(name).has_value(); }

    // `member` empty: the object itself.
    void refuse(Code code, std::string_view member, std::string_view why);
    void missing(std::string_view name);
    // True when something was refused, here or in an object around this one.
    bool failed() const { return state_->error.has_value(); }
    Result<> finish();

  private:
    struct State {
        std::optional<Error> error;
        Unknown unknown;
    };
    Reader(wire::Json object, std::shared_ptr<State> state, std::string path);
    Reader nested(std::string_view name, wire::Json value) const;
    void close(); // looks for unknown members
    std::string checked(std::string_view name, const wire::Json& value, std::size_t bytes_max,
                        bool lines);
    std::string path_of(std::string_view name) const;

    wire::Json object_;
    std::shared_ptr<State> state_; // shared with the readers of inner objects
    std::string path_;
    std::vector<std::string_view> asked_;
};

} // namespace settled::forms
