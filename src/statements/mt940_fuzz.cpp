// MT940 from anywhere: whole files, and narratives by themselves.
#include "statements/fuzzing.h"
#include "statements/narrative.h"

#include <array>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace settled::statements;
    const std::string_view text = settled::as_text({data, size});
    fuzzing::read(text, Format::mt940);
    const std::array<std::string, 2> lines{std::string(text.substr(0, size / 2)),
                                           std::string(text.substr(size / 2))};
    Entry entry;
    read_narrative(lines, entry);
    return 0;
}
