#include "server/server.h"

#include "base/repeating_task.h"
#include "intake/connector_keeper.h"
#include "net/bounds.h"
#include "net/client/name_server.h"
#include "net/server/connection_limits.h"
#include "net/server/memory_budget.h"
#include "observe/log.h"
#include "server/descriptors.h"
#include "server/gateway.h"
#include "server/open_bus.h"
#include "server/own_certificate.h"
#include "server/run.h"
#include "server/start.h"
#include "server/time_watch.h"
#include "server/tls_keeper.h"
#include "server/trace_export.h"
#include "store/queries/nodes.h"
#include "worker/caller.h"
#include "worker/deliver.h"
#include "worker/dispatcher.h"
#include "worker/key_watch.h"
#include "worker/learner.h"
#include "worker/purger.h"
#include "worker/retention.h"
#include "worker/sequencer.h"
#include "worker/timers.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

namespace settled::server {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto drain_max = 10s;
constexpr auto retention_interval = 60s;
constexpr int io_nice = 10;

// One io thread and what belongs to it. Members end in reverse order: sockets before the
// io_context.
struct IoThread {
    asio::io_context io{1};
    std::unique_ptr<net::Client> client;
    std::unique_ptr<worker::HttpCarrier> http;
    std::unique_ptr<worker::Dispatcher> dispatcher;
    std::unique_ptr<net::Server> server;
    std::unique_ptr<net::Server> control; // the first thread only
    std::thread thread;
};

class RunningServer {
  public:
    // `tls`: nullptr: HTTP.
    RunningServer(Installation& installation, const DescriptorPlan& plan,
                  std::unique_ptr<TlsKeeper> tls)
        : installation_(installation), plan_(plan), gateway_(installation),
          worker_probe_(installation.metrics),
          retention_(installation.store(), installation.connectors(), installation.clock),
          connections_(std::make_shared<net::ConnectionLimits>(plan.connections,
                                                               plan.connections_per_address)),
          memory_(std::make_shared<net::MemoryBudget>(installation.config().request_memory)),
          tls_(std::move(tls)) {}

    // `joined`: a port that this process listens on already; 0: none.
    Result<> open(std::uint16_t joined);
    Listening listening() const { return {address_, threads_.front()->server->port()}; }
    void run(); // until a signal

  private:
    Result<> open_thread(IoThread& thread, std::size_t index, std::size_t count,
                         std::uint16_t joined);
    Result<net::ServerOptions> server_options(std::size_t index, std::size_t count,
                                              std::uint16_t joined);
    Result<> open_control(IoThread& thread);
    worker::DispatcherDeps dispatcher_deps(IoThread& thread, std::size_t index, std::size_t count);
    void route_notes();
    void show_gauges();
    Task<> reload(std::string_view book);
    void keep_place(IoThread& first);
    Task<> keep_retention();
    Task<> wait_for_signal();
    Task<> wind_down(IoThread& thread);

