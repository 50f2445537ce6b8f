#include "intake/hooks.h"

#include "intake/batch_signer.h"
#include "intake/webhook_trace.h"
#include "net/source_check.h"
#include "observe/log.h"
#include "wire/base64.h"

#include <boost/asio/this_coro.hpp>

namespace settled::intake {

namespace {

constexpr int no_content = 204;

// Without a signature when the connector's answers are not signed.
Task<Result<net::Response>> make_answer(const Dialect& dialect, std::string_view connector,
                                        std::string body) {
    net::Response response;
    if (const auto signer = dialect.signer()) {
        const Executor executor = co_await boost::asio::this_coro::executor;
        const Result<Bytes> signature = co_await BatchSigner::of(executor).sign(signer, body);
        if (!signature) {
            if (const auto trouble = signer->trouble()) // the bank is not shown what it is
                log::lasting("connector.key_failed", *trouble, {{"connector", connector}});
            co_return std::unexpected(signature.error());
        }
        response.fields.add(dialect.signature_header(), wire::to_base64(*signature));
    }
    response.status = body.empty() ? no_content : response.status;
    response.body = std::move(body);
    co_return response;
}

void log_refusal(const net::Request& request, std::string_view connector, const Error& error) {
    // An error of the webhook is the bank's; an error of this server may last.
    const auto tell = info(error.code).http_status < 500 ? log::failure : log::lasting;
    tell("webhook.refused", error,
         {{"connector", connector},
          {"request_id", request.request_id},
          {"traceparent", request.traceparent},
          {"peer", request.peer}});
}

void log_acceptance(const net::Request& request, const units::Arrival& arrival,
                    std::string_view connector, const units::Accepted& accepted) {
    const LogLevel level =
        accepted.kind == units::Accepted::Kind::conflict ? LogLevel::warn : LogLevel::debug;
    log::write(level, "webhook.accepted",
               {{"connector", connector},
                {"kind", token(accepted.kind)},
                {"type", arrival.webhook.type},
                {"webhook", to_string(accepted.id)},
                {"request_id", request.request_id},
                {"traceparent", request.traceparent}});
}

std::unexpected<Error> without_dialect(const ConnectorCache& connectors,
                                       const Connector* connector) {
    if (connector != nullptr)
        return fail(
            Code::key_unavailable,
            "a key of this connector cannot be opened; it is tried again by itself: send the "
            "webhook again");
    if (!connectors.is_loaded())
        return fail(
            Code::key_unavailable,
            "the connectors were not read yet; it is tried again by itself: send the webhook "
            "again");
    return fail(Code::connector_unknown,
                "no connector of this name is configured; see `settled connectors`");
}

// Over the control socket it is the operator who repeats one.
bool may_come_from(const Connector& connector, const net::Request& request) {
    return connector.sources.empty() || request.trusted_peer ||
           net::is_source_in(connector.sources, request.peer);
}

} // namespace

Task<Result<net::Response>> Hooks::receive(std::string connector_name, net::Request request) {
    // What a stranger sends is named in the log only if it is a name of ours.
    const auto connector = connectors_.find(connector_name);
    net::Request about; // what of the request the log needs, since accept() takes the rest
    about.request_id = request.request_id;
    about.traceparent = request.traceparent;
    about.peer = request.peer;
    Result<net::Response> answer = without_dialect(connectors_, connector.get());
    if (connector && !may_come_from(*connector, request))
        answer = fail(Code::source_forbidden,
                      "this connector takes webhooks from other addresses than this one");
    else if (connector && connector->dialect)
        answer = co_await accept(connector, std::move(request));
    if (!answer) {
        probe_.refused(answer.error().code, connector ? connector->name : "");
        if (connector && info(answer.error().code).http_status < 500)
            refusals_.refused(connector->id, answer.error().code, clock_.now());
        log_refusal(about, connector ? connector->name : "unknown", answer.error());
    }
    co_return answer;
}

// Before it is refused, so that a sender which gives up leaves something for a person to look at.
Task<Result<>> Hooks::keep_unreadable(const Connector& connector, const std::string& body,
                                      const Error& why) {
    auto webhook = connector.dialect->kept(body, why);
    if (!webhook)
        co_return Result<>();
    const auto arrival = std::make_shared<const units::Arrival>(units::Arrival{connector.tenant,
                                                                               connector.id,
                                                                               *std::move(webhook),
                                                                               body,
                                                                               clock_.now(),
                                                                               clock_.wall(),
                                                                               {}});
    const units::Context& context = context_;
    const Result<units::Accepted> kept = co_await store_.write<units::Accepted>(
        [&context, arrival](store::Session& s) { return accept_webhook(s, context, arrival); });
    co_return kept ? Result<>() : std::unexpected(kept.error());
}

Task<Result<net::Response>> Hooks::accept(std::shared_ptr<const Connector> connector,
                                          net::Request request) {
    const Clock::Steady begin = clock_.steady();
    std::optional<WebhookTrace> trace;
    if (traces_ != nullptr)
        trace.emplace(*traces_, clock_, request);
    const Dialect& dialect = *connector->dialect;
    if (dialect.takes_refresh(request, clock_.wall())) {
        // Without it, it is proved by what there is.
        (void)co_await keys_.run<bool>([connector] {
            connector->dialect->refresh();
            return Result<bool>(true);
        });
    }
    CO_TRY(const std::string_view proved_by, dialect.prove(request, clock_.wall()));
    if (!proved_by.empty())
        key_log_.note(connector->tenant, connector->id, proved_by, clock_.now());
    CO_TRY(std::vector<std::string> events, dialect.events(std::move(request.body)));
    std::vector<std::shared_ptr<const units::Arrival>> arrivals;
    for (std::string& event : events) {
        Result<domain::InboundWebhook> webhook = dialect.read(event);
        if (!webhook) {
            CO_TRY_VOID(co_await keep_unreadable(*connector, event, webhook.error()));
            co_return std::unexpected(std::move(webhook).error());
        }
        arrivals.push_back(std::make_shared<const units::Arrival>(units::Arrival{
            connector->tenant, connector->id, *std::move(webhook), std::move(event), clock_.now(),
            clock_.wall(),
            [connector](std::string_view text) { return connector->dialect->read(text); }}));
    }
    std::string answer =
        dialect.answer(arrivals.empty() ? domain::InboundWebhook() : arrivals.front()->webhook);

    // Handed to the store first, signed while they commit.
    const Executor executor = co_await boost::asio::this_coro::executor;
    const units::Context& context = context_;
    std::vector<store::Pending<units::Accepted>> pending;
    std::vector<std::shared_ptr<WebhookTrace::Unit>> times(arrivals.size());
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        store::Unit<units::Accepted> unit = [&context, arrival = arrivals[i]](store::Session& s) {
            return accept_webhook(s, context, arrival);
        };
        if (trace) {
            times[i] = std::make_shared<WebhookTrace::Unit>();
            unit = trace->timed(context, arrivals[i], times[i]);
        }
        pending.push_back(store_.write<units::Accepted>(executor, std::move(unit)));
    }
    Result<net::Response> response =
        co_await make_answer(dialect, connector->name, std::move(answer));
    refusals_.accepted(connector->id);
    // Acknowledged when all of them are durable; those that are come again as duplicates.
    for (std::size_t i = 0; i < pending.size(); ++i) {
        const Result<units::Accepted> accepted = co_await pending[i].wait();
        if (!accepted)
            co_return std::unexpected(accepted.error());
        if (!response)
            continue;
        log_acceptance(request, *arrivals[i], connector->name, *accepted);
        probe_.accepted(accepted->kind, std::chrono::duration_cast<std::chrono::microseconds>(
                                            clock_.steady() - begin));
        if (trace)
            trace->end(*times[i], *arrivals[i], *accepted);
    }
    co_return response;
}

} // namespace settled::intake
