// What a database on this machine has spent, to be read before and after some work.
#pragma once

#include <string>

namespace settled::bench {

struct DatabaseUse {
    double cpu_us = 0;       // of all processes of the server, also ended ones
    double log_bytes = 0;    // written ahead (WAL), by the whole server
    double stored_bytes = 0; // tables and indexes of this database
    double groups = 0;       // transactions that nodes' writers began here

    friend DatabaseUse operator-(const DatabaseUse& later, const DatabaseUse& earlier) {
        return {later.cpu_us - earlier.cpu_us, later.log_bytes - earlier.log_bytes,
                later.stored_bytes - earlier.stored_bytes, later.groups - earlier.groups};
    }
};

// Of a PostgreSQL. Nothing, when `url` is empty.
DatabaseUse database_use(const std::string& url);
// Of the SQLite in a data directory: all pages, those that still stand in its log, too.
double sqlite_bytes(const std::string& data);

} // namespace settled::bench
