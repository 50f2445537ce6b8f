// pageNumber and pageSize of the model bank's lists, and the links to the pages around one.
// Source: CB "Getting started", paging: pageNumber from 1, pageSize 50 when not given.
#pragma once

#include "net/http.h"
#include "wire/json_writer.h"

#include <cstddef>

namespace settled::sandbox {

struct ApiPage {
    std::size_t number = 1;
    std::size_t size = 50;
    std::size_t begin() const { return (number - 1) * size; }
};
ApiPage api_page_of(const net::Request& request);

// The member halLinks: this page, and the one after it if `more` entries follow.
void write_page_links(wire::JsonWriter& writer, const net::Request& request, ApiPage page,
                      bool more);

} // namespace settled::sandbox
