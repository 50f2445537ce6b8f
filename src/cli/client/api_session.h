// The API for a command: of this machine, in the tenant that was named, or of a server elsewhere,
// with the rights of the API key. What the API refuses is printed as it is met.
#pragma once

#include "cli/client/api_call.h"
#include "cli/client/remote_api.h"
#include "cli/json_text.h"
#include "cli/printer.h"
#include "wire/json.h"

#include <string>
#include <string_view>
#include <variant>

namespace settled::cli {

// Answers of the API as values.
class Answered {
  public:
    explicit Answered(std::string body, wire::JsonDocument document)
        : body_(std::move(body)), document_(std::move(document)) {}

    const std::string& body() const { return body_; }
    wire::Json root() const { return document_.root(); }
    std::string at(std::string_view path) const { return text_at(root(), path); }
    std::int64_t integer(std::string_view path) const;

  private:
    std::string body_;
    wire::JsonDocument document_;
};

// What only the operator says; over a URL the API key says it.
struct Operator {
    std::string tenant = "main";
    std::string actor = {};  // who decides; empty: the operator
    bool new_tenant = false; // opens it
};

class ApiSession {
  public:
    ApiSession(server::Config config, Operator who, Printer out);
    ApiSession(RemoteServer server, Printer out);
    ApiSession(ApiSession&&) noexcept;
    ~ApiSession();

    // The answer, whatever its status.
    Result<net::Response> call(const ApiCall& call);
    // The answer where it is 2xx. What the API refuses is printed, and fails in a way that report()
    // knows.
    Result<Answered> ask(const ApiCall& call);
    // Prints an error, except one that ask() has printed. Gives exit_failed.
    int report(const Error& error) const;

    const Printer& out() const { return out_; }
    // "main at ./data", or the URL.
    std::string name() const;

  private:
    std::variant<std::unique_ptr<LocalApi>, std::unique_ptr<RemoteApi>> api_;
    Operator who_;
    Printer out_;
};

} // namespace settled::cli
