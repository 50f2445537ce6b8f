// AWS for tests: a scripted HTTP peer, and time that goes on only when it is waited for.
#pragma once

#include "custody/aws/client.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace settled::custody::aws {

struct Seen {
    std::string method;
    std::string url;
    HttpFields fields;
    std::string body;

    std::string field(std::string_view name) const {
        for (const auto& [own, value] : fields)
            if (own == name)
                return value;
        return {};
    }
};

class ScriptedHttp final : public Http {
  public:
    Result<HttpReply> send(const HttpCall& call) override {
        seen.push_back({call.method, call.url, call.fields, std::string(call.body.reveal())});
        if (script.empty())
            return fail(Code::connect_failed, "the script has ended");
        auto next = std::move(script.front());
        script.pop_front();
        return next;
    }
    void says(int status, std::string body, HttpFields fields = {}) {
        script.emplace_back(HttpReply{status, std::move(fields), Secret(std::move(body))});
    }
    void fails(Code code) { script.emplace_back(fail(code)); }

    std::deque<Result<HttpReply>> script;
    std::vector<Seen> seen;
};

// 2026-11-30T20:00:00Z, and whatever was waited.
struct Times {
    std::chrono::microseconds passed{0};

    Surroundings surroundings() {
        return {.wall = [this] { return Instant{1'796'068'800'000'000} + passed; },
                .steady = [this] { return Clock::Steady{} + std::chrono::hours(1) + passed; },
                .wait = [this](std::chrono::milliseconds time) { passed += time; },
                .below = [](std::uint64_t bound) { return bound / 2; }};
    }
};

inline Environment with_credentials() {
    return Environment::of({{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                            {"AWS_SECRET_ACCESS_KEY", "hush-key"},
                            {"AWS_REGION", "eu-west-2"}});
}

} // namespace settled::custody::aws
