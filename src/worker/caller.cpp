#include "worker/caller.h"

#include "base/side_job.h"
#include "connectors/mambu/headers.h"
#include "intake/batch_signer.h"
#include "net/pause.h"
#include "observe/log.h"
#include "store/queries/calls.h"
#include "units/catch_up/page_ahead.h"
#include "units/links/link.h"
#include "units/postings/booking.h"
#include "units/returns/return_questions.h"
#include "units/statements/bank_statement.h"
#include "wire/base64.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace settled::worker {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Of a connector on this node; banks limit their clients, and one that does not answer holds up its
// own calls alone.
constexpr std::size_t calls_at_once = 16;
constexpr int ok = 200;
constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr auto look_every = 100ms; // how late a repeat, or a call that another node made, may start
constexpr auto orphans_every = 2s;
constexpr auto page_read_look = 5ms; // whether a page is read
constexpr auto trouble_wait = 1s;
// Older bookings are searched by `settled catch-up`: a start does not go through all of them.
constexpr std::chrono::microseconds bookings_of_a_start = std::chrono::days(7);
// A page of transactions or custom fields with all that a core bank shows of each.
constexpr std::size_t core_bank_reply_bytes_max = limits::webhook_body_bytes_max;
// A page of 50 transactions or accounts with all that a bank shows of each: some kilobytes.
constexpr std::size_t bank_reply_bytes_max = limits::webhook_body_bytes_max;
// A page of the bank's statement: 5,000 entries of some 1.5 kB each.
constexpr std::size_t statement_page_bytes_max = 32UL * 1024 * 1024;

// Returns of an earlier version are asked about from the start on, too.
store::Step<> ask_bank_at_start(store::Session& s, units::UnitScope work, ConnectorId connector) {
    co_await units::list_accounts_of(s, work, connector);
    co_await units::watch_open_returns(s, work, connector);
}

// What was read whole; everything else is no reply.
std::optional<domain::CallReply> reply_of(const Result<net::Reply>& reply, Instant wall) {
    if (!reply || reply->body_cut)
        return std::nullopt;
    domain::CallReply read{reply->status, reply->body, std::nullopt};
    if (const auto after = reply->fields.find("Retry-After"))
        read.retry_after = domain::parse_retry_after(*after, wall);
    return read;
}

// What catch-ups and statements bring is much, and no caller waits for it.
store::Priority priority_of(domain::CallPurpose purpose) {
    const bool is_bulk = purpose == domain::CallPurpose::list_transactions ||
                         purpose == domain::CallPurpose::download_statement;
    return is_bulk ? store::Priority::background : store::Priority::foreground;
}

std::string trouble_of(const Result<net::Reply>& reply) {
    return std::string(reply ? "reply_too_large" : info(reply.error().code).token);
}

} // namespace

namespace {

void add_mambu_fields(net::OutboundRequest& request, const intake::CallAccess& access,
                      const units::CallToSend& call) {
    for (auto& [name, value] : connectors::mambu::header_fields(call.request, call.request_id,
                                                                access.username, access.token))
        request.fields.add(name, std::move(value));
    request.reply_bytes_max = core_bank_reply_bytes_max;
    request.safe_to_repeat = call.request.method == "GET";
}

// Signed over the bytes of this try, afresh.
Task<Result<>> sign_clearbank(net::OutboundRequest& request, const intake::CallAccess& access,
                              const units::CallToSend& call) {
    if (access.kind == domain::connector_mambu || call.request.method == "GET")
        co_return Result<>();
    const Executor executor = co_await asio::this_coro::executor;
    const Result<Bytes> signature =
        co_await intake::BatchSigner::of(executor).sign(access.signer, call.request.body);
    if (!signature)
        co_return std::unexpected(signature.error());
    request.fields.add("X-Request-Id", call.request_id);
    request.fields.add("DigitalSignature", wire::to_base64(*signature));
    co_return Result<>();
}

void add_clearbank_fields(net::OutboundRequest& request, const intake::CallAccess& access,
                          const units::CallToSend& call) {
    const bool is_statement = call.request.purpose == domain::CallPurpose::download_statement;
    request.fields.add("Accept", is_statement ? "application/xml" : "application/json");
    request.reply_bytes_max = is_statement ? statement_page_bytes_max : bank_reply_bytes_max;
    request.fields.add("Authorization", "Bearer " + std::string(access.token.reveal()));
    if (!call.request.body.empty())
        request.fields.add("Content-Type", "application/json");
    request.safe_to_repeat = call.request.method == "GET";
}

} // namespace

