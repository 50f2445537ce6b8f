#include "intake/token_keys.h"

#include "observe/log.h"

#include <chrono>

namespace settled::intake {

namespace {

using namespace std::chrono_literals;

constexpr auto read_again_after = 5min;
// Anybody can send a key id that is not known: no more than one look at the file in this time.
constexpr auto read_again_at_once_after = 5s;

} // namespace

Result<std::unique_ptr<TokenKeys>> TokenKeys::open(const std::map<std::string, std::string>& pems,
                                                   std::string file) {
    auto keys = std::make_unique<TokenKeys>();
    for (const auto& [id, pem] : pems) {
        TRY(auto verifier, crypto::Verifier::from_pem(pem));
        keys->given_.emplace(id, std::move(verifier));
    }
    keys->file_ = std::move(file);
    if (!keys->file_.empty()) {
        TRY(keys->from_file_, crypto::read_key_set(keys->file_));
    }
    return keys;
}

std::shared_ptr<const crypto::Verifier> TokenKeys::find(std::string_view id, Instant now) const {
    if (const auto given = given_.find(id); given != given_.end())
        return given->second;
    const std::lock_guard lock(mutex_);
    if (now - read_at_ > read_again_after ||
        (now - read_at_ > read_again_at_once_after && !from_file_.contains(id)))
        read_again(now);
    const auto found = from_file_.find(id);
    return found == from_file_.end() ? nullptr : found->second;
}

void TokenKeys::read_again(Instant now) const {
    if (file_.empty())
        return;
    read_at_ = now;
    auto keys = crypto::read_key_set(file_);
    if (keys)
        from_file_ = *std::move(keys);
    else
        log::lasting("source.keys_unreadable", keys.error(), {{"file", file_}});
}

} // namespace settled::intake
