#include "api/handlers/why/stream_places.h"

#include <algorithm>

namespace settled::api {

std::shared_ptr<const StreamPlace> StreamPlaces::take(const std::string& reader) {
    const std::lock_guard lock(mutex_);
    std::erase_if(places_, [](const auto& place) { return place.expired(); });
    std::vector<std::shared_ptr<StreamPlace>> own; // oldest first
    std::size_t live = 0;
    std::size_t ended = 0; // of this reader
    for (const auto& each : places_) {
        auto place = each.lock();
        if (!place)
            continue;
        live += place->is_over ? 0 : 1;
        ended += place->is_over && place->reader == reader ? 1 : 0;
        if (!place->is_over && place->reader == reader)
            own.push_back(std::move(place));
    }
    const bool ends_one = own.size() >= of_reader_max;
    if (ends_one ? ended >= ended_of_reader_max : live >= streams_max)
        return nullptr;
    if (ends_one)
        own.front()->is_over = true;
    auto place = std::make_shared<StreamPlace>(reader);
    places_.push_back(place);
    return place;
}

} // namespace settled::api
