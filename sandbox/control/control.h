// The control API: JSON over HTTP on a loopback port of its own, without authentication (it moves
// no money and holds no secret that is not in the key files in the same folder). sandbox/README.md
// lists it.
#pragma once

#include "sandbox/base/handler.h"

#include <string>
#include <vector>

namespace settled::sandbox {

class Sandbox;

class Control final : public SandboxHandler {
  public:
    explicit Control(Sandbox& sandbox) : sandbox_(sandbox) {}
    Task<net::Response> handle(net::Request request) override;

  private:
    Sandbox& sandbox_;
};

// Each area's routes; `path` are the segments behind the area's name.
using Path = std::vector<std::string>;
Task<net::Response> control_bank(Sandbox& sandbox, const net::Request& request, Path path);
Task<net::Response> control_core(Sandbox& sandbox, const net::Request& request, Path path);
Task<net::Response> control_provider(Sandbox& sandbox, const net::Request& request, Path path);
Task<net::Response> control_platform(Sandbox& sandbox, const net::Request& request, Path path);
Task<net::Response> control_partner(Sandbox& sandbox, const net::Request& request, Path path);

} // namespace settled::sandbox
