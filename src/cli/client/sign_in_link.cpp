#include "cli/client/sign_in_link.h"

#include "api/console/sign_in.h"
#include "cli/client/api_call.h"
#include "cli/client/query.h"
#include "cli/json_text.h"
#include "wire/json.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <array>

namespace settled::cli {

namespace {

// Of all interfaces: by the one that this machine has for itself.
std::string reachable(std::string_view address) {
    if (address.starts_with("0.0.0.0:"))
        return "127.0.0.1:" + std::string(address.substr(8));
    if (address.starts_with("[::]:"))
        return "[::1]:" + std::string(address.substr(5));
    return std::string(address);
}

} // namespace

std::string console_address(const server::Config& config) {
    if (!config.public_url.empty())
        return config.public_url;
    return (config.tls_certificate.empty() ? "http://" : "https://") + reachable(config.listen);
}

std::string user_name() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    const auto user = ::getuid();
    if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return fmt::format("uid-{}", user);
}

Result<SignInLink> make_sign_in_link(const server::Config& config, std::string_view tenant) {
    wire::JsonWriter w;
    w.object().member("user", user_name()).end();
    TRY(const net::Response answer,
        call_api(config, {.method = "POST",
                          .target = fmt::format("{}?tenant={}", api::sign_in_links_path,
                                                query_text(tenant)),
                          .body = std::move(w).text()}));
    TRY(const auto document, wire::JsonDocument::parse(answer.body));
    if (answer.status != 201)
        return fail(Code::sign_in_refused, text_at(document.root(), "detail"));
    return SignInLink{Secret(fmt::format("{}/console/#signin={}", console_address(config),
                                         text_at(document.root(), "token"))),
                      text_at(document.root(), "expires_at")};
}

} // namespace settled::cli