    Installation& installation_;
    DescriptorPlan plan_;
    Gateway gateway_;
    worker::Probe worker_probe_;
    worker::Retention retention_;
    std::shared_ptr<net::ConnectionLimits> connections_; // of all io threads
    std::shared_ptr<net::MemoryBudget> memory_;
    std::string address_;
    std::unique_ptr<kafka::Bus> bus_; // none: no Kafka is configured
    std::unique_ptr<TlsKeeper> tls_;  // none: HTTP
    std::vector<std::unique_ptr<IoThread>> threads_;
    std::unique_ptr<worker::Timers> timers_;
    std::unique_ptr<worker::Caller> caller_;
    std::unique_ptr<worker::Learner> learner_;
    std::unique_ptr<worker::Purger> purger_;
    std::unique_ptr<TimeWatch> time_watch_;
    std::unique_ptr<intake::ConnectorKeeper> connector_keeper_;
    std::unique_ptr<worker::KeyWatch> key_watch_;
    std::unique_ptr<worker::Sequencer> sequencer_;
    std::unique_ptr<TraceExport> trace_export_; // none: traces are off
    std::unique_ptr<RepeatingTask> retention_task_;
    std::unique_ptr<asio::signal_set> signals_;
    std::atomic<std::size_t> winding_down_{0}; // threads
};

// The host under which partners know this server.
std::string origin_of(const Config& config) {
    const auto url = net::Url::parse(config.public_url);
    return url ? url->host : std::string();
}

std::size_t thread_count(const Config& config) {
    if (config.threads > 0)
        return static_cast<std::size_t>(config.threads);
    return std::max(1U, std::thread::hardware_concurrency());
}

Result<> RunningServer::open(std::uint16_t joined) {
    TRY(bus_, open_bus(installation_));
    if (bus_)
        gateway_.show_kafka([this] { return bus_->reach(); });
    if (tls_)
        gateway_.show_tls(*tls_);
    const std::size_t count = thread_count(installation_.config());
    for (std::size_t index = 0; index < count; ++index) {
        threads_.push_back(std::make_unique<IoThread>());
        TRY_VOID(open_thread(*threads_.back(), index, count, joined));
    }
    IoThread& first = *threads_.front();
    TRY_VOID(open_control(first));
    timers_ = std::make_unique<worker::Timers>(first.io, installation_.store(),
                                               installation_.context(), installation_.clock,
                                               worker_probe_, installation_.membership());
    caller_ = std::make_unique<worker::Caller>(
        first.io, worker::Caller::Deps{installation_.store(), installation_.context(),
                                       installation_.clock, installation_.membership(),
                                       installation_.connectors(), *first.client});
    learner_ = std::make_unique<worker::Learner>(
        first.io, worker::LearnerDeps{
                      installation_.store(), installation_.context(), installation_.clock,
                      worker_probe_, installation_.membership(), installation_.config().learn_after,
                      [this] { return installation_.reload_profiles(); }});
    purger_ = std::make_unique<worker::Purger>(
        first.io, worker::PurgerDeps{installation_.store(), installation_.context(),
                                     installation_.clock, worker_probe_, installation_.membership(),
                                     installation_.config().retention});
    time_watch_ = std::make_unique<TimeWatch>(first.io, installation_.clock);
    connector_keeper_ = std::make_unique<intake::ConnectorKeeper>(
        first.io, installation_.connectors(), [this] { return installation_.reload_connectors(); },
        [this] { return installation_.is_secret_due(); });
    key_watch_ = std::make_unique<worker::KeyWatch>(
        first.io, worker::KeyWatchDeps{installation_.store(), installation_.context(),
                                       installation_.clock, installation_.membership(),
                                       installation_.connectors(), installation_.hooks().key_log(),
                                       [this] { return installation_.api().take_key_uses(); },
                                       [this] {
                                           return look_at(tls_.get(), installation_.own_keys(),
                                                          installation_.key_desk,
                                                          installation_.clock.steady());
                                       }});
    sequencer_ = std::make_unique<worker::Sequencer>(
        first.io, installation_.store(), installation_.clock, installation_.membership());
    if (installation_.traces) {
        TRY(trace_export_, TraceExport::open(first.io, installation_));
    }
    retention_task_ = std::make_unique<RepeatingTask>(first.io, retention_interval,
                                                      [this] { return keep_retention(); });
    // Before the server is reported as ready: from then on a signal means an orderly end.
    signals_ = std::make_unique<asio::signal_set>(first.io, SIGTERM, SIGINT);
    route_notes();
    show_gauges();
    return {};
}

void RunningServer::show_gauges() {
    installation_.metrics.gauge(
        "settled_http_connections", "Connections of clients",
        [counted = connections_] { return static_cast<double>(counted->count()); });
    installation_.metrics.gauge(
        "settled_http_memory_bytes", "Memory that requests and answers under way may take",
        [counted = memory_] { return static_cast<double>(counted->used()); });
    installation_.metrics.gauge(
        "settled_http_waiting", "Requests that wait for memory",
        [counted = memory_] { return static_cast<double>(counted->waiting()); });
}

Result<DescriptorPlan> plan_for(const Config& config) {
    const std::size_t threads = thread_count(config);
    TRY(const DescriptorPlan plan, plan_descriptors(raise_descriptor_limit(), config, threads));
    log::write(plan.is_short ? LogLevel::warn : LogLevel::info,
               plan.is_short ? "server.few_descriptors" : "server.descriptors",
               {{"descriptors", plan.descriptors},
                {"wanted", descriptors_wanted(config, threads)},
                {"connections", plan.connections},
                {"connections_per_address", plan.connections_per_address},
                {"attempts", plan.attempts}});
    return plan;
}

Result<net::ServerOptions> RunningServer::server_options(std::size_t index, std::size_t count,
                                                         std::uint16_t joined) {
    const Config& config = installation_.config();
    TRY(const ListenAddress listen, parse_listen(config.listen));
    address_ = listen.address;
    net::ServerOptions options;
    options.address = listen.address;
    using Port = net::ServerOptions::Port;
    if (joined != 0) {
        options.port = joined;
        options.port_use = Port::joined;
    } else {
        // The first takes a free port if 0 was asked for; the others share it.
        options.port = index == 0 ? listen.port : threads_.front()->server->port();
        if (count > 1)
            options.port_use = index == 0 ? Port::first_of_several : Port::joined;
    }
    if (tls_)
        options.tls = tls_->tls();
    options.connections = connections_;
    options.memory = memory_;
    for (const std::string& block : config.trusted_proxies) {
        TRY(const auto parsed, net::AddressBlock::parse(block));
        options.trusted_proxies.push_back(parsed);
    }
    options.proxy_protocol = config.proxy_protocol;
    return options;
}

Result<> RunningServer::open_thread(IoThread& thread, std::size_t index, std::size_t count,
                                    std::uint16_t joined) {
    const Config& config = installation_.config();
    TRY(auto options, server_options(index, count, joined));
    TRY(thread.server, net::Server::listen(thread.io, std::move(options), gateway_,
                                           installation_.clock, installation_.rng));
    net::Client::Options client;
    client.egress = {config.https_only, config.allow};
    client.extra_trusted_certificates = config.trusted_certificates;
    for (const std::string& server : config.name_servers) {
        TRY(const auto endpoint, net::parse_name_server(server));
        client.name_servers.push_back(endpoint);
    }
    client.connections_idle_max = std::max<std::size_t>(plan_.attempts / count, 1);
    TRY(thread.client, net::Client::make(thread.io, std::move(client)));
    thread.http = std::make_unique<worker::HttpCarrier>(
        thread.io, *thread.client, installation_.clock, installation_.rng, origin_of(config));
    thread.dispatcher =
        std::make_unique<worker::Dispatcher>(thread.io, dispatcher_deps(thread, index, count));
    return {};
}

worker::DispatcherDeps RunningServer::dispatcher_deps(IoThread& thread, std::size_t index,
                                                      std::size_t count) {
    const auto& configured = installation_.config().retry_after;
    const auto defaults = domain::default_schedule();
    const std::vector<std::chrono::seconds> schedule =
        configured.empty() ? std::vector(defaults.begin(), defaults.end()) : configured;
    return {installation_.store(),
            installation_.context(),
            installation_.endpoints(),
            {thread.http.get(), bus_ ? &bus_->carrier() : nullptr},
            installation_.clock,
            installation_.rng,
            worker_probe_,
            installation_.membership(),
            installation_.claims(),
            schedule,
            index,
            count,
            [this, &thread](TenantId tenant, EndpointId id) {
                asio::co_spawn(thread.io, installation_.reload_endpoint(tenant, id),
                               asio::detached);
            },
            std::max<std::size_t>(plan_.attempts / count, 1),
            installation_.traces.get()};
}

Result<> RunningServer::open_control(IoThread& thread) {
    net::ServerOptions options;
    options.address = "unix:" + control_socket_path(installation_.config());
    options.connections_max = net::bounds::control_connections_max;
    options.memory = memory_;
    TRY(thread.control,
        net::Server::listen(thread.io, options, gateway_, installation_.clock, installation_.rng));
    return {};
}

// What a commit made due goes to the thread that the endpoint belongs to.
void RunningServer::route_notes() {
    installation_.store().set_listener([this](std::vector<store::TaskNote> notes) {
        std::vector<std::vector<store::TaskNote>> by_thread(threads_.size());
        bool calls = false;
        for (store::TaskNote& note : notes) {
            if (!note.endpoint) {
                calls = true;
                continue;
            }
            by_thread[worker::Dispatcher::owner(note.endpoint, threads_.size())].push_back(
                std::move(note));
        }
        if (calls)
            caller_->wake();
        for (std::size_t i = 0; i < threads_.size(); ++i)
            if (!by_thread[i].empty())
                threads_[i]->dispatcher->offer(std::move(by_thread[i]));
    });
    installation_.on_endpoints_changed([this](std::optional<EndpointId> only) {
        if (only)
            return threads_[worker::Dispatcher::owner(*only, threads_.size())]->dispatcher->wake(
                *only);
        for (const auto& thread : threads_)
            thread->dispatcher->wake();
    });
}

Task<> RunningServer::reload(std::string_view book) {
    if (book == store::book_connectors)
        return installation_.reload_connectors();
    if (book == store::book_rules)
        return installation_.reload_rules();
    if (book == store::book_profiles)
        return installation_.reload_profiles();
    return installation_.reload_endpoints();
}

// What other nodes change and leave is seen here.
void RunningServer::keep_place(IoThread& first) {
    installation_.node_lease().on_book_changed([this, &first](std::string_view book) {
        if (book == store::book_profiles)
            installation_.profiles().invalidate(); // at once: what is old must not be taken for new
        asio::co_spawn(first.io, reload(book), asio::detached);
    });
    installation_.node_lease().on_tasks_freed([this] {
        for (const auto& thread : threads_)
            thread->dispatcher->look_for_more();
    });
    installation_.node_lease().start(first.io);
}

Task<> RunningServer::keep_retention() {
    Result<std::int64_t> released = 0;
    if (installation_.membership().does_job(store::job_retention))
        released = co_await retention_.run_once();
    if (!released)
        log::lasting("retention.failed", released.error(), {});
    else if (*released > 0)
        log::info("retention.released", {{"webhooks", *released}});
}

Task<> RunningServer::wait_for_signal() {
    const int signal = co_await signals_->async_wait(asio::use_awaitable);
    log::info("server.stopping", {{"signal", signal}});
    gateway_.begin_shutdown();
    if (bus_)
        bus_->begin_stop();
    timers_->stop();
    learner_->stop();
    purger_->stop();
    caller_->stop();
    time_watch_->stop();
    connector_keeper_->stop();
    key_watch_->stop();
    retention_task_->stop();
    retention_.stop();
    sequencer_->stop();
    if (trace_export_)
        trace_export_->stop();
    // What is not under way goes to other nodes now; the lease is kept until the rest is done.
    installation_.claims().close_all();
    for (const auto& thread : threads_)
        thread->dispatcher->hand_over();
    winding_down_ = threads_.size();
    // Each thread winds its own sockets down; its io_context runs out of work and its thread ends.
    for (const auto& thread : threads_)
        asio::co_spawn(thread->io, wind_down(*thread), asio::detached);
}

Task<> RunningServer::wind_down(IoThread& thread) {
    co_await thread.server->drain(drain_max);
    if (thread.control)
        co_await thread.control->drain(1s);
    co_await thread.dispatcher->drain();
    if (&thread == threads_.front().get())
        co_await caller_->drain();
    if (trace_export_ && &thread == threads_.front().get())
        co_await trace_export_->close();
    thread.client->close();
    if (--winding_down_ == 0)
        asio::post(threads_.front()->io, [this] {
            if (bus_)
                bus_->stop_consumers(); // they write, so they end before the lease does
            installation_.node_lease().stop();
        });
}

void RunningServer::run() {
    IoThread& first = *threads_.front();
    for (const auto& thread : threads_) {
        thread->server->start();
        if (installation_.roles().worker)
            thread->dispatcher->start();
    }
    first.control->start();
    keep_place(first);
    time_watch_->start();
    connector_keeper_->start();
    key_watch_->start();
    sequencer_->start();
    if (trace_export_)
        trace_export_->start();
    if (installation_.roles().worker) {
        timers_->start();
        caller_->start();
        learner_->start();
        purger_->start();
        retention_task_->start();
    }
    if (bus_)
        bus_->start();
    asio::co_spawn(first.io, wait_for_signal(), asio::detached);
    for (const auto& thread : threads_)
        thread->thread = std::thread([&io = thread->io] {
            ::setpriority(PRIO_PROCESS, 0, io_nice); // of this thread alone, on Linux
            io.run();
        });
    for (const auto& thread : threads_)
        thread->thread.join();
    if (bus_)
        bus_->stop();
    run_to_end(sequencer_->finish());
    installation_.node_lease().release_io();
}

} // namespace

std::string control_socket_path(const Config& config) {
    return config.data + "/control.sock";
}

Result<> serve(const Config& config, AfterRestore mark,
               const std::function<void(const Listening&)>& ready) {
    TRY(const node::Roles roles, node::Roles::parse(config.roles));
    TRY(const DescriptorPlan plan, plan_for(config));
    TRY(Start start, open_when_secrets_are_there(config, roles));
    const auto installation = std::move(start.installation);
    if (!installation) // it was asked to end while it waited
        return {};
    if (installation->is_new())
        log::info("store.made",
                  {{"store", store_name(config)}, {"master_key", master_key_file(config)}});
    TRY_VOID(installation->begin(mark));
    RunningServer server(*installation, plan, std::move(start.tls));
    TRY_VOID(server.open(start.waiting ? start.waiting->port() : 0));
    start.waiting.reset(); // from now on clients are served
    ready(server.listening());
    server.run();
    installation->close();
    log::info("server.stopped", {});
    return {};
}

} // namespace settled::server
