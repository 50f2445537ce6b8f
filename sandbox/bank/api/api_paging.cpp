#include "sandbox/bank/api/api_paging.h"

#include "sandbox/bounds.h"

#include <algorithm>
#include <charconv>

namespace settled::sandbox {

namespace {

std::size_t number_parameter(const net::Request& request, std::string_view name,
                             std::size_t otherwise, std::size_t max) {
    const std::optional<std::string> text = request.parameter(name);
    std::size_t value = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
        return otherwise;
    return std::clamp<std::size_t>(value, 1, max);
}

void write_link(wire::JsonWriter& writer, std::string_view name, std::string_view href) {
    writer.object().member("name", name).member("href", href).member("templated", false).end();
}

// The query with another pageNumber; the other parameters stay as they were sent.
std::string query_of_page(std::string_view query, std::size_t number) {
    std::string result = "pageNumber=" + std::to_string(number);
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view parameter = query.substr(0, end);
        if (!parameter.empty() && !parameter.starts_with("pageNumber="))
            result.append("&").append(parameter);
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return result;
}

} // namespace

ApiPage api_page_of(const net::Request& request) {
    constexpr std::size_t pages_max = 1'000'000;
    return {number_parameter(request, "pageNumber", 1, pages_max),
            number_parameter(request, "pageSize", 50, bounds::page_max)};
}

void write_page_links(wire::JsonWriter& writer, const net::Request& request, ApiPage page,
                      bool more) {
    const std::string path(request.path);
    writer.key("halLinks").array();
    write_link(writer, "self", path + "?" + query_of_page(request.query, page.number));
    if (page.number > 1)
        write_link(writer, "previous", path + "?" + query_of_page(request.query, page.number - 1));
    if (more)
        write_link(writer, "next", path + "?" + query_of_page(request.query, page.number + 1));
    writer.end();
}

} // namespace settled::sandbox
