#include "api/console/masked_source.h"

#include "api/console/masking.h"

namespace settled::api {

Task<std::optional<std::string>> MaskedSource::next(const bool& is_cut) {
    auto part = co_await source_->next(is_cut);
    if (part)
        part = masked(*part);
    co_return part;
}

} // namespace settled::api
