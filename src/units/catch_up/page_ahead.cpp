#include "units/catch_up/page_ahead.h"

#include "connectors/call_rules.h"
#include "domain/connector.h"
#include "store/queries/calls.h"
#include "store/queries/money/catch_ups.h"
#include "units/calls/bank.h"
#include "units/catch_up/learnt.h"
#include "units/catch_up/sources.h"

#include <algorithm>
#include <utility>

namespace settled::units {

namespace {

using connectors::clearbank::BankTransaction;
using store::CatchUpRow;
using store::Session;
using store::Step;

constexpr std::size_t credits_of_bite = 10; // docs/performance.md, "Catching up"

// The catch-up that waits for the page, if the call is held by who has sent it.
Step<std::optional<CatchUpRow>> waiting_for(Session& s, const PageAhead& page) {
    const auto call = co_await store::find_call(s, page.tenant, page.call);
    if (!call || call->lease_owner != page.claim.holder || call->fence != page.claim.fence)
        co_return std::nullopt;
    auto row = co_await store::find_catch_up(s, page.tenant, CatchUpId{call->subject_id});
    if (!row || row->call != page.call || row->dry_run)
        co_return std::nullopt;
    co_return row;
}

// The page is seen when all of it is read.
void count(CatchUpRow& row, ShownAs learnt) {
    row.settlements += learnt == ShownAs::settlement ? 1 : 0;
    row.waiting += learnt == ShownAs::waiting ? 1 : 0;
}

} // namespace

std::shared_ptr<const PageAhead> read_page_ahead(const CallToSend& call,
                                                 const std::optional<domain::CallReply>& reply) {
    if (call.request.purpose != domain::CallPurpose::list_transactions || !reply)
        return nullptr;
    const auto verdict =
        connectors::classify(domain::connector_clearbank, call.request.purpose, reply);
    auto read = connectors::clearbank::read_transactions(reply->body);
    if (verdict.reply != domain::ReplyClass::taken || !read)
        return nullptr;
    std::vector<BankTransaction>& all = read->transactions;
    std::erase_if(all, [](const BankTransaction& t) { return !t.is_settled() || !t.credit; });
    if (all.empty())
        return nullptr;
    return std::make_shared<const PageAhead>(call.tenant, call.connector, call.id, call.claim,
                                             std::move(all));
}

Step<std::optional<std::size_t>> learn_ahead(Session& s, const Context& context,
                                             std::shared_ptr<const PageAhead> page,
                                             std::size_t first, Instant now) {
    const UnitScope work{context, page->tenant, now};
    co_await s.lock({store::Lock::calls(page->tenant, page->connector)});
    const auto bank = co_await find_bank(s, page->tenant, page->connector);
    auto row = co_await waiting_for(s, *page);
    if (!bank || !row)
        co_return std::nullopt;
    const auto& source = catch_up_sources()[static_cast<std::size_t>(row->source)];
    const std::size_t end = std::min(first + credits_of_bite, page->credits.size());
    for (std::size_t i = first; i < end; ++i) {
        BankTransaction transaction = page->credits[i];
        transaction.scheme = source.scheme;
        count(*row, co_await learn_transaction(s, work, *bank, transaction, false));
    }
    row->updated_at = now;
    co_await store::update_catch_up(s, page->tenant, *row);
    co_return end < page->credits.size() ? std::optional(end) : std::nullopt;
}

} // namespace settled::units
