// The codes of purpose that the bank takes in CHAPS. Source: ClearBank OpenAPI file "CHAPS v6".
#pragma once

#include <string_view>

namespace settled::payloads {

bool is_chaps_purpose(std::string_view code);
bool is_chaps_category_purpose(std::string_view code);

} // namespace settled::payloads
