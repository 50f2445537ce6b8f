#include "match/rail.h"

#include "match/fold.h"

#include <array>
#include <string>

namespace settled::match {

namespace {

struct Word {
    std::string_view folded;
    Rail rail;
};
constexpr Word words[] = {
    {"FPS", Rail::faster_payments},
    {"FASTERPAYMENTS", Rail::faster_payments},
    {"FASTERPAYMENT", Rail::faster_payments},
    {"BACS", Rail::bacs},
    {"CHAPS", Rail::chaps},
    {"SEPA", Rail::sepa},
    {"SEPACREDIT", Rail::sepa},
    {"SEPACREDITTRANSFER", Rail::sepa},
    {"SCT", Rail::sepa},
    {"SEPAINSTANT", Rail::sepa_instant},
    {"SEPAINSTANTCREDITTRANSFER", Rail::sepa_instant},
    {"SEPACREDITTRANSFERINSTANT", Rail::sepa_instant},
    {"SCTINST", Rail::sepa_instant},
    {"INSTANTSEPA", Rail::sepa_instant},
    {"SWIFT", Rail::swift},
    {"SWIFTEXPRESS", Rail::swift},
    {"INTERNATIONAL", Rail::swift},
    {"WIRE", Rail::swift},
    {"TRANSFER", Rail::internal},
    {"INTERNAL", Rail::internal},
    {"INTERNALTRANSFER", Rail::internal},
    {"IAT", Rail::internal},
};

} // namespace

std::string_view token(Rail rail) {
    static constexpr std::array<std::string_view, rails> tokens{
        "unknown", "faster_payments", "bacs", "chaps", "sepa", "sepa_instant", "swift", "internal"};
    return tokens[static_cast<std::size_t>(rail)];
}

Rail rail_of(std::string_view scheme) {
    if (scheme.empty())
        return Rail::unknown;
    const std::string folded = fold_to_ascii(scheme);
    for (const Word& word : words)
        if (word.folded == folded)
            return word.rail;
    return Rail::unknown;
}

} // namespace settled::match
