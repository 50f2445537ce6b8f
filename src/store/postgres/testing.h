// PostgreSQL for tests: a schema for each directory that a test would give SQLite, in a database of
// the process's own. The server is there already (tools/postgres_server.py); its URL is in
// SETTLED_TEST_POSTGRES.
#pragma once

#include "base/rng.h"
#include "store/postgres/connection.h"
#include "store/postgres/postgres_store.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace settled::store::postgres::testing {

// The test's own, distinguished from the store's by its name.
inline std::unique_ptr<Connection> connect(const std::string& url) {
    auto info = ConnectionInfo::parse(Secret(url + "&application_name=tests"), Secret());
    if (!info)
        throw std::runtime_error(info.error().detail);
    auto connection = Connection::open(*info, Access::read_write);
    if (!connection)
        throw std::runtime_error(connection.error().detail);
    return std::move(*connection);
}

inline void run(Connection& connection, const std::string& sql) {
    if (const auto done = connection.script(sql); !done)
        throw std::runtime_error(done.error().error.detail + " in: " + sql);
}

// A server's URL, "postgresql:///postgres?host=/run/x&port=5432&user=settled", for another
// database.
inline std::string url_of(const std::string& database) {
    const char* const server = std::getenv("SETTLED_TEST_POSTGRES");
    if (server == nullptr)
        throw std::runtime_error("SETTLED_TEST_POSTGRES names no server; run tools/run_tests.py, "
                                 "or tools/postgres_server.py by hand");
    std::string url(server);
    const std::size_t path = url.find('/', url.find("://") + 3);
    const std::size_t query = url.find('?');
    return url.substr(0, path + 1) + database + url.substr(query);
}

// The schemas of this process. One that is free again is emptied, which is faster than making one.
class Schemas {
  public:
    static Schemas& of_this_process() {
        static Schemas all;
        return all;
    }
    std::string url_for(const std::string& directory) {
        const std::lock_guard lock(mutex_);
        auto& schema = taken_[directory];
        if (schema.empty())
            schema = take();
        return url_of(database_) + in_schema(schema);
    }
    void give_back(const std::string& directory) {
        const std::lock_guard lock(mutex_);
        const auto found = taken_.find(directory);
        if (found == taken_.end())
            return;
        free_.push_back(found->second);
        taken_.erase(found);
    }

  private:
    Schemas() : database_("test_" + std::to_string(::getpid())) {
        const auto server = connect(url_of("postgres"));
        run(*server, "DROP DATABASE IF EXISTS " + database_ + " WITH (FORCE)");
        run(*server, "CREATE DATABASE " + database_ + " TEMPLATE template0 ENCODING 'UTF8'");
        connection_ = connect(url_of(database_));
    }
    ~Schemas() {
        connection_.reset();
        try {
            run(*connect(url_of("postgres")), "DROP DATABASE " + database_ + " WITH (FORCE)");
        } catch (const std::exception&) {
            return; // the server is gone, and the database with it
        }
    }

    std::string take() {
        if (free_.empty())
            return make();
        const std::string schema = free_.back();
        free_.pop_back();
        run(*connection_,
            "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname "
            "= 'seed' LOOP EXECUTE format('DELETE FROM " +
                schema + ".%I', t); EXECUTE format('INSERT INTO " + schema +
                ".%I SELECT * FROM seed.%I', t, t); END LOOP; END $$");
        return schema;
    }
    // The first is only there to copy from: what migrations bring.
    std::string make() {
        if (made_ == 0) {
            run(*connection_, "CREATE SCHEMA seed");
            const auto migrated =
                migrate({Secret(url_of(database_) + in_schema("seed")), Secret()});
            if (!migrated)
                throw std::runtime_error(migrated.error().detail);
        }
        const std::string schema = "s" + std::to_string(++made_);
        run(*connection_, "CREATE SCHEMA " + schema);
        return schema;
    }
    static std::string in_schema(const std::string& schema) {
        return "&options=-csearch_path%3D" + schema;
    }

    std::mutex mutex_;
    std::string database_;
    std::unique_ptr<Connection> connection_;
    std::map<std::string, std::string> taken_;
    std::vector<std::string> free_;
    int made_ = 0;
};

inline Result<std::unique_ptr<Store>> try_open(const std::string& directory,
                                               RisingClock* time = nullptr) {
    static SystemRng rng;
    return open({Secret(Schemas::of_this_process().url_for(directory)), Secret(), 1, 2, time}, rng);
}

} // namespace settled::store::postgres::testing
