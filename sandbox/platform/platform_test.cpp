#include "sandbox/rig_test.h"

#include "wire/base64.h"

namespace settled::sandbox {
namespace {

// A partner's process manager, which answers as the test says.
class ProcessManager final : public SandboxHandler {
  public:
    Task<net::Response> handle(net::Request request) override {
        bodies.push_back(request.body);
        authorizations.emplace_back(request.fields.find("Authorization").value_or(""));
        const int status = plan.empty() ? 200 : plan.front();
        if (!plan.empty())
            plan.pop_front();
        co_return json_answer(status, "{}");
    }
    std::deque<int> plan;
    std::vector<std::string> bodies, authorizations;
};

class PlatformRig : public Rig {
  protected:
    PlatformRig() {
        start({});
        manager_server_ = net::Server::listen(io_, {}, manager_, clock_, rng_).value();
        manager_server_->start();
        control("PUT", "/platform/timing", R"({"retry_ms":1,"retry_max_ms":2})", 204);
        control("PUT", "/platform/target",
                R"({"url":"http://127.0.0.1:)" + std::to_string(manager_server_->port()) +
                    R"(/hook","password":"secret"})",
                204);
    }
    const PlatformMessage& message(std::size_t index) {
        return sandbox_->platform().notifier().messages().at(index);
    }
    net::Reply get(const std::string& token) {
        net::Fields fields;
        if (!token.empty())
            fields.add("Authorization", "Bearer " + token);
        return call("GET", sandbox_->platform().url_of("A1", false), {}, std::move(fields));
    }
    std::string token() {
        const std::string root = "http://127.0.0.1:" + std::to_string(sandbox_->platform().port());
        const std::string secret = file_text(sandbox_->key_files().platform_client_secret);
        net::Fields fields;
        fields.add("Authorization", "Basic " + wire::to_base64(as_bytes("settled:" + secret)));
        const net::Reply reply =
            call("POST", root + "/oauth/token", "grant_type=client_credentials", std::move(fields));
        EXPECT_EQ(reply.status, 200);
        return text_at(parsed(reply.body), "access_token");
    }

    ProcessManager manager_;
    std::unique_ptr<net::Server> manager_server_;
};

TEST_F(PlatformRig, notifies_until_it_is_acknowledged) {
    manager_.plan = {500, 503, 200};
    control("POST", "/platform/notifications", R"({"id":"A1","content":{"a":1}})", 201);
    ASSERT_TRUE(until([&] { return message(0).acknowledged; }));
    EXPECT_EQ(message(0).sent, 3);
    ASSERT_EQ(manager_.bodies.size(), 3U);
    EXPECT_EQ(manager_.bodies[0], manager_.bodies[2]);
    EXPECT_EQ(manager_.authorizations[0],
              "Basic " + wire::to_base64(as_bytes(std::string_view("platform:secret"))));
    const auto sent = parsed(manager_.bodies[0]);
    EXPECT_EQ(text_at(sent, "id"), "A1");
    EXPECT_EQ(text_at(sent, "content"), sandbox_->platform().url_of("A1", false));
}

TEST_F(PlatformRig, redelivers_when_the_acknowledgement_is_lost) {
    control("PUT", "/platform/lost-acknowledgements", R"({"count":2})", 204);
    control("POST", "/platform/notifications", "{}", 201);
    ASSERT_TRUE(until([&] { return message(0).acknowledged; }));
    EXPECT_EQ(manager_.bodies.size(), 3U);
    control("POST", "/platform/notifications/1/repeat", "{}", 204);
    ASSERT_TRUE(until([&] { return manager_.bodies.size() == 4; }));
}

TEST_F(PlatformRig, sends_all_copies_however_soon_one_of_them_is_acknowledged) {
    control("PUT", "/platform/timing", R"({"interval_ms":50})", 204);
    control("POST", "/platform/notifications", R"({"copies":5})", 201);
    ASSERT_TRUE(until([&] { return message(0).sent == 5; }));
    EXPECT_TRUE(message(0).acknowledged);
    EXPECT_EQ(manager_.bodies.size(), 5U);
}

TEST_F(PlatformRig, sends_one_after_the_other_and_the_first_failure_ends_the_round) {
    control("PUT", "/platform/timing", R"({"interval_ms":1,"retry_ms":5})", 204);
    manager_.plan = {500};
    for (int i = 1; i <= 3; ++i)
        control("POST", "/platform/notifications", R"({"id":"A)" + std::to_string(i) + R"("})",
                201);
    ASSERT_TRUE(until([&] { return message(2).acknowledged; }));
    EXPECT_EQ(text_at(parsed(manager_.bodies[0]), "id"), "A1");
    EXPECT_EQ(text_at(parsed(manager_.bodies[1]), "id"), "A1");
    EXPECT_EQ(text_at(parsed(manager_.bodies[2]), "id"), "A2");
}

TEST_F(PlatformRig, shows_an_object_to_who_has_a_token_that_holds) {
    control("PUT", "/platform/content/A1", R"({"state":"Posted"})", 204);
    EXPECT_EQ(get("").status, 401);
    EXPECT_EQ(get("made-up").status, 401);
    const std::string good = token();
    EXPECT_EQ(get(good).body, R"({"state":"Posted"})");
    control("POST", "/platform/revoke-tokens", "", 204);
    EXPECT_EQ(get(good).status, 401);
    control("POST", "/platform/faults", R"({"path":"/v1/","status":429,"retry_after":3})", 204);
    const net::Reply busy = get(token());
    EXPECT_EQ(busy.status, 429);
    EXPECT_EQ(busy.fields.find("Retry-After"), "3");
    control("DELETE", "/platform/content/A1", "", 204);
    EXPECT_EQ(get(token()).status, 404);
}

} // namespace
} // namespace settled::sandbox
