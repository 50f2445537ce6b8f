// Every route under /v1, with what it needs: the one table from which routing, 405 against 404, the
// scope check, the check of query parameters, the metrics and the tests' access matrix all come.
#pragma once

#include "api/call.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace settled::api {

struct Route {
    std::string_view method;
    std::string_view pattern; // "/v1/payments/{id}": {…} stands for one part of the path
    Scope scope;
    std::string_view parameters; // the query parameters it takes, space-separated
    Handler handler;
    // With ?new_tenant=true the operator opens the tenant that is named.
    bool opens_tenant = false;
};

std::span<const Route> routes();

struct RouteMatch {
    const Route* route = nullptr; // nullptr: nothing serves this
    std::string id;               // what stood for {…}
    std::string allow;            // when the path is right and the method is not: "GET, POST"
};
RouteMatch find_route(std::string_view method, std::string_view path);

// Refuses query parameters that the route does not take, and repeated ones (parameter_invalid).
// `operated`: the call came over the control socket and may name its tenant.
Result<> check_parameters(const Route& route, std::string_view query, bool operated);

} // namespace settled::api
