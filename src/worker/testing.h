// Several nodes in one process, for tests: each has its own place among the nodes, its own ids and
// its own dispatcher; they share one store and one clock that is moved by hand.
#pragma once

#include "node/node_lease.h"
#include "units/deliveries/endpoint_secret.h"
#include "units/deliveries/publish.h"
#include "units/testing.h"
#include "worker/dispatcher.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace settled::worker::testing {

using units::testing::World;

// Of an endpoint with basic authentication.
inline Bytes sealed_password(const Secret& master, EndpointId endpoint, Rng& rng) {
    units::EndpointSecrets secrets;
    secrets.credential = Secret("x");
    return units::seal_endpoint_secrets(master, endpoint, secrets, rng);
}

// Partners as a test wants them: each attempt waits until it may be answered.
class ScriptedCarrier final : public Carrier {
  public:
    explicit ScriptedCarrier(const Clock& clock) : clock_(clock) {}
    Task<Attempted> attempt(const Endpoint& endpoint, const Delivery& delivery) override {
        seen.push_back(delivery);
        called.push_back(endpoint.id);
        ++under_way;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        Attempted attempted;
        attempted.started_at = clock_.now();
        if (silent.contains(endpoint.id))
            attempted.latency = limits::delivery_wait_max;
        while (!answers || silent.contains(endpoint.id)) {
            timer.expires_after(std::chrono::milliseconds(1));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        --under_way;
        attempted.result.http_status = status;
        co_return attempted;
    }

    std::vector<Delivery> seen;
    std::vector<EndpointId> called; // the same, by endpoint
    std::set<EndpointId> silent;    // these do not answer, whatever `answers` says
    std::size_t under_way = 0;
    bool answers = true;
    int status = 200;

  private:
    const Clock& clock_;
};

// One io_context runs all nodes of a test.
class Io {
  public:
    explicit Io(store::testing::ManualClock& clock) : clock_(clock) {}
    boost::asio::io_context& context() { return *loop_; }
    // Runs until `condition` holds, while time passes; false when it does not in a time that only
    // bounds failures.
    bool run_until(const std::function<bool()>& condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!condition() && std::chrono::steady_clock::now() < give_up)
            pass_a_moment();
        return condition();
    }
    // Long enough for what was asked for to be done, several times over.
    void settle() {
        for (int i = 0; i < 100; ++i)
            pass_a_moment();
    }
    // Until nothing is left to run.
    void finish() {
        loop_->restart();
        loop_->run();
    }
    // Called now and then as time passes.
    std::function<void()> as_time_passes = [] {};
    // Time stands still.
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(*loop_, keep(std::move(task), result), boost::asio::detached);
        while (!result) {
            loop_->restart();
            loop_->run_one_for(std::chrono::milliseconds(2));
        }
        return std::move(*result);
    }
    void run(Task<> task) { run(yes(std::move(task))); }

  private:
    template <class T>
    static Task<> keep(Task<T> task, std::optional<T>& into) {
        into.emplace(co_await std::move(task));
    }
    static Task<bool> yes(Task<> task) {
        co_await std::move(task);
        co_return true;
    }
    void pass_a_moment() {
        loop_->restart();
        loop_->run_for(std::chrono::milliseconds(2));
        clock_.advance(std::chrono::milliseconds(2));
        if (++moments_ % 50 == 0)
            as_time_passes();
    }

    store::testing::ManualClock& clock_;
    // Never destroyed, and never run again: what the store's thread may still post to it is of
    // dispatchers that are gone.
    static boost::asio::io_context* one_more() {
        static auto* const all = new std::vector<std::unique_ptr<boost::asio::io_context>>();
        return all->emplace_back(std::make_unique<boost::asio::io_context>()).get();
    }
    boost::asio::io_context* const loop_ = one_more();
    int moments_ = 0;
};

class Node {
  public:
    Node(World& world, Io& io, std::string name, node::Roles roles = {}, bool is_alone = false)
        : io_(io), world_(world), ids(world.clock(), 0), membership(world.clock()),
          claims(membership), carrier(world.clock()), node_probe_(metrics), probe_(metrics),
          node_lease({world.store(), world.clock(), ids, membership, node_probe_, std::move(name),
                      roles, limits::node_lease_default, is_alone}),
          context{ids, keys_, std::chrono::seconds(10), &claims} {
        node_lease.on_tasks_freed([this] {
            if (dispatcher)
                dispatcher->look_for_more();
        });
    }

    Result<> join() { return io_.run(node_lease.join()); }
    void look() { EXPECT_TRUE(io_.run(node_lease.look()).has_value()); }
    Result<> renew() { return io_.run(node_lease.renew()); }
    void clear_up() { io_.run(node_lease.clear_up()); }
    std::int64_t number() const { return membership.standing().holder % 256; }

    // Calls partners from now on.
    void work(std::size_t attempts_max = bounds::attempts_max) {
        dispatcher =
            std::make_unique<Dispatcher>(io_.context(), DispatcherDeps{world_.store(),
                                                                       context,
                                                                       book,
                                                                       {&carrier, nullptr},
                                                                       world_.clock(),
                                                                       rng,
                                                                       probe_,
                                                                       membership,
                                                                       claims,
                                                                       {std::chrono::seconds(5)},
                                                                       0,
                                                                       1,
                                                                       [](TenantId, EndpointId) {},
                                                                       attempts_max});
        dispatcher->start();
    }
    void load(const std::vector<store::EndpointRow>& endpoints) {
        book.load(EndpointCache::Reading(book), endpoints);
    }
    // A commit of this node that owes the endpoint something.
    TaskId owe(EndpointId endpoint) {
        const auto id = ids.next<EventId>();
        const auto event = domain::ping_event(id, endpoint, id.value, world_.clock().now());
        return world_.write<TaskId>([&](store::Session& s) {
            return units::publish_to_endpoint(s, context, World::tenant, endpoint, event);
        });
    }
    bool counted(const std::string& sample) const {
        return metrics.text().find(sample) != std::string::npos;
    }

  private:
    Io& io_;
    World& world_;

  public:
    observe::Metrics metrics;
    IdMint ids;
    node::Membership membership;
    Claims claims;
    EndpointCache book{Secret("a master key for tests, 32 bytes")};
    ScriptedCarrier carrier;

  private:
    node::Probe node_probe_;
    Probe probe_;
    units::TenantKeys keys_{Secret("a master key for tests, 32 bytes")};
    SystemRng rng;

  public:
    node::NodeLease node_lease;
    units::Context context;
    std::unique_ptr<Dispatcher> dispatcher;
};

} // namespace settled::worker::testing
