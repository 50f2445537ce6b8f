// The client library's handles, owned, and how each is configured. Internal to bus/.
//
// What the library has to say goes to our log. A handle is used from any thread, as the library
// allows; destroying it may block for a moment.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "kafka/settings.h"

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace settled::kafka {

struct DestroyHandle {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
    void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
    void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
    void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
    void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
    void operator()(rd_kafka_topic_partition_list_t* list) const {
        rd_kafka_topic_partition_list_destroy(list);
    }
};
template <class T>
using Owned = std::unique_ptr<T, DestroyHandle>;

// Whether brokers answer, and if not, whether it is known why. The names are what /readyz says.
enum class Reach : std::uint8_t {
    unreachable,
    reachable,
    untrusted, // no TLS came about: their certificate, ours, or no TLS there at all
    refused,   // they do not take our name and password
};
std::string_view to_string(Reach reach);

// What the library calls back about a handle, on whichever thread. The opaque of every handle.
class Listener {
  public:
    // A message was written (producer only, from poll).
    virtual void delivered(const rd_kafka_message_t&) {}
    // Partitions come or go (consumer only, from poll).
    virtual void rebalance(rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t&) {}
    // An error that an operator may want to know. `fatal`: the handle cannot be used any more.
    virtual void failed(rd_kafka_resp_err_t, bool /*fatal*/) {}

    // Looked at every second. A reason is kept until a broker answers or another reason is known.
    Reach reach() const { return reach_.load(std::memory_order_relaxed); }
    void set_reach(Reach reach) { reach_.store(reach, std::memory_order_relaxed); }
    void no_broker_answers() {
        Reach answered = Reach::reachable;
        reach_.compare_exchange_strong(answered, Reach::unreachable, std::memory_order_relaxed);
    }

  protected:
    ~Listener() = default;

  private:
    std::atomic<Reach> reach_{Reach::unreachable};
};

enum class Role : std::uint8_t { producer, consumer };
using Properties = std::vector<std::pair<const char*, std::string>>;

// What proves to brokers who we are.
struct Credentials {
    Secret password; // of SASL; empty: none
    Secret key;      // of Settings::certificate, PEM; empty: none

    Credentials copy() const { return {password.copy(), key.copy()}; }
};

// The credentials are passed to the library, which keeps them; they are in no log and no error. `listener`
// outlives the handle. Fails with config_invalid.
Result<Owned<rd_kafka_t>> open_client(Role role, const Settings& settings,
                                      const Credentials& credentials, const Properties& more,
                                      Listener& listener);

// What a failure of the library is in our words: bus_unavailable when time may mend it, bus_refused
// when the record or the topic is at fault.
Error error_of(rd_kafka_resp_err_t code);

} // namespace settled::kafka
