#include "connectors/source_blocks.h"

#include <array>

namespace settled::connectors {

std::span<const std::string_view> source_blocks(std::string_view word) {
    static constexpr auto clearbank = std::to_array<std::string_view>(
        {// simulation
         "51.145.122.16/28", "20.39.213.0/28", "172.187.147.144/28", "20.117.212.176/28",
         // production
         "51.145.122.32/28", "172.187.179.192/28", "172.187.243.32/28", "20.117.189.64/28"});
    if (word == "clearbank")
        return clearbank;
    return {};
}

} // namespace settled::connectors
