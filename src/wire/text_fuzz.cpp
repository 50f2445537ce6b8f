// Base64 and times: whatever is read has exactly one meaning, and writing it says the same again.
#include "base/assert.h"
#include "wire/base64.h"
#include "wire/json_writer.h"
#include "wire/time.h"

#include <cstddef>
#include <cstdint>

namespace settled::wire {
namespace {

void check_base64(std::string_view text) {
    if (const auto bytes = parse_base64(text))
        SETTLED_ASSERT(to_base64(*bytes) == text, "two texts mean the same bytes");
    const auto back = parse_base64(to_base64(as_bytes(text)));
    SETTLED_ASSERT(back && as_text(*back) == text, "the bytes changed");
}

void check_time(std::string_view text) {
    const auto strict = parse_rfc3339(text);
    const auto lenient = parse_bank_time(text);
    SETTLED_ASSERT(!strict || (lenient && *lenient == *strict), "leniency changed the meaning");
    if (!lenient)
        return;
    SETTLED_ASSERT(lenient->us >= 0, "before 1970");
    const auto again = parse_rfc3339(to_rfc3339(*lenient));
    SETTLED_ASSERT(again && again->us == lenient->us - lenient->us % 1000, "milliseconds are lost");
}

} // namespace
} // namespace settled::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = settled::as_text({data, size});
    settled::wire::check_base64(text);
    settled::wire::check_time(text);
    return 0;
}
