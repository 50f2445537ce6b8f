#include "worker/recording.h"

#include "observe/log.h"

#include <utility>

namespace settled::worker {

Delivery delivery_of(store::TaskNote note) {
    Delivery delivery{note.tenant,          note.task,
                      note.event,           note.attempts,
                      std::move(note.body), {note.holder, note.fence}};
    delivery.head = std::move(note.head);
    delivery.attempts_before = note.attempts_before;
    delivery.order_key = note.order_key;
    delivery.owed_at = note.owed_at;
    delivery.is_batch = note.event.value == note.task.value;
    return delivery;
}

Delivery delivery_of(store::DueDelivery due) {
    Delivery delivery{due.tenant,
                      due.task,
                      due.event,
                      due.attempts,
                      std::make_shared<const std::string>(std::move(due.body)),
                      due.claim};
    if (due.head)
        delivery.head = std::make_shared<const std::string>(*std::move(due.head));
    delivery.attempts_before = due.attempts_before;
    delivery.order_key = due.order_key;
    delivery.owed_at = due.owed_at;
    delivery.is_batch = due.event.value == due.task.value;
    return delivery;
}

units::Attempt attempt_of(const Endpoint& endpoint, const Delivery& delivery, Attempted attempted,
                          std::span<const std::chrono::seconds> schedule, std::uint64_t random,
                          Instant now, bool is_news) {
    units::Attempt record;
    record.tenant = delivery.tenant;
    record.task = delivery.task;
    record.endpoint = endpoint.id;
    record.claim = delivery.claim;
    record.number = delivery.attempts + 1;
    record.result = attempted.result;
    record.started_at = attempted.started_at;
    record.latency = attempted.latency;
    record.answer = std::move(attempted.answer);
    record.now = now;
    record.attempts_before = delivery.attempts_before;
    record.order_key = delivery.order_key;
    record.is_batch = delivery.is_batch;
    record.is_probe = delivery.is_probe;
    record.notes_health = is_news;
    const auto counted = static_cast<std::size_t>(record.number - record.attempts_before);
    record.disposition = delivery.is_probe
                             ? domain::after_probe(record.result, now - delivery.owed_at)
                             : domain::after_attempt(record.result, counted, schedule, random);
    return record;
}

void log_attempt(const Endpoint& endpoint, const units::Attempt& attempt,
                 const units::Recorded& recorded) {
    const std::string outcome = domain::outcome_token(attempt.result);
    const std::string delivery = to_string(attempt.task);
    const std::string id = to_string(endpoint.id);
    if (recorded.kept == store::AttemptResultStored::claim_lost) {
        log::warn("delivery.lease_lost", {{"delivery", delivery}, {"outcome", outcome}});
        return;
    }
    if (recorded.is_dead)
        log::error("delivery.dead", {{"endpoint", id},
                                     {"host", endpoint.url.host},
                                     {"delivery", delivery},
                                     {"outcome", outcome},
                                     {"attempt", attempt.number}});
    else if (!domain::is_success(attempt.result))
        log::info("delivery.failed", {{"endpoint", id},
                                      {"delivery", delivery},
                                      {"outcome", outcome},
                                      {"attempt", attempt.number}});
    const bool is_held = recorded.health && recorded.health->is_held();
    if (recorded.endpoint_changed && is_held && !attempt.is_probe)
        log::warn("endpoint.failing",
                  {{"endpoint", id}, {"host", endpoint.url.host}, {"outcome", outcome}});
    if (recorded.endpoint_changed && domain::is_success(attempt.result))
        log::info("endpoint.recovered", {{"endpoint", id}, {"host", endpoint.url.host}});
}

} // namespace settled::worker
