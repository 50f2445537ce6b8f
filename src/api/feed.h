// Lists that are read forward: ?order=oldest&after=, answered {"data":[…],"next":"…"}.
//
// `next` is a place in the list's feed (store/queries/feeds.h), so nothing ever appears before it. It is
// there on every page: who has read all gets it back and asks again later.
#pragma once

#include "api/change.h"
#include "api/page.h"
#include "store/queries/feeds.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace settled::api {

struct Forward {
    std::size_t limit = limits::page_size_default;
    store::FeedPlace after;
    bool from_end = false; // after=end: what comes from now on
};

// nullopt: newest first is asked for. `filters`: those of the list, which are refused: what a row
// has when it is read may be another thing later. Fails with parameter_invalid or cursor_invalid.
Result<std::optional<Forward>> read_forward(const net::Request& request,
                                            std::initializer_list<std::string_view> filters = {});

std::string cursor_of(store::FeedPlace place);
// Fails with cursor_invalid.
Result<store::FeedPlace> read_cursor(std::string_view text);

template <class Row>
using FeedReader = std::function<store::Step<store::FeedPage<Row>>(
    store::Session&, TenantId, store::FeedPlace after, std::size_t limit)>;

// The page; or an error, if nothing stands where it is to begin.
template <class Row>
store::Step<Result<store::FeedPage<Row>>> read_feed_page(store::Session& s, TenantId tenant,
                                                         store::Feed feed, Forward forward,
                                                         const FeedReader<Row>& reader) {
    if (forward.from_end) {
        const store::FeedPlace end = co_await store::end_of_feed(s, tenant, feed);
        co_return store::FeedPage<Row>{{}, end};
    }
    const bool is_known = co_await store::is_place(s, tenant, feed, forward.after);
    if (!is_known)
        co_return fail(Code::cursor_invalid,
                       "after: nothing stands at this place. It is of another list, or the server "
                       "was put back to an older copy of its data: read again from the beginning");
    co_return co_await reader(s, tenant, forward.after, forward.limit);
}

template <class Row, class Write>
Task<Result<Answer>> answer_forward(const Core& core, TenantId tenant, store::Feed feed,
                                    Forward forward, FeedReader<Row> reader, Write write) {
    using Page = store::FeedPage<Row>;
    const auto shared = std::make_shared<const FeedReader<Row>>(std::move(reader));
    const auto read = co_await core.store.read<Result<Page>>(
        [=](store::Session& s) { return read_feed_page<Row>(s, tenant, feed, forward, *shared); });
    if (!read)
        co_return std::unexpected(read.error());
    if (!*read)
        co_return std::unexpected(read->error());
    wire::JsonWriter w;
    w.object().key("data").array();
    for (const Row& row : (*read)->rows)
        write(w, row);
    w.end().member("next", cursor_of((*read)->end)).end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace settled::api