Task<Result<net::OutboundRequest>> Caller::request_for(const intake::CallAccess& access,
                                                       const units::CallToSend& call) {
    net::OutboundRequest request;
    CO_TRY(request.url, net::Url::parse(access.api_url + call.request.target));
    request.method = call.request.method;
    request.body = call.request.body;
    if (access.kind == domain::connector_mambu)
        add_mambu_fields(request, access, call);
    else
        add_clearbank_fields(request, access, call);
    const Result<> is_signed = co_await sign_clearbank(request, access, call);
    if (!is_signed)
        co_return std::unexpected(is_signed.error());
    request.owner = call.tenant.value;
    co_return request;
}

void Caller::start() {
    asio::co_spawn(io_, watch(), asio::detached);
}

void Caller::wake() {
    asio::post(io_, [this] {
        wanted_ = true;
        pause_.cancel();
    });
}

void Caller::stop() {
    stopped_ = true;
    pause_.cancel();
}

Task<> Caller::watch() {
    while (!stopped_) {
        wanted_ = false;
        const bool more = co_await look();
        if (stopped_)
            co_return;
        if (more || wanted_)
            continue;
        pause_.expires_after(look_every);
        boost::system::error_code cancelled;
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

Task<bool> Caller::look() {
    if (!deps_.node.is_member())
        co_return false;
    const bool frees_orphans = deps_.clock.steady() >= free_orphans_at_;
    if (frees_orphans)
        free_orphans_at_ = deps_.clock.steady() + orphans_every;
    bool more = false;
    const auto waiting = co_await connectors_with_work();
    for (const Connector& connector : deps_.connectors.all()) {
        if (!connector->access)
            continue;
        co_await ask_once(connector);
        if (!waiting.contains(connector->id) || room(connector->id) == 0)
            continue;
        const bool taken = co_await take_from(connector, frees_orphans);
        more = more || taken;
    }
    co_return more;
}

// One read for all connectors: a unit that writes is begun only where there is something to do.
Task<std::set<ConnectorId>> Caller::connectors_with_work() {
    const Instant now = deps_.clock.now();
    const std::int64_t me = deps_.node.holder();
    const auto found = co_await deps_.store.read<std::vector<ConnectorId>>(
        [now, me](store::Session& s) { return store::connectors_with_work(s, now, me); });
    if (!found) {
        log::lasting("calls.unreadable", found.error(), {});
        co_return std::set<ConnectorId>();
    }
    co_return std::set<ConnectorId>(found->begin(), found->end());
}

std::size_t Caller::room(ConnectorId connector) const {
    const auto under_way = in_flight_.find(connector);
    const std::size_t taken = under_way == in_flight_.end() ? 0 : under_way->second;
    return calls_at_once - std::min(calls_at_once, taken);
}

// Accounts that were opened at the bank by other means are known here from the start on, and so are
// bookings of the core banking system whose webhook did not come.
Task<> Caller::ask_once(const Connector& connector) {
    if (!asked_.insert(connector->id).second)
        co_return;
    const units::Context& context = deps_.context;
    const TenantId tenant = connector->tenant;
    const ConnectorId id = connector->id;
    const Instant now = deps_.clock.now();
    const bool is_core_bank = connector->kind == domain::connector_mambu;
    const auto asked = co_await deps_.store.write<void>(
        [&context, tenant, id, now, is_core_bank](store::Session& s) -> store::Step<> {
            if (is_core_bank)
                return units::catch_up_bookings(s, {context, tenant, now}, id,
                                                now - bookings_of_a_start);
            return ask_bank_at_start(s, {context, tenant, now}, id);
        });
    if (!asked) {
        log::lasting("calls.unreadable", asked.error(), {{"connector", connector->name}});
        asked_.erase(id);
    }
}

Task<bool> Caller::take_from(Connector connector, bool frees_orphans) {
    const units::Context& context = deps_.context;
    const units::CallQuery query{connector->tenant,   connector->id,       deps_.clock.now(),
                                 deps_.node.holder(), room(connector->id), frees_orphans};
    auto calls = co_await deps_.store.write<std::vector<units::CallToSend>>(
        [&context, query](store::Session& s) { return units::next_calls(s, context, query); });
    if (!calls) {
        log::lasting("calls.unreadable", calls.error(), {{"connector", connector->name}});
        co_return false;
    }
    for (units::CallToSend& call : *calls) {
        ++in_flight_[connector->id];
        asio::co_spawn(io_, carry_out(connector, std::move(call)), asio::detached);
    }
    co_return !calls->empty();
}

Task<> Caller::carry_out(Connector connector, units::CallToSend call) {
    units::EndedTry ended{call.tenant, call.id, call.connector, call.claim, call.number, {}, {}, {},
                          {},          {}};
    const Clock::Steady begin = deps_.clock.steady();
    if (connector->kind == domain::connector_clearmatch) {
        co_await fetch(connector, std::move(call), std::move(ended));
        leave(connector->id);
        co_return;
    }
    auto request = co_await request_for(*connector->access, call);
    if (deps_.node.holder() != call.claim.holder) {
        // Held under a lease that is over: another node sends it.
    } else if (!request) {
        ended.error = info(request.error().code).token;
        ended.not_sent = "the request could not be made: " + ended.error;
        co_await record(connector, std::move(ended));
    } else {
        request->deadline = deps_.context.call_times.timeout;
        const auto reply = co_await deps_.client.send(*std::move(request));
        ended.latency =
            std::chrono::duration_cast<std::chrono::microseconds>(deps_.clock.steady() - begin);
        ended.reply = reply_of(reply, deps_.clock.wall());
        if (!ended.reply)
            ended.error = trouble_of(reply);
        else if (ended.reply->status == unauthorized || ended.reply->status == forbidden)
            deps_.connectors.doubt(connector->id);
        co_await learn_ahead(call, ended);
        co_await store_ahead(call, ended);
        co_await record(connector, std::move(ended), priority_of(call.request.purpose));
    }
    leave(connector->id);
}

// If a bite cannot be stored, the page is read as a whole when its call ends.
Task<> Caller::learn_ahead(const units::CallToSend& call, const units::EndedTry& ended) {
    const units::Context& context = deps_.context;
    const auto page = units::read_page_ahead(call, ended.reply);
    std::optional<std::size_t> first;
    if (page)
        first = 0;
    while (first) {
        const Instant now = deps_.clock.now();
        const std::size_t from = *first;
        const auto next = co_await deps_.store.write<std::optional<std::size_t>>(
            [&context, page, from, now](store::Session& s) {
                return units::learn_ahead(s, context, page, from, now);
            },
            store::Priority::background);
        first = next.value_or(std::nullopt);
    }
}

void Caller::leave(ConnectorId connector) {
    if (--in_flight_[connector] == 0)
        in_flight_.erase(connector);
}

// As above, after the page was read by a thread of its own.
Task<> Caller::store_ahead(const units::CallToSend& call, units::EndedTry& ended) {
    const bool is_page = call.request.purpose == domain::CallPurpose::download_statement;
    if (!is_page || !ended.reply || ended.reply->status != ok)
        co_return;
    {
        const SideJob job([&](const std::stop_token&) {
            ended.page = units::read_downloaded(call.request, *ended.reply);
        });
        while (!job.is_done())
            co_await net::pause(page_read_look);
    }
    const units::Context& context = deps_.context;
    bool more = true;
    while (more) {
        const units::UnitScope work{context, call.tenant, deps_.clock.now()};
        const auto stored = co_await deps_.store.write<bool>(
            [work, call, page = ended.page](store::Session& s) {
                return units::store_ahead(s, work, call, page);
            },
            store::Priority::background);
        more = stored.value_or(false);
    }
}

Task<> Caller::fetch(Connector connector, units::CallToSend call, units::EndedTry ended) {
    if (deps_.node.holder() != call.claim.holder)
        co_return; // held under a lease that is over: another node sends it
    const Clock::Steady begin = deps_.clock.steady();
    auto fetched =
        co_await fetcher_.fetch(connector, std::move(call), deps_.context.call_times.timeout);
    ended.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(deps_.clock.steady() - begin);
    ended.not_sent = std::move(fetched.not_sent);
    ended.reply = reply_of(fetched.reply, deps_.clock.wall());
    if (!ended.reply)
        ended.error = trouble_of(fetched.reply);
    co_await record(connector, std::move(ended));
}

// If it cannot be stored, the try stays without an end: the call is taken again by the node that frees
// it, as after a crash.
Task<> Caller::record(const Connector& connector, units::EndedTry ended, store::Priority priority) {
    ended.now = deps_.clock.now();
    const auto shared = std::make_shared<const units::EndedTry>(std::move(ended));
    const units::Context& context = deps_.context;
    for (;;) {
        const auto end = co_await deps_.store.write<units::CallEnd>(
            [&context, shared](store::Session& s) { return units::end_call(s, context, shared); },
            priority);
        if (end) {
            if (end->is_lost)
                log::warn("call.lease_lost", {{"call", to_string(shared->id)}});
            else if (end->verdict.reply != domain::ReplyClass::taken)
                log::info("call.not_taken", {{"call", to_string(shared->id)},
                                             {"connector", connector->name},
                                             {"reply", token(end->verdict.reply)},
                                             {"try", shared->number}});
            co_return;
        }
        log::lasting("call.unrecorded", end.error(), {{"call", to_string(shared->id)}});
        if (stopped_)
            co_return;
        asio::steady_timer wait(io_, trouble_wait);
        co_await wait.async_wait(asio::use_awaitable);
    }
}

Task<> Caller::drain() {
    while (!in_flight_.empty()) {
        asio::steady_timer pause(io_, 1ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

} // namespace settled::worker
