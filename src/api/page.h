// Pages of lists, newest first: ?limit=&after=, answered {"data":[…],"next":"pay_…"}.
//
// The cursor is the id of the page's last object. Ids rise with time, so a page begins where the
// one before it ended; nothing is kept on the server. What is committed meanwhile can appear at the
// newest end and, since ids are minted before the commit, a little below it: who must see
// everything reads forward (feed.h).
#pragma once

#include "api/call.h"
#include "base/limits.h"
#include "wire/json_writer.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace settled::api {

struct Page {
    std::size_t limit = limits::page_size_default;
    std::int64_t before = std::numeric_limits<std::int64_t>::max(); // ids below this one

    // How many rows to read: one more shows whether there is a next page.
    std::size_t wanted() const { return limit + 1; }
};

// ?limit= alone. Fails with parameter_invalid.
Result<std::size_t> read_limit(const net::Request& request);

// `prefix` of the ids in this list. Fails with parameter_invalid or cursor_invalid.
Result<Page> read_page(const net::Request& request, std::string_view prefix);

// A filter that must be one of a few words; "" when absent. Fails with parameter_invalid.
Result<std::string> read_choice(const net::Request& request, std::string_view name,
                                std::initializer_list<std::string_view> choices);

// ?account=, an IBAN or "040404 12345678", as the key that accounts are kept under; "" when absent.
// Fails with parameter_invalid.
Result<std::string> read_account_filter(const net::Request& request);

// ?name= of a typed id; nullopt when absent. Fails with parameter_invalid.
template <class Tag>
Result<std::optional<Id<Tag>>> read_id_filter(const net::Request& request, std::string_view name) {
    const auto given = request.parameter(name);
    if (!given)
        return std::optional<Id<Tag>>{};
    const auto id = parse_id<Tag>(*given);
    if (!id)
        return fail(Code::parameter_invalid, std::string(name) + ": " + id.error().detail);
    return std::optional(*id);
}

// `rows` is what wanted() got; `write(writer, row)` writes one object; rows have an `id`.
template <class Row, class Write>
Answer page_answer(const Page& page, const std::vector<Row>& rows, const Write& write) {
    wire::JsonWriter w;
    w.object().key("data").array();
    const std::size_t count = std::min(rows.size(), page.limit);
    for (std::size_t i = 0; i < count; ++i)
        write(w, rows[i]);
    w.end().key("next");
    if (rows.size() > page.limit)
        w.value(to_string(rows[count - 1].id));
    else
        w.null();
    w.end();
    return {200, std::move(w).text()};
}

// The page of a list that is small enough to be held whole.
template <class Row>
std::vector<Row> cut(std::vector<Row> rows, const Page& page) {
    std::erase_if(rows, [&](const Row& row) { return row.id.value >= page.before; });
    std::ranges::sort(rows, std::greater{}, [](const Row& row) { return row.id.value; });
    if (rows.size() > page.wanted())
        rows.resize(page.wanted());
    return rows;
}

} // namespace settled::api
