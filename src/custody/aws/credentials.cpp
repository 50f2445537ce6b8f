#include "custody/aws/credentials.h"

namespace settled::custody::aws {

namespace {

constexpr std::chrono::minutes renewed_before{5};

bool ends_within(const Credentials& credentials, Instant now, std::chrono::microseconds time) {
    return credentials.expires_at && *credentials.expires_at - now <= time;
}

} // namespace

Result<CredentialKeeper::Kept> CredentialKeeper::get() {
    const std::lock_guard lock(mutex_);
    const Instant now = surroundings_.wall();
    if (kept_ && !ends_within(*kept_, now, renewed_before))
        return kept_;
    auto read = read_credentials(deps_);
    if (read) {
        kept_ = std::make_shared<const Credentials>(*std::move(read));
        return kept_;
    }
    if (kept_ && !ends_within(*kept_, now, std::chrono::microseconds(0)))
        return kept_;
    return std::unexpected(std::move(read).error());
}

void CredentialKeeper::drop(const Kept& refused) {
    const std::lock_guard lock(mutex_);
    if (kept_ == refused)
        kept_.reset();
}

} // namespace settled::custody::aws
