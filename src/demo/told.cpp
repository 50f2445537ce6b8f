#include "demo/told.h"

#include "demo/json_path.h"

#include <algorithm>

namespace settled::demo {

namespace {

std::string subject_of(const wire::Json& event) {
    std::string subject;
    for (const char* const member :
         {"data.order_id", "data.link_id", "data.return_id", "data.credit.bank_id",
          "data.direct_debit.bank_id", "data.notification_id"})
        if (subject.empty())
            subject = text_at(event, member);
    return subject;
}

} // namespace

void ToldBook::read(const sandbox::PartnerRecords& records) {
    const auto& all = records.all();
    const auto fresh =
        std::ranges::upper_bound(all, last_number_, {}, &sandbox::PartnerRecord::number);
    for (auto at = fresh; at != all.end(); ++at) {
        last_number_ = at->number;
        add(*at);
    }
}

void ToldBook::add(const sandbox::PartnerRecord& record) {
    const auto document = wire::JsonDocument::parse(record.body);
    if (record.authenticity != sandbox::Authenticity::verified || record.id.empty() || !document) {
        ++not_authentic_;
        return;
    }
    ++received_;
    if (const auto known = by_id_.find(record.id); known != by_id_.end()) {
        ++known->second.times;
        changed_ += known->second.body == record.body ? 0 : 1;
        return;
    }
    const wire::Json event = document->root();
    Told told;
    told.id = record.id;
    told.type = text_at(event, "type");
    told.client_id = text_at(event, "data.client_id");
    told.transaction_id = text_at(event, "data.settlement.transaction_id");
    told.subject = subject_of(event);
    told.version = number_at(event, "version");
    told.rank = number_at(event, "data.match.rank");
    told.body = record.body;
    told.received = record.received;
    if (const auto candidates = value_at(event, "data.candidates"))
        for (std::size_t i = 0; i < candidates->size(); ++i)
            told.candidates.push_back(text_at(candidates->at(i), "client_id"));
    by_transaction_[told.transaction_id].push_back(told.id);
    by_id_.emplace(told.id, std::move(told));
}

std::vector<const Told*> ToldBook::about(std::string_view transaction_id) const {
    std::vector<const Told*> found;
    if (const auto ids = by_transaction_.find(transaction_id); ids != by_transaction_.end())
        for (const std::string& id : ids->second)
            found.push_back(&by_id_.find(id)->second);
    return found;
}

const Told* ToldBook::find(std::string_view transaction_id, std::string_view type) const {
    for (const Told* const told : about(transaction_id))
        if (told->type == type)
            return told;
    return nullptr;
}

const Told* ToldBook::find_of(std::string_view subject, std::string_view type) const {
    for (const auto& [id, told] : by_id_)
        if (told.subject == subject && told.type == type)
            return &told;
    return nullptr;
}

std::size_t ToldBook::of_type(std::string_view type) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        by_id_, [&](const auto& entry) { return entry.second.type == type; }));
}

} // namespace settled::demo
