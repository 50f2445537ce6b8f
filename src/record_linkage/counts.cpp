#include "record_linkage/counts.h"

namespace settled::record_linkage {

void Counts::add(std::uint64_t key, std::uint32_t by) {
    if (by == 0)
        return;
    if (used_ * 3 >= slots_.size() * 2)
        grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = spread(key) & mask;
    while (slots_[at].count != 0 && slots_[at].key != key)
        at = (at + 1) & mask;
    used_ += slots_[at].count == 0 ? 1 : 0;
    slots_[at].key = key;
    slots_[at].count += by;
}

std::uint32_t Counts::of(std::uint64_t key) const {
    if (slots_.empty())
        return 0;
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = spread(key) & mask;
    while (slots_[at].count != 0 && slots_[at].key != key)
        at = (at + 1) & mask;
    return slots_[at].count;
}

void Counts::grow() {
    std::vector<Slot> old(slots_.empty() ? 1024 : slots_.size() * 2, Slot{0, 0});
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.count == 0)
            continue;
        std::size_t at = spread(slot.key) & mask;
        while (slots_[at].count != 0)
            at = (at + 1) & mask;
        slots_[at] = slot;
    }
}

} // namespace settled::record_linkage
