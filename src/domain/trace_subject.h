// Whose trace an event belongs to: the settlement, payment, order, return, link or notification that it is about.
// Every process finds it in what it has at hand, an event or the bytes of a delivery, so that spans of one
// matter are joined although nothing about traces is stored. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace settled::domain {

struct TracedEvent {
    std::string
        subject; // "stl_…": ours, never a client's; the event's own id where it has none of these
    std::string event; // "evt_…"; empty: the format does not name it
};

// The events in the bytes of a delivery, in any format (event_form.h): one, or those of a batch, `most`
// at most. `head`: as in EventForm; empty for a native event. Empty: they are no bytes of ours.
std::vector<TracedEvent> traced_events(std::string_view head, std::string_view body,
                                       std::size_t most);

} // namespace settled::domain
