// A described provider: the mapping, and a webhook that is read by it. The input is both, with a
// line of its own between them.
#include "base/assert.h"
#include "connectors/mapped/mapping.h"
#include "connectors/mapped/signature.h"
#include "wire/json.h"

#include <cstddef>
#include <cstdint>

namespace settled::connectors::mapped {
namespace {

void check(const Mapping& mapping, std::string_view body) {
    const auto webhook = mapping.read_webhook(body);
    if (!webhook) {
        SETTLED_ASSERT(webhook.error().code == Code::webhook_unreadable, "refused for what?");
        return;
    }
    SETTLED_ASSERT(!webhook->type.empty() && !webhook->dedupe_key.empty(), "no key");
    if (const auto* const fact = std::get_if<domain::SettlementFact>(&webhook->fact)) {
        SETTLED_ASSERT(!fact->transaction_id.empty(), "a settlement without an id");
        SETTLED_ASSERT(fact->settled_at.us >= 0, "a settlement before 1970");
    }
    const auto again = mapping.read_webhook(body);
    SETTLED_ASSERT(again && again->dedupe_key == webhook->dedupe_key &&
                       again->payload_digest == webhook->payload_digest,
                   "the same body has two keys");
}

} // namespace
} // namespace settled::connectors::mapped

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace settled;
    const std::string_view text = as_text({data, size});
    const std::size_t middle = text.find("\n---\n");
    const std::string_view written = text.substr(0, middle);
    const auto document = wire::JsonDocument::parse(written);
    if (!document)
        return 0;
    const auto mapping = connectors::mapped::Mapping::parse(document->root());
    if (mapping && middle != text.npos)
        connectors::mapped::check(*mapping, text.substr(middle + 5));
    return 0;
}
