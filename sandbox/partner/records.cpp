#include "sandbox/partner/records.h"

#include "sandbox/bounds.h"

#include <array>
#include <utility>

namespace settled::sandbox {

namespace {

std::size_t weight(const PartnerRecord& record) {
    std::size_t bytes = sizeof record + record.path.size() + record.id.size() + record.body.size();
    for (const auto& [name, value] : record.fields)
        bytes += name.size() + value.size();
    return bytes;
}

std::string seen_key(const PartnerRecord& record) {
    return record.path + "\n" + record.id;
}

} // namespace

std::string_view token(Authenticity authenticity) {
    constexpr std::array<std::string_view, 3> names{"unchecked", "verified", "failed"};
    return names[static_cast<std::size_t>(authenticity)];
}

PartnerRecord& PartnerRecords::add(PartnerRecord record) {
    record.number = ++last_number_;
    if (!record.id.empty())
        record.times_seen = ++seen_[seen_key(record)];
    bytes_ += weight(record);
    ++received_;
    records_.push_back(std::move(record));
    while (records_.size() > 1 && (records_.size() > bounds::partner_records_max ||
                                   bytes_ > bounds::partner_record_bytes_max)) {
        bytes_ -= weight(records_.front());
        if (!records_.front().id.empty())
            seen_.erase(seen_key(records_.front()));
        records_.pop_front();
    }
    return records_.back();
}

void PartnerRecords::clear() {
    records_.clear();
    seen_.clear();
    bytes_ = 0;
    received_ = 0;
}

} // namespace settled::sandbox
