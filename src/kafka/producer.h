// Writes records to Kafka and says when all in-sync replicas have them.
//
// The library's producer is idempotent (acks=all, no reordering, no doubling within its life); a
// process that was restarted may write a record again, which its id shows. A record is given up
// after bounds::produce_wait_max. When the library declares a producer dead (a fatal error),
// another takes its place; what was on its way then is reported as failed.
//
// Threads: thread-safe. One thread of its own serves the library.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "kafka/client.h"
#include "kafka/probe.h"
#include "kafka/record.h"

#include <memory>
#include <shared_mutex>
#include <thread>

namespace settled::kafka {

// Where a record was written.
struct Placed {
    std::int32_t partition = 0;
    std::int64_t offset = 0;
};

class Producer final : private Listener {
  public:
    // Does not wait for a broker. Fails with config_invalid.
    static Result<std::unique_ptr<Producer>> open(const Settings& settings,
                                                  const Credentials& credentials,
                                                  const Clock& clock, const Probe& probe);
    ~Producer();

    // Resumes on the caller's executor. Fails with bus_unavailable, bus_refused, shutting_down.
    Task<Result<Placed>> send(NewRecord record);
    // Waits a moment for what is on its way, fails the rest, and refuses more. Blocks; once.
    void stop();
    using Listener::reach;

  private:
    struct Order;
    struct Park;

    Producer(const Settings& settings, const Credentials& credentials, const Clock& clock,
             const Probe& probe)
        : settings_(settings), credentials_(credentials.copy()), clock_(clock), probe_(probe) {}

    void delivered(const rd_kafka_message_t& message) override;
    void failed(rd_kafka_resp_err_t code, bool fatal) override;
    Result<Owned<rd_kafka_t>> open_handle();
    void serve();
    void replace();
    void write(const NewRecord& record, const std::shared_ptr<Order>& order);
    static void complete(const std::shared_ptr<Order>& order, Result<Placed> result);

    Settings settings_;
    Credentials credentials_;
    const Clock& clock_;
    const Probe& probe_;
    std::shared_mutex mutex_; // of handle_ itself; only serve() replaces it
    Owned<rd_kafka_t> handle_;
    std::atomic<bool> fatal_{false};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace settled::kafka
