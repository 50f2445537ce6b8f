#include "intake/retention.h"

#include "base/limits.h"
#include "store/idempotency.h"
#include "store/inbox.h"

namespace settled::intake {

namespace {

constexpr std::size_t bite = 200; // rows a unit: a few milliseconds of the writer

} // namespace

Task<Result<std::int64_t>> Retention::run_once() {
    std::int64_t released = 0;
    for (const auto& source : sources_.all()) {
        const Instant until = clock_.now() - source->retention;
        std::int64_t last = static_cast<std::int64_t>(bite);
        while (last == static_cast<std::int64_t>(bite)) {
            const TenantId tenant = source->tenant;
            const SourceId id = source->id;
            const auto result =
                co_await store_.write<std::int64_t>([tenant, id, until](store::Session& s) {
                    return store::release_webhooks(s, tenant, id, until, bite);
                });
            if (!result)
                co_return std::unexpected(result.error());
            last = *result;
            released += last;
        }
    }
    const Instant forget = clock_.now() - limits::idempotency_kept;
    const auto forgotten = co_await store_.write<std::int64_t>(
        [forget](store::Session& s) { return store::forget_answers(s, forget, bite); });
    if (!forgotten)
        co_return std::unexpected(forgotten.error());
    co_return released;
}

} // namespace settled::intake
