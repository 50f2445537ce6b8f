// What a caller of the control API orders, read from JSON.
#pragma once

#include "sandbox/bank/webhooks/sender.h"
#include "sandbox/base/input.h"
#include "sandbox/provider/provider.h"

#include <initializer_list>
#include <string_view>

namespace settled::sandbox {

// Many of one kind: texts that differ per item get the item's number at the end ("INV-" →
// "INV-000017"), amounts grow by number modulo `spread` minor units. The bank's and the provider's
// series with the same words agree item by item, so that their payments and settlements belong
// together.
struct Series {
    std::size_t count = 1;
    std::int64_t first = 1;
    std::int64_t spread = 1;
};
Result<Series> read_series(const Input& input);
std::string numbered(const std::string& prefix, std::int64_t number);
Money amount_at(Money amount, const Series& series, std::int64_t number);

struct SettleOrder {
    SettledPayment payment;
    SendOptions send;
};
Result<SettleOrder> read_settle_order(const Input& input);
SettledPayment item_of(const SettleOrder& order, const Series& series, std::int64_t number);

struct ProviderOrder {
    ProviderPayment payment;
    bool as_yapily = false;
    bool registers = true;
};
Result<ProviderOrder> read_provider_order(const Input& input);
ProviderPayment item_of(const ProviderOrder& order, const Series& series, std::int64_t number);

// A webhook of any type with the payload as given.
struct RawOrder {
    Payload payload;
    SendOptions send;
};
Result<RawOrder> read_raw_order(const Input& input);

Result<ReleaseOptions> read_release(const Input& input);

} // namespace settled::sandbox
