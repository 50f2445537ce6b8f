#include "kafka/consumer.h"

#include "kafka/bounds.h"
#include "observe/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace settled::kafka {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr int idle_wait_ms = 50;
constexpr int busy_wait_ms = 2; // results of the store are awaited as well as new records
constexpr auto lag_interval = 1s;

Owned<rd_kafka_topic_partition_list_t> list_of(const std::vector<std::string>& topics) {
    Owned<rd_kafka_topic_partition_list_t> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
    for (const std::string& topic : topics)
        rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    return list;
}

void report(const char* what, rd_kafka_resp_err_t code) {
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        log::warn("kafka.call_failed", {{"call", what}, {"error", rd_kafka_err2name(code)}});
}

void report(const char* what, rd_kafka_error_t* error) {
    const Owned<rd_kafka_error_t> owned(error);
    if (owned)
        report(what, rd_kafka_error_code(owned.get()));
}

} // namespace

Result<std::unique_ptr<Consumer>> Consumer::open(const Settings& settings,
                                                 const Credentials& credentials,
                                                 const ConsumerSettings& consumer,
                                                 ConsumerDeps deps) {
    std::unique_ptr<Consumer> made(new Consumer(consumer, deps));
    TRY(made->format_, payloads::parse_payment_format(consumer.format));
    const auto text = [](auto value) { return fmt::to_string(value); };
    TRY(made->handle_,
        open_client(Role::consumer, settings, credentials,
                    {{"group.id", consumer.group},
                     {"partition.assignment.strategy", "cooperative-sticky"},
                     {"session.timeout.ms", text(bounds::session_max.count())},
                     {"auto.offset.reset", "earliest"},
                     {"enable.auto.commit", "true"}, // of the offsets that we store, and no others
                     {"auto.commit.interval.ms", text(bounds::commit_interval.count())},
                     {"enable.auto.offset.store", "false"},
                     {"queued.max.messages.kbytes", text(bounds::read_ahead_kbytes)}},
                    *made));
    rd_kafka_poll_set_consumer(made->handle_.get());
    TRY_VOID(made->subscribe());
    return made;
}

// What the store answered after stop() ends the records that waited for it.
Consumer::~Consumer() {
    stop();
    io_.restart();
    io_.poll();
}

Result<> Consumer::subscribe() {
    const auto topics = list_of(settings_.topics);
    const rd_kafka_resp_err_t code = rd_kafka_subscribe(handle_.get(), topics.get());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fail(Code::config_invalid,
                    fmt::format("kafka_consumer.topics: {}", rd_kafka_err2name(code)));
    return {};
}

void Consumer::start() {
    thread_ = std::thread([this] { run(); });
}

void Consumer::stop() {
    begin_stop();
    if (thread_.joinable())
        thread_.join();
}

void Consumer::run() {
    Clock::Steady lag_due = deps_.clock.steady();
    while (!stopping_) {
        adjust_flow();
        for (std::size_t taken = 0; taken < limits::units_per_commit && !paused_; ++taken)
            if (!take_one(0))
                break;
        // Also what keeps us a member of the group while we are paused.
        take_one(in_flight_ > 0 ? busy_wait_ms : idle_wait_ms);
        io_.restart();
        io_.poll();
        if (deps_.clock.steady() >= lag_due) {
            measure_lag();
            lag_due = deps_.clock.steady() + lag_interval;
        }
    }
    run_handlers_until(deps_.clock.steady() + bounds::stop_wait_max,
                       [this] { return in_flight_ == 0; });
    abandon_ = true;
    rd_kafka_consumer_close(handle_.get()); // commits, gives the partitions up, leaves the group
    deps_.probe.lag_moved(-std::exchange(lag_, 0));
}

void Consumer::run_handlers_until(Clock::Steady deadline, const std::function<bool()>& done) {
    while (!done() && deps_.clock.steady() < deadline) {
        io_.restart();
        io_.run_one_for(10ms);
    }
}

// The membership.

