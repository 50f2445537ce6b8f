// The HTTP client with which secrets are read from AWS: the same as for all calls, on an io_context of
// its own, and with its own rule of what may be called. Where it leads is the operator's choice, so that
// the filter for partners' URLs is not asked; AWS's rules for http are (custody/aws/endpoint.h).
#pragma once

#include "custody/aws/http.h"
#include "server/config.h"

#include <memory>

namespace settled::server {

// Any thread; one call at a time. A client is made at the first call.
std::shared_ptr<custody::aws::Http> make_secrets_http(const Config& config);

// Keeps the variables that are secrets and erases them, and sets up the places of keys: before the first
// key is read.
void open_custody(const Config& config);

} // namespace settled::server
