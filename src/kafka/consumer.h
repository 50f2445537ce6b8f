// Payments from a topic: each record is registered as POST /v1/payments would (units/
// register_payment), at least once, and counts once, since a registration repeated is the same.
//
// Guarantees: (1) an offset is committed only when every record below it is registered, is known to
// be irrelevant here, or is in the dead-letter topic, acknowledged by all in-sync replicas; (2) a
// record is never passed over because the store, Kafka or this process fails: it is tried until it
// is done or its partition is given up, and then its next owner reads it again; (3) records with
// the same payment id are registered in the order of their partition, all others concurrently; (4)
// no more than bounds::records_in_flight_max records are held: while the store is slow or away,
// the partitions are paused and the membership of the group goes on.
//
// Threads: one of its own, on which the library's callbacks and all coroutines run. start() and
// stop() are called by the owner. The object outlives the store's stop(), which still delivers
// results to it.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "kafka/client.h"
#include "kafka/probe.h"
#include "kafka/producer.h"
#include "kafka/progress.h"
#include "kafka/record.h"
#include "store/store.h"
#include "units/payments/register_payment.h"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace settled::kafka {

struct ConsumerDeps {
    store::Store& store;
    const units::Context& context;
    const Clock& clock;
    Producer& producer; // for dead letters
    const Probe& probe;
    TenantId tenant;
    std::function<bool()> may_write; // this process has a place among the nodes
};

class Consumer final : private Listener {
  public:
    // Does not wait for a broker. Fails with config_invalid.
    static Result<std::unique_ptr<Consumer>> open(const Settings& settings,
                                                  const Credentials& credentials,
                                                  const ConsumerSettings& consumer,
                                                  ConsumerDeps deps);
    ~Consumer();

    void start();
    // Takes no more records, finishes those in flight if the store and Kafka let it within
    // bounds::stop_wait_max, commits and leaves the group. Does not wait for all that.
    void begin_stop() { stopping_ = true; }
    // The same, and waits.
    void stop();

  private:
    using Place = std::pair<std::string, std::int32_t>; // topic, partition
    struct Partition {
        Progress progress;
        bool given_up = false; // another member may have it: results in flight are ignored
    };
    // A record with what it was read as.
    struct Work {
        std::shared_ptr<Partition> partition;
        std::shared_ptr<const Record> record;
        std::shared_ptr<const units::Registration> registration; // none: there is nothing to store
        std::string_view ignored_because;
        std::optional<Error> unusable;
    };
    using WorkPtr = std::shared_ptr<Work>;
    enum class Stored : std::uint8_t { registered, known, ignored, refused, given_up };

    Consumer(const ConsumerSettings& settings, ConsumerDeps deps)
        : settings_(settings), deps_(deps) {}

    void rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t& list) override;
    void assign(rd_kafka_topic_partition_list_t& list);
    void revoke(rd_kafka_topic_partition_list_t& list);
    Result<> subscribe();

    void run();
    void run_handlers_until(Clock::Steady deadline, const std::function<bool()>& done);
    bool take_one(int wait_ms);
    void take(const rd_kafka_message_t& message);
    void read(Work& work) const;
    void begin(const WorkPtr& work);
    void end(const Work& work, bool done);
    void adjust_flow();
    void pause(rd_kafka_topic_partition_list_t& list) const;
    void measure_lag();

    Task<> handle(WorkPtr work);
    Task<Result<units::Registered>>
    try_to_register(std::shared_ptr<const units::Registration> registration);
    Task<Stored> store(Work& work);
    Task<bool> put_aside(const Work& work, Error reason);
    Task<> sleep(std::chrono::milliseconds wait);
    bool abandoned(const Work& work) const { return abandon_ || work.partition->given_up; }

    ConsumerSettings settings_;
    ConsumerDeps deps_;
    payloads::PaymentFormat format_ = payloads::PaymentFormat::settled;
    boost::asio::io_context io_{1};
    Owned<rd_kafka_t> handle_;
    std::map<Place, std::shared_ptr<Partition>> partitions_;
    // Payment ids that are at the store, each with the later records of the same id.
    std::map<std::string, std::deque<WorkPtr>> busy_;
    std::size_t in_flight_ = 0;
    std::size_t bytes_in_flight_ = 0;
    bool stalled_ = false; // the store failed and has not succeeded since
    bool paused_ = false;
    bool abandon_ = false;
    std::int64_t lag_ = 0;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

} // namespace settled::kafka
