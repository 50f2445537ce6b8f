#include "cli/client/api_call.h"

#include "cli/client/control_client.h"
#include "server/installation.h"
#include "server/run.h"

#include <filesystem>

namespace settled::cli {

namespace {

net::Request request_of(const ApiCall& call) {
    net::Request request;
    request.method = call.method;
    request.target = call.target;
    const std::size_t question = call.target.find('?');
    request.path = call.target.substr(0, question);
    request.query = question == call.target.npos ? "" : call.target.substr(question + 1);
    request.body = call.body;
    if (!call.body.empty())
        request.fields.add("Content-Type", "application/json");
    if (!call.idempotency_key.empty())
        request.fields.add("Idempotency-Key", call.idempotency_key);
    request.request_id = "command-line";
    request.peer = "command-line";
    request.trusted_peer = true; // who may open the data directory is the operator
    return request;
}

} // namespace

LocalApi::LocalApi(server::Config config) : config_(std::move(config)) {}
LocalApi::~LocalApi() = default;

Result<net::Response> LocalApi::call(const ApiCall& call) {
    const std::string socket = config_.data + "/control.sock";
    if (!own_ && std::filesystem::exists(socket)) {
        auto answer = call_over_control_socket(socket, call);
        if (answer || answer.error().code != Code::connect_failed)
            return answer;
        // Left behind by a server that was killed: no process listens.
    }
    if (!own_) {
        TRY(own_, server::Installation::open(config_, node::Roles::none(),
                                             call.begins ? server::IfMissing::make
                                                         : server::IfMissing::refuse));
        if (own_->is_new())
            server::report_new_store(config_);
    }
    return server::run_to_end(own_->api().handle(request_of(call)));
}

Result<net::Response> call_api(const server::Config& config, const ApiCall& call) {
    return LocalApi(config).call(call);
}

} // namespace settled::cli
