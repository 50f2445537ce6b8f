#include "app/api_call.h"

#include "app/control_client.h"
#include "app/installation.h"
#include "app/run.h"

#include <filesystem>

namespace settled::app {

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

LocalApi::LocalApi(Config config) : config_(std::move(config)) {}
LocalApi::~LocalApi() = default;

Result<net::Response> LocalApi::call(const ApiCall& call) {
    const std::string socket = config_.data + "/control.sock";
    if (!own_ && std::filesystem::exists(socket)) {
        auto answer = call_over_control_socket(socket, call);
        if (answer || answer.error().code != Code::connect_failed)
            return answer;
        // Left behind by a server that was killed: nobody listens.
    }
    if (!own_) {
        TRY(own_, Installation::open(config_, node::Roles::none(),
                                     call.begins ? IfMissing::make : IfMissing::refuse));
        if (own_->is_new())
            report_new_store(config_);
    }
    return run_to_end(own_->api().handle(request_of(call)));
}

Result<net::Response> call_api(const Config& config, const ApiCall& call) {
    return LocalApi(config).call(call);
}

} // namespace settled::app
