#include "worker/trace_exporter.h"

#include "store/testing.h"
#include "worker/bounds.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <gmock/gmock.h>

#include <optional>

namespace settled::worker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

// What a test has it answer, one after the other; then 200.
struct Answers {
    std::vector<Result<net::Reply>> next;
    std::vector<net::OutboundRequest> requests;
    bool closed = false;
};

class Collector final : public net::Client {
  public:
    explicit Collector(Answers& answers) : answers_(answers) {}
    Task<Result<net::Reply>> send(net::OutboundRequest request) override {
        answers_.requests.push_back(std::move(request));
        if (answers_.next.empty())
            co_return net::Reply{.status = 200, .fields = {}, .body = "{}"};
        Result<net::Reply> answer = std::move(answers_.next.front());
        answers_.next.erase(answers_.next.begin());
        co_return answer;
    }
    void close() override { answers_.closed = true; }

  private:
    Answers& answers_;
};

class TraceExporterTest : public testing::Test {
  protected:
    static net::Reply reply(int status, std::string_view retry_after = "", std::string body = "") {
        net::Reply made;
        made.status = status;
        made.body = std::move(body);
        if (!retry_after.empty())
            made.fields.add("Retry-After", retry_after);
        return made;
    }
    void add(std::size_t spans = 1) {
        for (std::size_t i = 0; i < spans; ++i) {
            observe::Span span;
            span.id = observe::span_id(std::to_string(++number_));
            span.name = "span " + std::to_string(number_);
            traces_.add(std::move(span));
        }
    }
    bool run() {
        std::optional<bool> done;
        asio::co_spawn(io_, keep(exporter_, done), asio::detached);
        io_.run();
        io_.restart();
        return done.value();
    }
    static Task<> keep(TraceExporter& exporter, std::optional<bool>& into) {
        into = co_await exporter.run_once(5s);
    }
    bool counted(const std::string& result, int spans) const {
        return metrics_.text().find("settled_trace_spans_total{result=\"" + result + "\"} " +
                                    std::to_string(spans) + "\n") != std::string::npos;
    }

    asio::io_context io_;
    store::testing::ManualClock clock_;
    observe::Metrics metrics_;
    observe::Traces traces_{1, true, metrics_};
    Answers answers_;
    std::string secret_ = "first";
    int read_ = 0;
    int number_ = 0;
    TraceExporter exporter_{
        io_, TraceExporterDeps{traces_,
                               std::make_unique<Collector>(answers_),
                               net::Url::parse("https://collector.example/v1/traces").value(),
                               {{"service.name", "settled"}},
                               clock_,
                               [this]() -> Task<Result<net::Fields>> { return headers(); },
                               []() -> Task<> { co_return; }}};

  private:
    Task<Result<net::Fields>> headers() {
        ++read_;
        net::Fields fields;
        fields.add("Authorization", secret_);
        co_return fields;
    }
};

TEST_F(TraceExporterTest, spans_are_sent_in_requests_of_a_bounded_size) {
    EXPECT_TRUE(run());
    EXPECT_TRUE(answers_.requests.empty()) << "nothing is sent where there is nothing to send";
    add(bounds::trace_batch_max + 1);
    EXPECT_TRUE(run());
    ASSERT_EQ(answers_.requests.size(), 2U);
    const net::OutboundRequest& first = answers_.requests.front();
    EXPECT_EQ(first.method, "POST");
    EXPECT_EQ(first.url.target, "/v1/traces");
    EXPECT_EQ(first.fields.find("Content-Type"), "application/json");
    EXPECT_EQ(first.fields.find("Authorization"), "first");
    EXPECT_THAT(first.body, HasSubstr("\"span 1\""));
    EXPECT_THAT(answers_.requests.back().body,
                HasSubstr("\"span " + std::to_string(bounds::trace_batch_max + 1) + "\""));
    EXPECT_TRUE(counted("exported", static_cast<int>(bounds::trace_batch_max) + 1));
}

TEST_F(TraceExporterTest,
       a_collector_in_trouble_is_sent_the_same_spans_again_after_longer_and_longer_waits) {
    add(3);
    answers_.next = {fail(Code::connect_failed),
                     fail(Code::peer_timeout),
                     reply(503),
                     reply(429),
                     reply(502),
                     reply(504)};
    auto wait = 1s;
    for (int i = 0; i < 6; ++i, wait *= 2) {
        EXPECT_FALSE(run());
        EXPECT_EQ(exporter_.next_wait(), std::min<std::chrono::seconds>(wait, 60s));
    }
    add();
    EXPECT_TRUE(run());
    ASSERT_EQ(answers_.requests.size(), 8U);
    for (int i = 1; i < 7; ++i)
        EXPECT_EQ(answers_.requests[static_cast<std::size_t>(i)].body, answers_.requests[0].body);
    EXPECT_THAT(answers_.requests[7].body, HasSubstr("\"span 4\""));
    EXPECT_TRUE(counted("exported", 4));
    EXPECT_THAT(metrics_.text(), HasSubstr("settled_trace_requests_failed_total 6"));
}

TEST_F(TraceExporterTest, a_retry_after_makes_the_wait_longer_within_bounds) {
    add();
    answers_.next = {reply(503, "7"), reply(503, "0"), reply(503, "86400")};
    EXPECT_FALSE(run());
    EXPECT_EQ(exporter_.next_wait(), 7s);
    EXPECT_FALSE(run());
    EXPECT_EQ(exporter_.next_wait(), 14s) << "it never makes it shorter";
    EXPECT_FALSE(run());
    EXPECT_EQ(exporter_.next_wait(), 60s);
}

TEST_F(TraceExporterTest, spans_that_the_collector_refuses_are_dropped_and_counted) {
    answers_.next = {reply(400), reply(200, "", R"({"partialSuccess":{"rejectedSpans":"1"}})"),
                     reply(200, "", R"({"partialSuccess":{"rejectedSpans":"99"}})"), reply(302)};
    add(2);
    EXPECT_TRUE(run());
    EXPECT_TRUE(counted("rejected", 2));
    add(2);
    EXPECT_TRUE(run());
    EXPECT_TRUE(counted("rejected", 3));
    EXPECT_TRUE(counted("exported", 1));
    add(2);
    EXPECT_TRUE(run());
    EXPECT_TRUE(counted("rejected", 5)) << "a collector cannot reject more than it was sent";
    add();
    EXPECT_TRUE(run());
    EXPECT_TRUE(counted("rejected", 6)) << "a redirect is not followed";
    EXPECT_EQ(answers_.requests.size(), 4U);
}

TEST_F(TraceExporterTest, headers_are_read_again_after_a_while_and_when_they_were_refused) {
    add();
    EXPECT_TRUE(run());
    secret_ = "second";
    add();
    EXPECT_TRUE(run());
    EXPECT_EQ(answers_.requests.back().fields.find("Authorization"), "first");
    clock_.advance(301s);
    add();
    EXPECT_TRUE(run());
    EXPECT_EQ(answers_.requests.back().fields.find("Authorization"), "second");
    secret_ = "third";
    answers_.next = {reply(401)};
    add();
    EXPECT_TRUE(run());
    add();
    EXPECT_TRUE(run());
    EXPECT_EQ(answers_.requests.back().fields.find("Authorization"), "third");
    EXPECT_EQ(read_, 3);
}

} // namespace
} // namespace settled::worker
