// GET /docs/: the API reference, made of the contract by tools/make_reference.py. It needs nothing from
// elsewhere, and runs no script.
#pragma once

#include "net/http.h"

#include <optional>
#include <string_view>

namespace settled::server {

// nullopt: the path is none of the reference's.
std::optional<net::Response> reference_page(std::string_view path);

} // namespace settled::server
