// camt.053 and camt.054 from anywhere.
#include "statements/fuzzing.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace settled::statements;
    fuzzing::read(settled::as_text({data, size}), Format::camt);
    return 0;
}
