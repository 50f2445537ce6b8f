// Statements as CSV from anywhere; the first byte chooses the options.
#include "statements/fuzzing.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace settled::statements;
    if (size == 0)
        return 0;
    CsvOptions options;
    options.decimal_comma = (data[0] & 1U) != 0;
    options.dates = static_cast<DateForm>((data[0] >> 1U) % 3U);
    if ((data[0] & 8U) != 0) {
        options.account = "GB57CLRB04040100057354";
        options.currency = (data[0] & 16U) != 0 ? "JPY" : "GBP";
    }
    fuzzing::read(settled::as_text({data + 1, size - 1}), Format::csv, options);
    return 0;
}
