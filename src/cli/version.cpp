#include "cli/version.h"

#include "server/build.h"
#include "server/console_pages.h"
#include "wire/json_writer.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

namespace settled::cli {

using server::commit;
using server::commit_date;
using server::version;

std::string version_text() {
    return commit_date.empty() ? fmt::format("settled {} ({})", version, commit)
                               : fmt::format("settled {} ({}, {})", version, commit, commit_date);
}

std::string version_json() {
    const int pq = ::PQlibVersion();
    wire::JsonWriter w;
    w.object().member("version", version).member("commit", commit);
    w.key("commit_date");
    if (commit_date.empty())
        w.null();
    else
        w.value(commit_date);
    w.member("console", server::has_console());
    w.key("engines").array().value("sqlite").value("postgresql").end();
    w.key("libraries").object();
    w.member("libpq", fmt::format("{}.{}", pq / 10'000, pq % 10'000));
    w.member("librdkafka", ::rd_kafka_version_str());
    w.member("openssl", ::OpenSSL_version(OPENSSL_VERSION_STRING));
    w.member("sqlite", ::sqlite3_libversion()).end().end();
    return std::move(w).text();
}

} // namespace settled::cli
