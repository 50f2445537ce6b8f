#include "server/console_pages.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace settled::embedded_console {
extern const std::span<const settled::server::ConsoleFile> files;
} // namespace settled::embedded_console

namespace settled::server {

namespace {

constexpr std::string_view console_root = "/console/";
constexpr std::string_view portal_root = "/portal/";
constexpr std::string_view assets = "assets/";
constexpr std::string_view compressed = ".gz";

// Nothing but files of ours: no script in the page, nothing from elsewhere, no frame around it.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string_view type_of(std::string_view path) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> types{{
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".woff2", "font/woff2"},
        {".json", "application/json"},
        {".txt", "text/plain; charset=utf-8"},
    }};
    const auto* const found = std::ranges::find_if(
        types, [path](const auto& each) { return path.ends_with(each.first); });
    return found == types.end() ? "application/octet-stream" : found->second;
}

// "gzip" among the codings that a browser takes, and not with a weight of nothing.
bool takes_gzip(const net::Request& request) {
    std::string_view rest = request.fields.find("Accept-Encoding").value_or("");
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        std::string_view coding = rest.substr(0, comma);
        rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
        coding.remove_prefix(std::min(coding.find_first_not_of(' '), coding.size()));
        const std::string_view name = coding.substr(0, coding.find_first_of("; "));
        if (name == "gzip")
            return !coding.ends_with("q=0") && !coding.ends_with("q=0.0");
    }
    return false;
}

net::Response moved_to(std::string_view address) {
    net::Response response;
    response.status = 308;
    response.content_type = "text/plain; charset=utf-8";
    response.fields.add("Location", address);
    return response;
}

} // namespace

std::span<const ConsoleFile> console_files() {
    return embedded_console::files;
}

bool has_console() {
    return !console_files().empty();
}

bool ConsolePages::serves(std::string_view path) {
    return path == "/console" || path == "/portal" || path.starts_with(console_root) ||
           path.starts_with(portal_root);
}

const ConsoleFile* ConsolePages::find(std::string_view path) const {
    const auto found = std::ranges::find(files_, path, &ConsoleFile::path);
    return found == files_.end() ? nullptr : &*found;
}

net::Response ConsolePages::shown(const net::Request& request, const ConsoleFile& file) const {
    net::Response response;
    response.content_type = type_of(file.path);
    const bool is_page = !file.path.starts_with(assets);
    response.fields.add("Cache-Control",
                        is_page ? "no-store" : "public, max-age=31536000, immutable");
    response.fields.add("Content-Security-Policy", content_security_policy);
    response.fields.add("X-Content-Type-Options", "nosniff");
    response.fields.add("Referrer-Policy", "no-referrer");
    response.fields.add("Vary", "Accept-Encoding");
    const ConsoleFile* const small =
        takes_gzip(request) ? find(std::string(file.path) + std::string(compressed)) : nullptr;
    if (small != nullptr)
        response.fields.add("Content-Encoding", "gzip");
    response.body = small != nullptr ? small->content : file.content;
    return response;
}

Result<net::Response> ConsolePages::answer(const net::Request& request) const {
    if (files_.empty())
        return fail(Code::route_unknown, "this server was built without the console");
    if (request.method != "GET" && request.method != "HEAD")
        return fail(Code::method_not_allowed, "ask with GET");
    if (request.path == "/console" || request.path == "/portal")
        return moved_to(request.path + "/");
    const bool is_portal = request.path.starts_with(portal_root);
    const std::string_view root = is_portal ? portal_root : console_root;
    const std::string_view path = std::string_view(request.path).substr(root.size());
    const ConsoleFile* file = find(path.starts_with(assets) ? path
                                   : is_portal              ? "portal.html"
                                                            : "index.html");
    if (file == nullptr || file->path.ends_with(compressed))
        return fail(Code::route_unknown, "the console has no such file");
    return shown(request, *file);
}

} // namespace settled::server
