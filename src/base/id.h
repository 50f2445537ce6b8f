// Ids: 63-bit, time-ordered, unique in the cluster, typed.
//
// Inside they are integers (a rowid in SQLite, BIGINT in PostgreSQL: 8 bytes in every index).
// Outside they are a prefix and 13 letters of Crockford's base 32, which sort like the integer:
// `pay_1K3…`. Layout: 41 bits of milliseconds since 2024-01-01, 8 bits of node, 14 bits of
// sequence. An id names an object; it is no capability: every query also carries the tenant.
#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace settled {

// `Tag` gives the prefix. Ids of different types do not mix.
template <class Tag>
struct Id {
    std::int64_t value = 0;

    explicit operator bool() const { return value != 0; }
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

std::string encode_id(std::string_view prefix, std::int64_t value);
Result<std::int64_t> decode_id(std::string_view prefix, std::string_view text);

template <class Tag>
std::string to_string(Id<Tag> id) {
    return encode_id(Tag::prefix, id.value);
}
template <class Tag>
Result<Id<Tag>> parse_id(std::string_view text) {
    TRY(const std::int64_t value, decode_id(Tag::prefix, text));
    return Id<Tag>{value};
}

#define SETTLED_ID(Name, text)                                                                     \
    struct Name##Tag {                                                                             \
        static constexpr std::string_view prefix = text;                                           \
    };                                                                                             \
    using Name = Id<Name##Tag>

SETTLED_ID(TenantId, "ten");
SETTLED_ID(ConnectorId, "con");
SETTLED_ID(ApiKeyId, "key");
SETTLED_ID(AccountId, "acc");
SETTLED_ID(WebhookId, "whk");
SETTLED_ID(PaymentId, "pay");
SETTLED_ID(SettlementId, "stl");
SETTLED_ID(MatchId, "mat");
SETTLED_ID(ReviewId, "rev");
SETTLED_ID(ReversalId, "rvl");
SETTLED_ID(StatementId, "stm");
SETTLED_ID(EventId, "evt");
SETTLED_ID(EndpointId, "end");
SETTLED_ID(LinkId, "lnk");
SETTLED_ID(OrderId, "ord");
SETTLED_ID(ReturnId, "ret");
SETTLED_ID(PostingId, "pst");
SETTLED_ID(BookingId, "bkg");
SETTLED_ID(CallId, "cal");
SETTLED_ID(BacsItemId, "bac");
SETTLED_ID(CatchUpId, "cup");
SETTLED_ID(NotificationId, "ntf"); // the same number as its webhook
SETTLED_ID(TaskId, "dlv");         // a task of the outbox; outside, the deliveries among them
SETTLED_ID(BatchId, "bat");        // the task that carries several deliveries at once
SETTLED_ID(RedeliveryId, "rdl");
SETTLED_ID(OperatorId, "opr");
SETTLED_ID(SessionId, "ses");
SETTLED_ID(PortalLinkId, "plk");
SETTLED_ID(ChangeId, "chg");
SETTLED_ID(PurgeId, "prg");

// Ids that were minted from this moment on are this or more: where a list by id begins for a time.
std::int64_t first_id_at(Instant at);
// When an id was minted, to a millisecond.
Instant time_of_id(std::int64_t id);

// Mints ids. Thread-safe; rises strictly within a node even if the clock steps back.
//
// The node's number is lent for a time (node/). No id carries a time after the end of that lease,
// and the next to have the number starts after it: two servers never mint the same id, whatever
// their clocks say and however long one of them was paused.
class IdMint {
  public:
    // Without an end: for stores that one process has alone, and for tests.
    IdMint(const Clock& clock, std::uint8_t node) : clock_(clock), state_(node) {}

    template <class IdType>
    IdType next() {
        return IdType{next_value()};
    }
    // After the lease has ended, values come from what the last millisecond has left, for units of
    // work that are under way; a caller that begins new work checks the lease first.
    std::int64_t next_value();

    // From now on ids of that number, later than `after` and not later than `until`.
    void take_number(std::uint8_t node, Instant after, Instant until);
    void extend(Instant until);
    // No id so far is later.
    Instant last() const;

  private:
    const Clock& clock_;
    // Milliseconds, 14 bits of sequence, 8 bits of node: one word, so that an id never has the time
    // of one number's lease and the number of another.
    std::atomic<std::uint64_t> state_;
    std::atomic<std::uint64_t> end_{UINT64_MAX >> 8}; // the last milliseconds and sequence
};

} // namespace settled
