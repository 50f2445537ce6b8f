// Fresh databases on a PostgreSQL server, by name.
#pragma once

#include <string>

namespace settled::bench {

class Databases {
  public:
    explicit Databases(std::string server) : server_(std::move(server)) {}
    // Makes one and returns its URL.
    std::string make(const std::string& name) const;

  private:
    std::string server_;
};

} // namespace settled::bench
