#include "sandbox/base/handler.h"

#include "sandbox/bounds.h"
#include "wire/json_writer.h"

namespace settled::sandbox {

net::Response json_answer(int status, std::string body) {
    net::Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

net::Response empty_answer(int status) {
    net::Response response;
    response.status = status;
    return response;
}

net::Response problem(int status, std::string_view title, std::string_view detail) {
    wire::JsonWriter writer;
    writer.object().member("type", "about:blank").member("title", title).member("status", status);
    if (!detail.empty())
        writer.member("detail", detail);
    writer.end();
    net::Response response = json_answer(status, std::move(writer).text());
    response.content_type = "application/problem+json";
    return response;
}

net::Response problem(const Error& error) {
    const CodeInfo& what = info(error.code);
    return problem(what.http_status, what.title, error.detail);
}

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find('/'), path.size());
        parts.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

std::size_t SandboxHandler::body_bytes_max(std::string_view, std::string_view) const {
    return bounds::body_bytes_max;
}

net::Response SandboxHandler::refuse(const Error& error, std::string_view) const {
    return problem(error);
}

void SandboxHandler::answered(const net::Request&, const net::Response&,
                              std::chrono::microseconds) {}

} // namespace settled::sandbox
