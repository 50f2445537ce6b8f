// What the sandbox's HTTP servers have in common: plain answers, problem bodies, path segments.
#pragma once

#include "net/server/server.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

net::Response json_answer(int status, std::string body);
net::Response empty_answer(int status);
// RFC 9457 (ClearBank's 400 has the same shape by RFC 7807).
net::Response problem(int status, std::string_view title, std::string_view detail = {});
net::Response problem(const Error& error);

// "/v2/Accounts/7/Virtual" → {"v2","Accounts","7","Virtual"}.
std::vector<std::string> segments(std::string_view path);

class SandboxHandler : public net::Handler {
  public:
    std::size_t body_bytes_max(std::string_view method, std::string_view path) const override;
    net::Response refuse(const Error& error, std::string_view request_id) const override;
    void answered(const net::Request& request, const net::Response& response,
                  std::chrono::microseconds took) override;
};

} // namespace settled::sandbox
