// Reads a JSON object member by member, strictly.
//
//   Reader in(document.root());
//   payment.client_id = in.text("client_id", limits::client_id_bytes_max);
//   payment.amount = in.money("amount");
//   in.object("payee", [&](Reader& payee) { … });
//   TRY_VOID(in.finish());
//
// Everything that is wrong is kept, each with the path of its member ("payee.iban"), and reported
// by finish(): the first as the error's own code and detail, all as its problems. A member has at
// most one problem, and what is wrong inside a member leaves nothing to say of the member as a
// whole, so that "it is required" never follows on "it cannot be read". What is read after a
// problem was found is meaningless, but safe to read. Members that the caller did not ask for are
// refused (member_unknown): ask for every member that is known, also for those that are wrong
// together. An optional member that is null or an empty text is absent.
//
// Errors: member_missing, member_unknown, value_invalid, and those of the parsers passed to take().
#pragma once

#include "base/error.h"
#include "base/money.h"
#include "wire/json.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::payloads {

class Reader {
  public:
    // `tolerant`: unknown members are ignored (what banks and providers send).
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

    // Calls `read` with a reader of each element of a list of 1 to `count_max` objects.
    template <class Read>
    void objects(std::string_view name, std::size_t count_max, const Read& read) {
        const auto list = member(name);
        if (!list || !list->is_array() || list->size() == 0 || list->size() > count_max)
            return refuse_list(name, list.has_value(), count_max);
        for (std::size_t i = 0; i < list->size(); ++i) {
            Reader inner = nested(name, i, list->at(i));
            read(inner);
            inner.close();
        }
    }

    // Any member as it stands; nullopt when absent or null. Marks it as known.
    std::optional<wire::Json> member(std::string_view name);
    // Whether a member was given; an empty text was not.
    bool has(std::string_view name);

    // `member` empty: the object itself.
    void refuse(Code code, std::string_view member, std::string_view why);
    void missing(std::string_view name);
    // True when something was refused in this object or inside it.
    bool failed() const { return state_->refused > refused_before_; }
    Result<> finish();

  private:
    struct State {
        std::optional<Error> error; // the first, and all as its problems
        // how many there were, those that are not reported again included
        std::size_t refused = 0;
        Unknown unknown;
    };
    // Where a value stands: for people, and as a JSON pointer.
    struct Place {
        std::string path;
        std::string pointer;
    };
    Reader(wire::Json object, std::shared_ptr<State> state, Place place);
    Reader nested(std::string_view name, wire::Json value) const;
    Reader nested(std::string_view name, std::size_t index, wire::Json value) const;
    void close(); // looks for unknown members
    std::string checked(const Place& place, const wire::Json& value, std::size_t bytes_max,
                        bool lines);
    Place place_of(std::string_view name) const;
    Place place_of(std::string_view name, std::size_t index) const;
    void refuse(Code code, const Place& place, std::string_view why);
    void refuse_list(std::string_view name, bool is_there, std::size_t count_max);

    wire::Json object_;
    std::shared_ptr<State> state_; // shared with the readers of inner objects
    Place place_;
    std::size_t refused_before_; // in the document, when this object was begun
    bool is_object_ = true;
    std::vector<std::string_view> asked_;
};

} // namespace settled::payloads
