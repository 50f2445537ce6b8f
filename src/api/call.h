// What a handler gets and gives.
#pragma once

#include "api/scope.h"
#include "base/error.h"
#include "base/id.h"
#include "base/task.h"
#include "net/http.h"

#include <memory>
#include <string>
#include <utility>

namespace settled::api {

struct Core;

// The tenant of those who look after the installation.
inline constexpr TenantId main_tenant{1};

// Who calls: an API key of a tenant, or the operator over the control socket.
struct Caller {
    TenantId tenant;
    ScopeSet scopes;
    // Of who decides, in records: the id of the API key, "operator", "operator:anna", "os:jo".
    std::string name;
    bool is_session = false; // a browser that is signed in: its answers are masked

    bool looks_after_installation() const {
        return tenant == main_tenant && scopes.has(Scope::admin);
    }
};

// An authenticated request on its way to its handler. Lives until the handler has returned.
struct Call {
    const net::Request& request;
    Caller caller;
    std::string id;                // what stands for {id} or {name} in the route's path
    std::string_view pattern = {}; // of the route
};

struct Answer {
    int status = 200;
    std::string body;      // JSON; empty with 204
    bool replayed = false; // it was given before under the same Idempotency-Key
    std::shared_ptr<net::BodySource> source = {}; // the body comes from it, in parts
    std::string content_type = "application/json";
};

using Handler = Task<Result<Answer>> (*)(const Core& core, const Call& call);

} // namespace settled::api
