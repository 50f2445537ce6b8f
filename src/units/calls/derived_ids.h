// Ids that we give to other systems: end-to-end ids and request ids.
//
// They are derived by HMAC from what they are for, never drawn at random: an order that is posted
// again after an older store was restored is the same order to the bank. The key lies in the store
// and its backups and never changes.
#pragma once

#include "base/id.h"
#include "crypto/hash.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace settled::units {

// Thread-safe; immutable.
class DerivedIds {
  public:
    static constexpr std::size_t key_bytes = 32;
    explicit DerivedIds(BytesView key) : hmac_(key) {}

    // 26 capitals and digits, within what every scheme takes.
    std::string end_to_end_id(TenantId tenant, std::string_view connector,
                              std::string_view client_id) const;
    // Whether a text has the form of one: it may be that of an order which this store has forgotten.
    static bool is_end_to_end_id(std::string_view text);
    // In UUID form. `parts`: what the request is for; a later request for the same has a number.
    std::string request_id(TenantId tenant, std::string_view connector, std::string_view purpose,
                           std::initializer_list<std::string_view> parts) const;

  private:
    crypto::Digest of(TenantId tenant, std::string_view kind,
                      std::initializer_list<std::string_view> parts) const;
    crypto::Hmac hmac_;
};

} // namespace settled::units
