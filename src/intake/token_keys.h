// The public keys that bearer tokens are signed with, by key id. Several are valid at once, so that
// their owner can change keys.
//
// They stand in the connector's settings, or in a file with a JSON Web Key Set that the operator
// keeps up to date. The file is read again when a key id is not known, and now and then in any
// case, so that keys that were taken out stop counting; a file that cannot be read leaves the keys
// as they were. Thread-safe.
#pragma once

#include "base/clock.h"
#include "custody/custody.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace settled::intake {

class TokenKeys {
  public:
    // `file` empty: only the given keys. Fails with key_unreadable, key_unsuitable.
    static Result<std::unique_ptr<TokenKeys>> open(const std::map<std::string, std::string>& pems,
                                                   std::string file,
                                                   const custody::Custody& custody);

    // nullptr: there is no such key.
    std::shared_ptr<const crypto::Verifier> find(std::string_view id) const;

    // True: the caller is to refresh() before it looks for a key of that id. Others go on with what
    // there is meanwhile.
    bool takes_refresh(std::string_view id, Instant now) const;
    // Reads the file again. Waits for the disk.
    void refresh() const;

  private:
    crypto::KeySet given_;
    std::string file_;
    std::optional<custody::Custody> custody_;
    mutable std::mutex mutex_;
    mutable crypto::KeySet from_file_;
    mutable Instant read_at_;
};

} // namespace settled::intake
