#include "api/probe.h"

#include <fmt/format.h>

namespace settled::api {

Probe::Probe(observe::Metrics& metrics) {
    for (const Route& route : routes())
        for (const int hundreds : {2, 4, 5})
            answers_.emplace(std::pair(&route, hundreds),
                             metrics.counter("settled_api_requests_total",
                                             "Answers of the REST API by route and status class",
                                             {{"method", std::string(route.method)},
                                              {"route", std::string(route.pattern)},
                                              {"status", fmt::format("{}xx", hundreds)}}));
    for (const Code code :
         {Code::credentials_missing, Code::credentials_invalid, Code::scope_missing})
        denials_.emplace(code, metrics.counter("settled_api_denied_total",
                                               "Calls refused for want of a key or a scope",
                                               {{"code", std::string(info(code).token)}}));
}

void Probe::answered(const Route& route, int status) const {
    const auto counter = answers_.find({&route, status / 100});
    if (counter != answers_.end())
        counter->second.add();
}

void Probe::denied(Code code) const {
    const auto counter = denials_.find(code);
    if (counter != denials_.end())
        counter->second.add();
}

} // namespace settled::api
