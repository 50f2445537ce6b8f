// The other sides of bench/delivery.py, on the same HTTP stack as the server.
//
//   delivery_peer sink CERTIFICATE KEY    a partner who answers everything with 200; prints its port for HTTP and that for
//                                         HTTPS, and the number of requests when its standard input ends
//   delivery_peer loop URL COUNT PARALLEL BYTES AUTHORITY
//                                         a bare client: so many requests with a body of that size and the fields of
//                                         a delivery, so many at a time; prints JSON. AUTHORITY vouches for the partner
#include "net/client/client.h"
#include "net/server/server.h"

#include "base/clock.h"
#include "base/rng.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace settled;
namespace asio = boost::asio;

class Taker final : public net::Handler {
  public:
    std::size_t body_bytes_max(std::string_view, std::string_view) const override {
        return 1024 * 1024;
    }
    Task<net::Response> handle(net::Request) override {
        ++taken;
        net::Response response;
        response.body = "{}";
        co_return response;
    }
    net::Response refuse(const Error& error, std::string_view) const override {
        net::Response response;
        response.status = info(error.code).http_status;
        return response;
    }
    void answered(const net::Request&, const net::Response&, std::chrono::microseconds) override {}

    std::size_t taken = 0;
};

int sink(const std::string& certificate, const std::string& key) {
    asio::io_context io{1};
    const SystemClock clock;
    SystemRng rng;
    Taker taker;
    net::ServerOptions options;
    options.connections_max = options.connections_per_peer_max = 4'096;
    auto plain = net::Server::listen(io, options, taker, clock, rng);
    auto tls = net::open_server_tls({certificate, key});
    if (!plain || !tls)
        return 1;
    options.tls = *std::move(tls);
    auto secure = net::Server::listen(io, options, taker, clock, rng);
    if (!secure)
        return 1;
    (*plain)->start();
    (*secure)->start();
    fmt::print("{} {}\n", (*plain)->port(), (*secure)->port());
    std::fflush(stdout);
    std::thread end([&io] {
        while (std::getchar() != EOF) {
        }
        io.stop();
    });
    io.run();
    end.join();
    fmt::print("{}\n", taker.taken);
    return 0;
}

struct Work {
    net::Client& client;
    net::OutboundRequest request;
    std::size_t left;
    std::size_t running;
    std::size_t failed = 0;
};

Task<> send_some(Work& work) {
    while (work.left > 0) {
        --work.left;
        net::OutboundRequest request = work.request;
        const auto reply = co_await work.client.send(std::move(request));
        if (!reply || reply->status != 200)
            ++work.failed;
    }
    if (--work.running == 0)
        work.client.close();
}

std::int64_t cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto in_us = [](const timeval& t) { return t.tv_sec * 1'000'000 + t.tv_usec; };
    return in_us(usage.ru_utime) + in_us(usage.ru_stime);
}

int loop(const std::string& target, std::size_t count, std::size_t parallel, std::size_t bytes,
         const std::string& authority) {
    asio::io_context io{1};
    net::Client::Options options;
    options.egress = {false, {"127.0.0.0/8", "::1/128"}};
    options.extra_trusted_certificates = authority;
    auto client = net::Client::make(io, std::move(options));
    auto url = net::Url::parse(target);
    if (!client || !url)
        return 1;
    net::OutboundRequest request;
    request.url = *std::move(url);
    request.fields.add("Content-Type", "application/json");
    request.fields.add("webhook-id", "evt_0000000000000");
    request.fields.add("webhook-timestamp", "1795687201");
    request.fields.add("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    request.body = std::string(bytes, 'x');
    request.safe_to_repeat = true;
    Work work{**client, std::move(request), count, parallel};
    const std::int64_t cpu_before = cpu_us();
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < parallel; ++i)
        asio::co_spawn(io, send_some(work), asio::detached);
    io.run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print(R"({{"requests":{},"failed":{},"per_s":{:.1f},"cpu_us":{:.2f}}})"
               "\n",
               count, work.failed, static_cast<double>(count) / took.count(),
               static_cast<double>(cpu_us() - cpu_before) / static_cast<double>(count));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    if (mode == "sink" && argc == 4)
        return sink(argv[2], argv[3]);
    if (mode == "loop" && argc == 7)
        return loop(argv[2], std::stoul(argv[3]), std::stoul(argv[4]), std::stoul(argv[5]),
                    argv[6]);
    fmt::print(stderr, "delivery_peer sink CERTIFICATE KEY | loop URL COUNT PARALLEL BYTES "
                       "AUTHORITY\n");
    return 2;
}
