// The way to the database: a libpq connection string, with our defaults under it and our settings
// over it.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <string>
#include <utility>
#include <vector>

namespace settled::store::postgres {

class ConnectionInfo {
  public:
    // `url`: "postgresql://user@host1,host2/database?sslmode=verify-full". The password comes from
    // the URL, from `password` if that is not empty, or from where libpq looks (PGPASSFILE,
    // ~/.pgpass). Fails with config_invalid, which does not quote the URL.
    static Result<ConnectionInfo> parse(const Secret& url, Secret password);

    ConnectionInfo copy() const;
    // For PQconnectdbParams; ends with nullptr. Lives as long as this.
    std::vector<const char*> keywords() const;
    std::vector<const char*> values() const;
    // Hosts and database for people: "db1:5432,db2:5432/settled".
    std::string shown() const;

  private:
    void set(std::string keyword, std::string value);
    void set_default(std::string keyword, std::string value);
    std::string_view value_of(std::string_view keyword) const;

    std::vector<std::pair<std::string, Secret>> settings_;
};

} // namespace settled::store::postgres
