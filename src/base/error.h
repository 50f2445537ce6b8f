// One spelling of every failure, from the code that finds it to the caller's screen.
//
// A Code is the stable name of one reason. The table in error.cpp gives it its token (what API
// clients, logs and metrics see, never changed once released), HTTP status, title and log level;
// nothing else in the program maps errors. `detail` is for people: it says what to do and never
// carries a secret, a full account number or a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled {

enum class Code : std::uint16_t {
#define SETTLED_CODE(name, status, level, title) name,
#include "base/error_codes.inc"
#undef SETTLED_CODE
};

enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct CodeInfo {
    std::string_view token; // "signature_invalid"
    int http_status;
    LogLevel level;
    std::string_view title; // one line for people
};

const CodeInfo& info(Code code);

// One of several things that are wrong with a document, and where.
struct Problem {
    std::string pointer; // RFC 6901, "/payee/iban"; "": the document as a whole
    Code code;
    std::string detail; // of this member alone: "give a text"
};

// A place in a text, both from 1; 0: none.
struct TextPlace {
    std::size_t line = 0;
    std::size_t column = 0;
};

// `code` and `detail` are those of the first problem where there are several.
struct Error {
    Code code;
    std::string detail;
    std::vector<Problem> problems = {}; // empty: there is nothing to say beyond `detail`
    TextPlace place = {};               // of a document that could not be read
    std::string_view challenge = {}; // of a 401: how to prove oneself; a text that lives for ever
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string detail = {}) {
    return std::unexpected<Error>(Error{code, std::move(detail)});
}

} // namespace settled

// TRY(auto x, f()) binds the value of a Result or returns its error; TRY_VOID(f()) for
// Result<void>. The CO_ forms are for coroutines.
#define SETTLED_CAT_(a, b) a##b
#define SETTLED_CAT(a, b) SETTLED_CAT_(a, b)
#define SETTLED_TRY_(ret, tmp, declaration, expression)                                            \
    auto tmp = (expression);                                                                       \
    if (!tmp) [[unlikely]]                                                                         \
        ret std::unexpected(std::move(tmp).error());                                               \
    declaration = *std::move(tmp)
#define SETTLED_TRY_VOID_(ret, tmp, expression)                                                    \
    if (auto tmp = (expression); !tmp) [[unlikely]]                                                \
    ret std::unexpected(std::move(tmp).error())
#define TRY(declaration, expression)                                                               \
    SETTLED_TRY_(return, SETTLED_CAT(try_, __COUNTER__), declaration, expression)
#define CO_TRY(declaration, expression)                                                            \
    SETTLED_TRY_(co_return, SETTLED_CAT(try_, __COUNTER__), declaration, expression)
#define TRY_VOID(expression) SETTLED_TRY_VOID_(return, SETTLED_CAT(try_, __COUNTER__), expression)
#define CO_TRY_VOID(expression)                                                                    \
    SETTLED_TRY_VOID_(co_return, SETTLED_CAT(try_, __COUNTER__), expression)
