// Events about postings.
#pragma once

#include "domain/event.h"
#include "domain/posting.h"

#include <string>
#include <string_view>

namespace settled::domain {

struct PostingFacts {
    PostingId id;
    PostingKind kind{};
    PostingStatus status = PostingStatus::queued;
    std::string core_banking; // the connector's name
    std::string loan_account_id;
    std::string cause_id; // the settlement, order, link or posting that it follows from
    std::string external_id;
    std::string transaction_key; // the core banking system's; empty: it has none yet
    Money amount;
    std::string scheme;
    std::string reason_code;
    std::string reason;
};

// The type of the event that reports a posting of that kind in that status; "": none does.
std::string_view event_type_of(PostingKind kind, PostingStatus status);
// `facts` as it is after the change, with the version of this event.
Event posting_event(EventId id, std::string_view type, const PostingFacts& facts,
                    std::int64_t version, Instant now);

} // namespace settled::domain
