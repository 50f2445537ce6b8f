#include "domain/facts.h"

#include "base/iban.h"

namespace settled::domain {

std::string account_key_of(const Party& party) {
    if (std::string key = account_key(party.iban); !key.empty())
        return key;
    if (std::string key = account_key(party.bban); !key.empty())
        return key;
    return account_key(party.sort_code, party.account_number);
}

std::string composite_key(const InboundWebhook& webhook) {
    std::string key = webhook.type;
    key.append(":").append(webhook.unique_id);
    if (!webhook.scheme.empty())
        key.append(":").append(webhook.scheme);
    return key.append(webhook.suffix);
}

} // namespace settled::domain
