// People who sign in with a name, a password and a code.
#include "api/console/operators.h"

#include "api/bounds.h"
#include "api/testing.h"
#include "crypto/totp.h"

#include <gtest/gtest.h>

namespace settled::api {
namespace {

using testing::Headers;
using testing::Reply;
using testing::World;

constexpr std::string_view password = "correct horse battery";

// The secret of an otpauth address.
Bytes secret_of(const Reply& made) {
    const std::string uri = made.at("totp_uri");
    const std::size_t begin = uri.find("secret=") + 7;
    const std::string text = uri.substr(begin, uri.find('&') - begin);
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    Bytes secret;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        held = held << 5U | static_cast<std::uint32_t>(letters.find(c));
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            secret.push_back(static_cast<std::uint8_t>(held >> bits));
        }
    }
    return secret;
}

class Operators : public ::testing::Test {
  protected:
    Reply add(std::string_view as, std::string_view name, std::string_view role) {
        return world.call(as, "POST", "/v1/operators",
                          R"({"username":")" + std::string(name) + R"(","password":")" +
                              std::string(password) + R"(","role":")" + std::string(role) + "\"}");
    }
    std::string code(const Bytes& secret) {
        return crypto::totp_code(secret, world.clock.now().us / 1'000'000 / 30);
    }
    Reply sign_in(std::string_view name, std::string_view with, const std::string& code) {
        net::Request request;
        request.method = "POST";
        request.target = "/v1/sessions";
        request.peer = "127.0.0.1";
        request.body = R"({"username":")" + std::string(name) + R"(","password":")" +
                       std::string(with) + R"(","code":")" + code + "\"}";
        request.fields.add("Content-Type", "application/json");
        return world.answer(std::move(request));
    }
    static Headers cookie_of(const Reply& reply) {
        const std::string cookie(reply.response.fields.find("Set-Cookie").value_or(""));
        return {{"Cookie", cookie.substr(0, cookie.find(';'))}};
    }
    Reply get(const Headers& as, std::string_view target) {
        return world.call("", "GET", target, "", as);
    }

    World world;
    std::string key = world.key_of("main");
};

TEST_F(Operators, sign_in_with_password_and_code_and_have_the_scopes_of_their_role) {
    const Reply made = add(key, "ann", "viewer");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    const Reply reply = sign_in("ann", password, code(secret_of(made)));
    ASSERT_EQ(reply.status(), 201) << reply.response.body;
    EXPECT_EQ(reply.at("actor"), made.at("id"));
    const Headers ann = cookie_of(reply);
    EXPECT_EQ(get(ann, "/v1/payments").status(), 200);
    EXPECT_EQ(get(ann, "/v1/operators").code(), "scope_missing");
    const Reply listed = world.call(key, "GET", "/v1/operators");
    EXPECT_EQ(listed.at("data.0.username"), "ann");
    EXPECT_FALSE(listed.response.body.contains("totp")) << listed.response.body;
    EXPECT_FALSE(listed.response.body.contains("argon2"));
}

TEST_F(Operators, get_the_same_answer_whatever_is_wrong) {
    const Bytes secret = secret_of(add(key, "ann", "viewer"));
    const std::string good = code(secret);
    const Reply first = sign_in("ann", "another password", good);
    EXPECT_EQ(first.code(), "sign_in_refused");
    EXPECT_EQ(sign_in("bob", password, good).response.body, first.response.body);
    EXPECT_EQ(sign_in("ann", password, good == "000000" ? "111111" : "000000").response.body,
              first.response.body);
    EXPECT_EQ(sign_in("ann", password, good).status(), 201);
}

TEST_F(Operators, a_code_counts_once) {
    const Bytes secret = secret_of(add(key, "ann", "viewer"));
    ASSERT_EQ(sign_in("ann", password, code(secret)).status(), 201);
    EXPECT_EQ(sign_in("ann", password, code(secret)).code(), "sign_in_refused");
    world.clock.advance(std::chrono::seconds(30));
    EXPECT_EQ(sign_in("ann", password, code(secret)).status(), 201);
}

TEST_F(Operators, sessions_end_when_the_operator_goes_or_the_secret_changes) {
    const Reply made = add(key, "ann", "operator");
    const std::string path = "/v1/operators/" + made.at("id");
    const Headers first = cookie_of(sign_in("ann", password, code(secret_of(made))));
    world.clock.advance(std::chrono::seconds(30));
    const Reply renewed = world.call(key, "POST", path + "/totp");
    ASSERT_EQ(renewed.status(), 200) << renewed.response.body;
    EXPECT_EQ(get(first, "/v1/payments").code(), "credentials_invalid");
    EXPECT_EQ(sign_in("ann", password, code(secret_of(made))).code(), "sign_in_refused");
    const Headers second = cookie_of(sign_in("ann", password, code(secret_of(renewed))));
    EXPECT_EQ(get(second, "/v1/payments").status(), 200);
    EXPECT_EQ(world.call(key, "DELETE", path).status(), 204);
    EXPECT_EQ(get(second, "/v1/payments").code(), "credentials_invalid");
    EXPECT_EQ(world.call(key, "DELETE", path).code(), "not_found");
    const Reply changes = world.call(key, "GET", "/v1/changes?limit=1");
    EXPECT_EQ(changes.at("data.0.action"), "operator.remove");
}

TEST_F(Operators, a_caller_gives_only_what_it_has) {
    const std::string lesser = world.key_of("main", "admin");
    EXPECT_EQ(add(lesser, "ann", "viewer").code(), "scope_missing");
    EXPECT_EQ(add(key, "ann", "admin").status(), 201);
    EXPECT_EQ(add(key, "ann", "viewer").code(), "state_conflict");
    EXPECT_EQ(add(world.key_of("rival"), "ann", "viewer").code(), "state_conflict")
        << "who signs in says no tenant";
    EXPECT_EQ(add(key, "Ann", "viewer").code(), "value_invalid");
    EXPECT_EQ(add(key, "bob", "owner").code(), "value_invalid");
    EXPECT_EQ(world
                  .call(key, "POST", "/v1/operators",
                        R"({"username":"bob","password":"short","role":"viewer"})")
                  .code(),
              "value_invalid");
}

TEST_F(Operators, an_operator_with_more_scopes_than_the_caller_is_left_alone) {
    const std::string path = "/v1/operators/" + add(key, "ann", "admin").at("id");
    const std::string narrow = world.key_of("main", "admin");
    EXPECT_EQ(world.call(narrow, "POST", path + "/totp").code(), "scope_missing");
    EXPECT_EQ(world.call(narrow, "DELETE", path).code(), "scope_missing");
    EXPECT_EQ(world.call(key, "POST", path + "/totp").status(), 200);
    EXPECT_EQ(world.call(key, "DELETE", path).status(), 204);
}

TEST_F(Operators, a_name_has_ten_tries_a_minute_from_wherever) {
    for (int i = 0; i < bounds::sign_ins_per_minute; ++i) {
        world.clock.advance(std::chrono::seconds(1));
        EXPECT_EQ(sign_in("ann", password, "000000").code(), "sign_in_refused");
    }
    net::Request request;
    request.method = "POST";
    request.target = "/v1/sessions";
    request.peer = "::1";
    request.body = R"({"username":"ann","password":"x","code":"000000"})";
    request.fields.add("Content-Type", "application/json");
    EXPECT_EQ(world.answer(std::move(request)).code(), "too_many_requests");
}

} // namespace
} // namespace settled::api
