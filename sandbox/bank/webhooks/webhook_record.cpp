#include "sandbox/bank/webhooks/webhook_record.h"

#include <array>

namespace settled::sandbox {

std::string_view token(Verdict verdict) {
    constexpr std::array<std::string_view, 6> names{"acknowledged", "connection",      "timeout",
                                                    "http",         "non_repudiation", "format"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string_view retry_reason(Verdict verdict) {
    constexpr std::array<std::string_view, 6> names{
        "", "Connection", "Timeout", "HTTP", "Non-repudiation", "Payload / Response Format"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string_view token(WebhookState state) {
    constexpr std::array<std::string_view, 5> names{"held", "waiting", "sending", "acknowledged",
                                                    "given_up"};
    return names[static_cast<std::size_t>(state)];
}

} // namespace settled::sandbox
