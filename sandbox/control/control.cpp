#include "sandbox/control/control.h"

#include "sandbox/base/input.h"
#include "sandbox/sandbox.h"
#include "wire/json_writer.h"

namespace settled::sandbox {

namespace {

std::string local_url(std::string_view scheme, std::uint16_t port) {
    return std::string(scheme) + "://127.0.0.1:" + std::to_string(port);
}

net::Response show_state(Sandbox& sandbox) {
    const Ports ports = sandbox.ports();
    const KeyFiles& files = sandbox.key_files();
    wire::JsonWriter writer;
    writer.object().key("urls").object();
    writer.member("control", local_url("http", ports.control));
    writer.member("bank", local_url("http", ports.bank));
    writer.member("core_bank", local_url("http", ports.core_bank) + "/api");
    writer.member("partner", local_url("http", ports.partner));
    writer.member("partner_tls", local_url("https", ports.partner_tls));
    writer.member("platform", local_url("http", ports.platform));
    writer.member("platform_tls", "https://localhost:" + std::to_string(ports.platform_tls)).end();
    writer.member("real_account_id", sandbox.accounts().real_account_id());
    writer.member("real_account_iban", sandbox.accounts().real_account_iban());
    writer.key("files").object();
    writer.member("bank_public_key", files.bank_public_key);
    writer.member("institution_private_key", files.institution_private_key);
    writer.member("api_token", files.api_token);
    writer.member("platform_password", files.platform_password);
    writer.member("platform_client_secret", files.platform_client_secret);
    writer.member("core_bank_key", files.core_bank_key);
    writer.member("core_bank_webhook_secret", files.core_bank_webhook);
    writer.member("partner_authority", files.partner_authority).end();
    writer.member("webhooks_aimed", sandbox.sender().has_url());
    writer.member("core_bank_webhooks_aimed", sandbox.core_webhooks().has_url());
    writer.member("payments_aimed", sandbox.provider().has_target()).end();
    return json_answer(200, std::move(writer).text());
}

Result<net::Response> set_targets(Sandbox& sandbox, const std::string& body) {
    TRY(const wire::JsonDocument document, wire::JsonDocument::parse(body));
    const Input input(document.root());
    TRY_VOID(input.only({"webhook_url", "core_bank_webhook_url", "settled_url", "api_key"}));
    Targets targets;
    TRY(targets.core_bank_webhook_url, input.text_or("core_bank_webhook_url", ""));
    TRY(targets.webhook_url, input.text_or("webhook_url", ""));
    TRY(targets.settled_url, input.text_or("settled_url", ""));
    TRY(std::string key, input.text_or("api_key", ""));
    targets.api_key = Secret(std::move(key));
    TRY_VOID(sandbox.aim(std::move(targets)));
    return show_state(sandbox);
}

} // namespace

Task<net::Response> Control::handle(net::Request request) {
    Path path = segments(request.path);
    const std::string area = path.empty() ? std::string() : path.front();
    if (!path.empty())
        path.erase(path.begin());
    if (area == "state" && path.empty() && request.method == "GET")
        co_return show_state(sandbox_);
    if (area == "targets" && path.empty() && request.method == "PUT") {
        const Result<net::Response> set = set_targets(sandbox_, request.body);
        co_return set ? *set : problem(set.error());
    }
    net::Response response;
    if (area == "bank")
        response = co_await control_bank(sandbox_, request, std::move(path));
    else if (area == "core")
        response = co_await control_core(sandbox_, request, std::move(path));
    else if (area == "provider")
        response = co_await control_provider(sandbox_, request, std::move(path));
    else if (area == "platform")
        response = co_await control_platform(sandbox_, request, std::move(path));
    else if (area == "partner")
        response = co_await control_partner(sandbox_, request, std::move(path));
    else
        response = problem(404, "There is nothing at this address");
    co_return response;
}

} // namespace settled::sandbox
