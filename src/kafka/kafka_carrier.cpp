#include "kafka/kafka_carrier.h"

#include "domain/event.h"
#include "worker/deliver.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::kafka {

Result<NewRecord> delivery_record(const worker::Endpoint& endpoint,
                                  const worker::Delivery& delivery, Instant now) {
    const bool is_for_topics = std::ranges::all_of(endpoint.settings.auth, [](const auto& auth) {
        return auth.type == domain::AuthType::signature || auth.type == domain::AuthType::none;
    });
    if (!is_for_topics)
        return fail(Code::value_invalid, "an endpoint of kafka: takes a signature, or nothing");
    TRY(std::string subject, domain::subject_of(*delivery.body));
    NewRecord record{endpoint.topic, std::move(subject), *delivery.body, {}};
    TRY(const net::Fields fields, worker::delivery_fields(endpoint, delivery, now, Secret()));
    for (const auto& [name, value] : fields)
        record.headers.push_back({std::string(name), std::string(value)});
    return record;
}

Task<worker::Attempted> KafkaCarrier::attempt(const worker::Endpoint& endpoint,
                                              const worker::Delivery& delivery) {
    worker::Attempted attempted;
    attempted.started_at = clock_.now();
    const Clock::Steady begin = clock_.steady();
    auto record = delivery_record(endpoint, delivery, attempted.started_at);
    Result<Placed> placed = record ? Placed{} : Result<Placed>(std::unexpected(record.error()));
    if (record)
        placed = co_await producer_.send(*std::move(record));
    attempted.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - begin);
    if (placed) {
        attempted.result.taken = true;
        attempted.answer =
            fmt::format("partition {}, offset {}", placed->partition, placed->offset);
    } else {
        attempted.result.error = placed.error().code;
        attempted.answer = placed.error().detail;
    }
    co_return attempted;
}

} // namespace settled::kafka
