// Deliveries to endpoints of kafka:TOPIC: one record for each event, key the event's subject, so
// that the events about one thing are in one partition; value and headers the body and fields that
// an HTTPS endpoint would get. Delivered is what all in-sync replicas have.
//
// A record whose outcome is not known is written again by the next attempt, with the same
// webhook-id. Threads: shared by all io threads.
#pragma once

#include "kafka/producer.h"
#include "worker/carrier.h"

namespace settled::kafka {

class KafkaCarrier final : public worker::Carrier {
  public:
    KafkaCarrier(Producer& producer, const Clock& clock) : producer_(producer), clock_(clock) {}
    Task<worker::Attempted> attempt(const worker::Endpoint& endpoint,
                                    const worker::Delivery& delivery) override;

  private:
    Producer& producer_;
    const Clock& clock_;
};

// Fails with value_invalid: the body names no subject, or the endpoint has a password, which does
// not belong into a topic.
Result<NewRecord> delivery_record(const worker::Endpoint& endpoint,
                                  const worker::Delivery& delivery, Instant now);

} // namespace settled::kafka
