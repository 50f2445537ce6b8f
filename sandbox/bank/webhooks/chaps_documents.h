// The ISO 20022 documents that come with CHAPS settlements.
//
// They are as large as the bank says they may be (80,000 characters), so that whatever stands
// before `settled` must let them through. Source: ClearBank page "CHAPS"; ISO 20022 pacs.008 and
// pacs.004.
#pragma once

#include "sandbox/bank/payments/ledger.h"

#include <string>
#include <string_view>

namespace settled::sandbox {

inline constexpr std::size_t chaps_document_characters = 79'000;

std::string pacs_008_of(const Booking& booking);
// Of a return: it names the original's end-to-end id.
std::string pacs_004_of(const Booking& booking, std::string_view original_end_to_end_id);

} // namespace settled::sandbox
