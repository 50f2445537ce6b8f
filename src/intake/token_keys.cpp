#include "intake/token_keys.h"

#include "observe/log.h"

#include <chrono>

namespace settled::intake {

namespace {

using namespace std::chrono_literals;

constexpr auto read_again_after = 5min;
// Any stranger can send an unknown key id: the file is read at most once in this time.
constexpr auto read_again_at_once_after = 5s;

} // namespace

Result<std::unique_ptr<TokenKeys>> TokenKeys::open(const std::map<std::string, std::string>& pems,
                                                   std::string file,
                                                   const custody::Custody& custody) {
    auto keys = std::make_unique<TokenKeys>();
    for (const auto& [id, pem] : pems) {
        TRY(auto verifier, crypto::Verifier::from_pem(pem));
        keys->given_.emplace(id, std::move(verifier));
    }
    keys->file_ = std::move(file);
    keys->custody_ = custody.without_memory();
    if (!keys->file_.empty()) {
        TRY(keys->from_file_, custody.read_key_set(keys->file_));
    }
    return keys;
}

std::shared_ptr<const crypto::Verifier> TokenKeys::find(std::string_view id) const {
    if (const auto given = given_.find(id); given != given_.end())
        return given->second;
    const std::lock_guard lock(mutex_);
    const auto found = from_file_.find(id);
    return found == from_file_.end() ? nullptr : found->second;
}

bool TokenKeys::takes_refresh(std::string_view id, Instant now) const {
    if (file_.empty() || given_.contains(id))
        return false;
    const std::lock_guard lock(mutex_);
    const auto age = now - read_at_;
    const bool is_due =
        age > read_again_after || (age > read_again_at_once_after && !from_file_.contains(id));
    if (is_due)
        read_at_ = now;
    return is_due;
}

void TokenKeys::refresh() const {
    auto keys = custody_->read_key_set(file_);
    if (!keys)
        return log::lasting("connector.keys_unreadable", keys.error(), {});
    const std::lock_guard lock(mutex_);
    from_file_ = *std::move(keys);
}

} // namespace settled::intake
