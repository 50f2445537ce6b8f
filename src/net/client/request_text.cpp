#include "net/client/request_text.h"

#include "net/server/response_text.h"

#include <algorithm>

namespace settled::net {

namespace {

bool is_method(std::string_view method) {
    return !method.empty() && method.size() <= 16 &&
           std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_target(std::string_view target) {
    return target.starts_with('/') && std::ranges::all_of(target, [](char c) {
               const auto code = static_cast<unsigned char>(c);
               return code > 0x20 && code < 0x7f;
           });
}

// Fields that the client sets itself; a second one would make the request's end or host doubtful.
bool is_reserved(std::string_view name) {
    for (const std::string_view own :
         {"Host", "Content-Length", "Transfer-Encoding", "Connection", "User-Agent", "Expect"}) {
        if (same_name(name, own)) {
            return true;
        }
    }
    return false;
}

} // namespace

Result<std::string> request_text(const OutboundRequest& request) {
    if (!is_method(request.method) || !is_target(request.url.target)) {
        return fail(Code::url_invalid, "the method or the target cannot be sent");
    }
    std::string out;
    out.reserve(512 + request.body.size());
    out.append(request.method).append(" ").append(request.url.target);
    out.append(" HTTP/1.1\r\nHost: ").append(request.url.authority());
    out.append("\r\nUser-Agent: settled");
    for (const auto& [name, value] : request.fields) {
        if (!is_field(name, value) || is_reserved(name)) {
            return fail(Code::value_invalid, "a header field cannot be sent");
        }
        out.append("\r\n").append(name).append(": ").append(value);
    }
    const bool bodiless = request.method == "GET" || request.method == "HEAD" ||
                          request.method == "DELETE" || request.method == "OPTIONS";
    if (!bodiless || !request.body.empty()) {
        out.append("\r\nContent-Length: ").append(std::to_string(request.body.size()));
    }
    out.append("\r\n\r\n").append(request.body);
    return out;
}

} // namespace settled::net
