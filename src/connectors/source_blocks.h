// The addresses that a bank sends its webhooks from, as it publishes them. Pure.
#pragma once

#include <span>
#include <string_view>

namespace settled::connectors {

// The word that stands for them in a connector's allow_ips: "clearbank" for both of its environments.
// Empty: the word is none of these.
// Source: ClearBank's developer portal, "IP addresses", as of 24 August 2023.
std::span<const std::string_view> source_blocks(std::string_view word);

} // namespace settled::connectors
