#include "cli/json_text.h"
#include "cli/layout.h"
#include "cli/reports/why.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace settled::cli {

namespace {

using wire::Json;

constexpr std::size_t text_width_max = 100;
constexpr std::size_t indent = 2;

std::string hit_text(const Json& hit, const Look& look) {
    const std::size_t width = std::max<std::size_t>(std::min(look.width, text_width_max), 60);
    std::string out;
    for (const std::string& line : wrapped(safe(text_at(hit, "sentence")), width))
        out += line + "\n";
    std::string by = text_at(hit, "matched_on");
    std::ranges::replace(by, '_', ' ');
    const bool is_exact = text_at(hit, "exact") == "true";
    const std::string place =
        fmt::format("{}{}  by {}{}  {}", std::string(indent, ' '), text_at(hit, "id"),
                    is_exact ? "" : "the beginning of its ", by, text_at(hit, "at").substr(0, 10));
    return out + (look.colours ? fmt::format("\x1b[2m{}\x1b[0m\n", place) : place + "\n");
}

} // namespace

std::string find_report(const Json& found, const Look& look) {
    std::string out;
    const auto data = found.member("data");
    for (std::size_t i = 0; data && i < data->size(); ++i)
        out += hit_text(data->at(i), look);
    const std::string more = list_at(found, "more", ", ");
    if (!more.empty())
        out += fmt::format("\nthere are more of: {}\n", more);
    return out.empty() ? "nothing was found: ids are looked for whole, references and names from "
                         "their beginning\n"
                       : out;
}

} // namespace settled::cli
