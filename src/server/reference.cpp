#include "server/reference.h"

#include <string>
#include <utility>
#include <vector>

// Made by cmake/embed.cmake.
namespace settled::embedded_reference {
extern const std::vector<std::pair<std::string_view, std::string_view>> files; // page, style
} // namespace settled::embedded_reference

namespace settled::server {

namespace {

net::Response shown(std::string_view content_type, std::string_view body) {
    net::Response response;
    response.content_type = content_type;
    response.body = body;
    response.fields.add("Content-Security-Policy",
                        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action "
                        "'none'; frame-ancestors 'none'");
    response.fields.add("X-Content-Type-Options", "nosniff");
    response.fields.add("Referrer-Policy", "no-referrer");
    response.fields.add("Cache-Control", "no-cache");
    return response;
}

} // namespace

std::optional<net::Response> reference_page(std::string_view path) {
    const auto& files = embedded_reference::files;
    if (path == "/docs/")
        return shown("text/html; charset=utf-8", files[0].second);
    if (path == "/docs/reference.css")
        return shown("text/css; charset=utf-8", files[1].second);
    if (path != "/docs")
        return std::nullopt;
    net::Response moved = shown("text/plain; charset=utf-8", "it is at /docs/\n");
    moved.status = 308;
    moved.fields.add("Location", "/docs/");
    return moved;
}

} // namespace settled::server
