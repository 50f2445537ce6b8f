// Ports of loopback that a `settled dev` has for itself among all that run, from before it listens there until it
// ends: two that start in the same moment never choose the same one.
//
// Each claim is an abstract Unix socket of that port's name, which one process at a time can have and which goes
// with its process. Other programs do not ask for claims: whether they listen there is looked at as well.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <map>

namespace settled::dev {

class PortClaims {
  public:
    PortClaims() = default;
    PortClaims(PortClaims&&) noexcept = default;
    PortClaims& operator=(PortClaims&&) noexcept;
    ~PortClaims() { give_up(); }

    // False: another `settled dev` has it. A port that is claimed here already is claimed.
    bool claim(std::uint16_t port);
    void give_up(std::uint16_t port);

  private:
    void give_up();

    std::map<std::uint16_t, int> sockets_; // by port
};

} // namespace settled::dev