void Consumer::rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t& list) {
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        return assign(list);
    if (code == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        return revoke(list);
    report("rebalance", code);
    report("assign", rd_kafka_assign(handle_.get(), nullptr));
}

void Consumer::assign(rd_kafka_topic_partition_list_t& list) {
    log::info("kafka.assigned", {{"group", settings_.group}, {"partitions", list.cnt}});
    report("incremental_assign", rd_kafka_incremental_assign(handle_.get(), &list));
    for (int i = 0; i < list.cnt; ++i)
        partitions_[{list.elems[i].topic, list.elems[i].partition}] = std::make_shared<Partition>();
    if (paused_)
        pause(list);
}

void Consumer::revoke(rd_kafka_topic_partition_list_t& list) {
    const bool lost = rd_kafka_assignment_lost(handle_.get()) != 0;
    std::vector<std::shared_ptr<Partition>> leaving;
    for (int i = 0; i < list.cnt; ++i)
        if (auto node = partitions_.extract({list.elems[i].topic, list.elems[i].partition}))
            leaving.push_back(node.mapped());
    // When they were lost, another member has them already: nothing that we store would count.
    if (!lost && !abandon_)
        run_handlers_until(deps_.clock.steady() + bounds::rebalance_wait_max, [&] {
            return std::ranges::all_of(leaving, [](const auto& p) { return p->progress.idle(); });
        });
    for (const auto& partition : leaving)
        partition->given_up = true;
    log::info(
        "kafka.revoked",
        {{"group", settings_.group}, {"partitions", list.cnt}, {"lost", lost ? "yes" : "no"}});
    // Commits the offsets that were stored for them.
    report("incremental_unassign", rd_kafka_incremental_unassign(handle_.get(), &list));
}

void Consumer::pause(rd_kafka_topic_partition_list_t& list) const {
    report("pause", rd_kafka_pause_partitions(handle_.get(), &list));
}

void Consumer::adjust_flow() {
    const bool full = in_flight_ >= bounds::records_in_flight_max ||
                      bytes_in_flight_ >= bounds::record_bytes_in_flight_max;
    const bool free = in_flight_ <= bounds::records_in_flight_max / 2 &&
                      bytes_in_flight_ <= bounds::record_bytes_in_flight_max / 2;
    if (paused_ ? stalled_ || !free : !stalled_ && !full)
        return; // as it is
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(handle_.get(), &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    const Owned<rd_kafka_topic_partition_list_t> owned(assigned);
    paused_ = !paused_;
    if (paused_) {
        deps_.probe.paused();
        pause(*assigned);
    } else {
        report("resume", rd_kafka_resume_partitions(handle_.get(), assigned));
    }
    log::debug(paused_ ? "kafka.paused" : "kafka.resumed",
               {{"group", settings_.group}, {"in_flight", in_flight_}});
}

void Consumer::measure_lag() {
    std::int64_t lag = 0;
    for (const auto& [place, partition] : partitions_) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        const auto position = partition->progress.position();
        const rd_kafka_resp_err_t code = rd_kafka_get_watermark_offsets(
            handle_.get(), place.first.c_str(), place.second, &low, &high);
        if (position && code == RD_KAFKA_RESP_ERR_NO_ERROR && high > *position)
            lag += high - *position;
    }
    deps_.probe.lag_moved(lag - std::exchange(lag_, lag));
}

// The records.

bool Consumer::take_one(int wait_ms) {
    const Owned<rd_kafka_message_t> message(rd_kafka_consumer_poll(handle_.get(), wait_ms));
    if (!message)
        return false;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        take(*message);
    else
        report("consume", message->err); // such as a topic that is not there; it goes on by itself
    return true;
}

void Consumer::take(const rd_kafka_message_t& message) {
    auto work = std::make_shared<Work>();
    auto record = copy_record(message);
    auto& partition = partitions_[{record.topic, record.partition}];
    if (!partition)
        partition = std::make_shared<Partition>();
    if (!partition->progress.begin(record.offset)) {
        partition->given_up = true;
        partition = std::make_shared<Partition>();
        (void)partition->progress.begin(record.offset);
    }
    work->partition = partition;
    work->record = std::make_shared<const Record>(std::move(record));
    ++in_flight_;
    bytes_in_flight_ += work->record->bytes();
    read(*work);
    begin(work);
}

void Consumer::read(Work& work) const {
    if (!work.record->body) {
        work.unusable = Error{Code::json_invalid, "the record has no value"};
        return;
    }
    auto request = payloads::read_payment_text(format_, *work.record->body);
    if (!request) {
        work.unusable = std::move(request).error();
        return;
    }
    work.ignored_because = payloads::ignored_because(*request);
    if (work.ignored_because.empty())
        work.registration = std::make_shared<const units::Registration>(
            deps_.tenant, std::move(request->payment), deps_.clock.now(), deps_.clock.wall());
}

// In the order of the partition where it matters: one record of a payment id at a time.
void Consumer::begin(const WorkPtr& work) {
    if (work->registration) {
        const auto [busy, is_first] =
            busy_.try_emplace(work->registration->payment.client_id, std::deque<WorkPtr>{});
        if (!is_first)
            return busy->second.push_back(work);
    }
    asio::co_spawn(io_, handle(work), asio::detached);
}

void Consumer::end(const Work& work, bool done) {
    --in_flight_;
    bytes_in_flight_ -= work.record->bytes();
    if (done && !work.partition->given_up) {
        if (const auto offset = work.partition->progress.end(work.record->offset)) {
            const auto list = list_of({work.record->topic});
            list->elems[0].partition = work.record->partition;
            list->elems[0].offset = *offset;
            report("offsets_store", rd_kafka_offsets_store(handle_.get(), list.get()));
        }
    }
    if (!work.registration)
        return;
    const auto busy = busy_.find(work.registration->payment.client_id);
    if (busy->second.empty()) {
        busy_.erase(busy);
        return;
    }
    const WorkPtr next = std::move(busy->second.front());
    busy->second.pop_front();
    asio::co_spawn(io_, handle(next), asio::detached);
}

Task<> Consumer::handle(WorkPtr work) {
    bool done = true;
    if (work->unusable) {
        done = co_await put_aside(*work, *work->unusable);
    } else if (!work->registration) {
        deps_.probe.ended(Outcome::ignored);
        log::debug("kafka.ignored", {{"reason", work->ignored_because}});
    } else {
        const Stored stored = co_await store(*work);
        if (stored == Stored::refused)
            done = co_await put_aside(*work, *work->unusable);
        else if (stored == Stored::given_up)
            done = false;
        else
            deps_.probe.ended(stored == Stored::registered ? Outcome::registered
                              : stored == Stored::known    ? Outcome::known
                                                           : Outcome::ignored);
    }
    end(*work, done);
}

} // namespace settled::kafka
