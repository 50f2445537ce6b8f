#include "store/postgres/postgres_store.h"

#include "store/postgres/reader.h"
#include "store/postgres/schema.h"
#include "store/postgres/writer.h"

namespace settled::store::postgres {

namespace {

class PostgresStore final : public Store {
  public:
    PostgresStore(ConnectionInfo info, std::size_t writers, const Clock* time)
        : writing_{std::move(info), time, {}, Availability(writers), {}} {}
    ~PostgresStore() override { PostgresStore::stop(); }

    void add_writer(std::unique_ptr<Connection> connection, std::int64_t id) {
        writers_.push_back(std::make_unique<Writer>(writing_, std::move(connection), id));
    }
    void add_reader() { readers_.push_back(std::make_unique<Reader>(writing_.info, reading_)); }

    void set_listener(Listener listener) override { writing_.listener = std::move(listener); }
    bool is_shared() const override { return true; }
    Health health() const override { return writing_.available.health(); }
    StoreStats stats() const override {
        return {writing_.commits, writing_.units, writing_.queue.size(), writing_.last_commit_us};
    }
    void stop() override {
        reading_.close();
        writing_.queue.close();
        readers_.clear();
        writers_.clear();
    }

  protected:
    void submit_write(std::unique_ptr<Job> job) override {
        if (writing_.available.nobody_is_up())
            return refuse(std::move(job), writing_.available.error());
        if (!writing_.queue.push(job))
            refuse(std::move(job), refusal(writing_.queue));
    }
    void submit_read(std::unique_ptr<Job> job) override {
        if (!reading_.push(job))
            refuse(std::move(job), refusal(reading_));
    }

  private:
    static Error refusal(const JobQueue& queue) {
        if (queue.closed())
            return {Code::shutting_down, "the store is closed"};
        return {Code::store_overloaded, "too many units wait; try again soon"};
    }
    static void refuse(std::unique_ptr<Job> job, Error error) {
        job->fail(std::move(error));
        std::vector<std::unique_ptr<Job>> one;
        one.push_back(std::move(job));
        deliver_all(std::move(one));
    }

    Writing writing_;
    JobQueue reading_;
    std::vector<std::unique_ptr<Writer>> writers_;
    std::vector<std::unique_ptr<Reader>> readers_;
};

Result<> set_time(Connection& connection, RisingClock& time) {
    const Clock::Steady asked = time.steady();
    const auto rows = connection.run_text(
        "SELECT (SELECT us FROM clock_now), (SELECT coalesce(max(time_us), 0) FROM writer_mark)");
    if (!rows)
        return std::unexpected(rows.error().error);
    time.follow({rows->front().integer(0)}, asked, time.steady());
    if (const std::int64_t seen = rows->front().integer(1); seen > 0)
        time.go_on_from({seen});
    return {};
}

Result<> brought_up_to_date(Connection& connection) {
    TRY_VOID(migrate(connection));
    return {};
}

} // namespace

bool is_postgres_url(std::string_view url) {
    return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

Result<> check_url(const Secret& url) {
    TRY(const ConnectionInfo read, ConnectionInfo::parse(url, Secret()));
    (void)read;
    return {};
}

Result<std::unique_ptr<Store>> open(Options options, Rng& rng) {
    TRY(ConnectionInfo info, ConnectionInfo::parse(options.url, std::move(options.password)));
    TRY(auto connection, Connection::open(info, Access::read_write));
    if (options.schema != SchemaUse::make)
        TRY_VOID(require_schema(*connection));
    const bool changes = options.schema != SchemaUse::as_it_is;
    TRY_VOID(changes ? brought_up_to_date(*connection) : require_our_schema(*connection));
    if (options.time != nullptr)
        TRY_VOID(set_time(*connection, *options.time));
    const auto writers = static_cast<std::size_t>(options.writers);
    std::vector<std::unique_ptr<Connection>> connections;
    connections.push_back(std::move(connection));
    while (connections.size() < writers) {
        TRY(auto another, Connection::open(info, Access::read_write));
        connections.push_back(std::move(another));
    }
    auto store = std::make_unique<PostgresStore>(std::move(info), writers, options.time);
    for (auto& each : connections)
        store->add_writer(std::move(each), static_cast<std::int64_t>(rng.next() >> 1U));
    for (int i = 0; i < options.readers; ++i)
        store->add_reader();
    return store;
}

Result<int> migrate(Options options) {
    TRY(const ConnectionInfo info, ConnectionInfo::parse(options.url, std::move(options.password)));
    TRY(const auto connection, Connection::open(info, Access::read_write));
    return migrate(*connection);
}

Result<std::int64_t> schema_version(Options options) {
    TRY(const ConnectionInfo info, ConnectionInfo::parse(options.url, std::move(options.password)));
    TRY(const auto connection, Connection::open(info, Access::read_only));
    TRY_VOID(require_schema(*connection));
    return version_of(*connection);
}

} // namespace settled::store::postgres
