#include "store/sqlite/sqlite_store.h"

#include "store/migrations.h"
#include "store/online_backup.h"
#include "store/queries/private_files.h"
#include "store/sqlite/connection_session.h"
#include "store/sqlite/lock_file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/time_seen.h"
#include "store/sqlite/writer.h"

#include <fmt/format.h>

#include <filesystem>

namespace settled::store::sqlite {

namespace {

// Read-only units on threads of their own, each on one snapshot.
class Readers {
  public:
    Result<> open(const std::string& path, const Options& options) {
        for (int i = 0; i < options.readers; ++i) {
            TRY(Connection connection,
                Connection::open(path, Access::read_only, options.read_cache_kib));
            threads_.emplace_back(&Readers::loop, this, std::move(connection));
        }
        return {};
    }
    ~Readers() { stop(); }

    void submit(std::unique_ptr<Job> job) {
        if (queue_.push(job))
            return;
        job->fail(queue_.closed()
                      ? Error{Code::shutting_down, "the store is closed"}
                      : Error{Code::store_overloaded, "too many reads wait; try again soon"});
        deliver_one(std::move(job));
    }
    void stop() {
        queue_.close();
        for (std::thread& thread : threads_)
            if (thread.joinable())
                thread.join();
    }

  private:
    static void deliver_one(std::unique_ptr<Job> job) {
        std::vector<std::unique_ptr<Job>> one;
        one.push_back(std::move(job));
        deliver_all(std::move(one));
    }

    void loop(Connection connection) {
        while (true) {
            auto jobs = queue_.take(1, {}, 1);
            if (jobs.empty())
                return;
            run(connection, *jobs.front());
            deliver_one(std::move(jobs.front()));
        }
    }

    static void run(Connection& connection, Job& job) {
        ConnectionSession session(connection);
        Result<> outcome = connection.script("BEGIN");
        if (outcome) {
            job.start(session);
            if (!job.done())
                outcome = session.last();
        }
        if (connection.in_transaction())
            (void)connection.script("COMMIT");
        if (!outcome)
            job.fail(outcome.error());
    }

    JobQueue queue_;
    std::vector<std::thread> threads_;
};

class SqliteStore final : public Store, public OnlineBackup {
  public:
    SqliteStore(LockFile lock, Connection writing, const Clock* time)
        : lock_(std::move(lock)), writer_(std::move(writing), time) {}

    Result<> open_readers(const std::string& path, const Options& options) {
        return readers_.open(path, options);
    }
    void set_listener(Listener listener) override { writer_.set_listener(std::move(listener)); }
    void copy_to(std::string file, std::function<void(Result<>)> done) override {
        writer_.copy_to(std::move(file), std::move(done));
    }
    Health health() const override { return writer_.health(); }
    StoreStats stats() const override { return writer_.stats(); }
    void stop() override {
        readers_.stop();
        writer_.stop();
    }

  protected:
    void submit_write(std::unique_ptr<Job> job) override { writer_.submit(std::move(job)); }
    void submit_read(std::unique_ptr<Job> job) override { readers_.submit(std::move(job)); }

  private:
    LockFile lock_;
    Writer writer_;
    Readers readers_;
};

class ReadingStore final : public Store {
  public:
    Result<> open(const std::string& path) { return readers_.open(path, {}); }
    void set_listener(Listener) override {}
    Health health() const override { return {false, "the store was opened for reading"}; }
    StoreStats stats() const override { return {}; }
    void stop() override { readers_.stop(); }

  protected:
    void submit_write(std::unique_ptr<Job> job) override {
        job->fail({Code::store_unavailable, "the store was opened for reading"});
        std::vector<std::unique_ptr<Job>> one;
        one.push_back(std::move(job));
        deliver_all(std::move(one));
    }
    void submit_read(std::unique_ptr<Job> job) override { readers_.submit(std::move(job)); }

  private:
    Readers readers_;
};

Result<> require_our_schema(const std::string& directory) {
    TRY(const std::int64_t have, schema_version(directory));
    if (have != newest_schema())
        return fail(Code::store_version, other_schema(have));
    return {};
}

// The directory, and what is in it already: SQLite gives a new log the mode that the data has.
Result<> make_private(const std::string& directory) {
    TRY_VOID(make_private_directory(directory));
    for (const char* const name : {"/settled.db", "/settled.db-wal", "/settled.db-shm", "/lock"})
        TRY_VOID(make_file_private(directory + name));
    return {};
}

} // namespace

Result<std::unique_ptr<Store>> open_for_reading(const std::string& directory) {
    TRY_VOID(require_our_schema(directory));
    auto store = std::make_unique<ReadingStore>();
    TRY_VOID(store->open(directory + "/settled.db"));
    return store;
}

Result<std::int64_t> schema_version(const std::string& directory) {
    const std::string path = directory + "/settled.db";
    if (!std::filesystem::exists(path))
        return fail(Code::store_missing, "there is none in " + directory);
    TRY(Connection connection, Connection::open(path, Access::read_only, Options().read_cache_kib));
    return connection.number("SELECT coalesce(max(version), 0) FROM schema_migration");
}

Result<int> migrate_directory(const std::string& directory) {
    TRY_VOID(make_private(directory));
    TRY(const LockFile lock, LockFile::take(directory + "/lock"));
    TRY(Connection connection,
        Connection::open(directory + "/settled.db", Access::read_write, Options().write_cache_kib));
    return migrate(connection);
}

Result<std::unique_ptr<Store>> open(Options options) {
    TRY_VOID(make_private(options.directory));
    TRY(LockFile lock, LockFile::take(options.directory + "/lock"));
    const std::string path = options.directory + "/settled.db";
    TRY(Connection writing, Connection::open(path, Access::read_write, options.write_cache_kib));
    TRY_VOID(migrate(writing));
    if (options.time != nullptr)
        TRY_VOID(go_on_from_what_was_seen(writing, *options.time));
    auto store = std::make_unique<SqliteStore>(std::move(lock), std::move(writing), options.time);
    TRY_VOID(store->open_readers(path, options));
    return store;
}

} // namespace settled::store::sqlite
