// What of the figures wants a person's attention.
#include "api/handlers/why/status_figures.h"
#include "api/handlers/why/why_text.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace settled::api {

namespace {

constexpr std::uint64_t mib = std::uint64_t{1024} * 1024;

std::string counted(std::int64_t count, std::string_view one, std::string_view more) {
    return fmt::format("{}{} {}", count == counted_max ? "at least " : "", count,
                       count == 1 ? one : more);
}

void look_at_reviews(const StatusFigures& figures, const domain::Attention& limits,
                     std::vector<AttentionItem>& found) {
    const auto& all = figures.reviews.all;
    if (all.oldest_at && *all.oldest_at + limits.review <= figures.now)
        found.push_back(
            {"review.age", false, "",
             fmt::format("{} waits for a person, the oldest since {}",
                         counted(all.count, "review", "reviews"), wire::to_rfc3339(*all.oldest_at)),
             "money or an order waits for a person's decision", "settled reviews list"});
}

void look_at_deliveries(const StatusFigures& figures, const domain::Attention& limits,
                        std::vector<AttentionItem>& found) {
    if (figures.dead && figures.dead->count > 0)
        found.push_back(
            {"delivery.dead", true, "",
             fmt::format("{} given up after the last attempt",
                         counted(figures.dead->count, "delivery was", "deliveries were")),
             "see what the partner answered, have it mended, and deliver again",
             "settled doctor --check delivery.dead"});
    const auto& owed = figures.deliveries;
    if (owed && owed->oldest_at && *owed->oldest_at + limits.backlog <= figures.now)
        found.push_back({"backlog.age", false, "",
                         fmt::format("{} owed, the oldest since {}",
                                     counted(owed->count, "delivery is", "deliveries are"),
                                     wire::to_rfc3339(*owed->oldest_at)),
                         "a partner does not answer, or no node with the role worker runs",
                         std::nullopt});
}

void look_at_endpoints(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (!figures.endpoints)
        return;
    if (figures.endpoints->disabled > 0)
        found.push_back({"endpoint.disabled", false, "",
                         fmt::format("nothing is delivered to {}",
                                     counted(figures.endpoints->disabled, "disabled endpoint",
                                             "disabled endpoints")),
                         "a person disabled it, or its partner answered that it is gone",
                         "settled doctor --check endpoint.disabled"});
    if (figures.endpoints->failing > 0)
        found.push_back(
            {"endpoint.failing", false, "",
             fmt::format("{} not answer, and is tried again by probes",
                         counted(figures.endpoints->failing, "endpoint does", "endpoints do")),
             "the partner mends its endpoint; what is owed waits until then", std::nullopt});
}

void look_at_calls(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (figures.connectors)
        for (const ConnectorFigures& one : *figures.connectors)
            if (one.is_failing)
                found.push_back({"connector.refused", true, one.name, "our calls are refused",
                                 "its token or key is not what the other side knows us by",
                                 "settled connectors resume " + one.name});
    if (figures.calls_held.value_or(false))
        found.push_back({"calls.held", false, "",
                         "calls that move money are held, since the store was put back to an "
                         "older state",
                         "a person lets them go on, once the bank was asked for everything since",
                         std::nullopt});
}

void look_at_refused(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (!figures.connectors)
        return;
    for (const ConnectorFigures& one : *figures.connectors)
        if (one.refused.is_refusing)
            found.push_back(
                {"connector.refusing", true, one.name,
                 fmt::format("its webhooks are refused ({}), {} in the last hour, the newest at {}",
                             one.refused.code, one.refused.last_hour,
                             wire::to_rfc3339(one.refused.at)),
                 fmt::format("if the bank has changed its key, it says which is the new one; give "
                             "both: settled connectors set {} --bank-key OLD --bank-key NEW",
                             one.name),
                 std::nullopt});
}

void look_at_silence(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (!figures.connectors)
        return;
    for (const ConnectorFigures& one : *figures.connectors)
        if (const auto since = one.silent_since(figures.now))
            found.push_back({"connector.silent", false, one.name,
                             fmt::format("no webhook since {}, and one is expected within {} s",
                                         wire::to_rfc3339(*since), one.expect_every.count()),
                             "ask the bank whether it sends; if it does, what it sends does not "
                             "arrive here or is refused: see its log and settled doctor --connect",
                             std::nullopt});
}

// Only money that has waited for long: most of it waits for a payment that is registered later.
void look_at_unmatched(const StatusFigures& figures, const domain::Attention& limits,
                       std::vector<AttentionItem>& found) {
    const auto& oldest = figures.oldest_unmatched;
    if (!oldest || oldest->received_at + limits.review > figures.now)
        return;
    for (const auto& [currency, money] : figures.money)
        if (money.unmatched.count > 0)
            found.push_back(
                {"settlement.unmatched", false, currency,
                 fmt::format("{} without a payment, {} in all; the oldest came at {}",
                             counted(money.unmatched.count, "settlement is", "settlements are"),
                             amount_text(money.unmatched.amount),
                             wire::to_rfc3339(oldest->received_at)),
                 "its payment was not registered, or differs in a field that decides; "
                 "a person says what it belongs to",
                 "settled explain " + to_string(oldest->id)});
}

void look_at_money(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    for (const auto& [currency, money] : figures.money) {
        if (money.overdue.count > 0)
            found.push_back({"payment.overdue", false, currency,
                             fmt::format("{} overdue, {} in all",
                                         counted(money.overdue.count, "payment is", "payments are"),
                                         amount_text(money.overdue.amount)),
                             "no settlement has come for it in the time of its scheme",
                             std::nullopt});
    }
}

void look_at_store(const StatusFigures& figures, const domain::Attention& limits,
                   std::vector<AttentionItem>& found) {
    if (!figures.store)
        return;
    if (!figures.store->can_commit)
        found.push_back({"store.commits", true, "", "the store takes no changes",
                         figures.store->reason, std::nullopt});
    const auto& disk = figures.disk;
    const bool is_full = disk && disk->free_bytes < domain::Attention::free_bytes_min;
    if (is_full || (disk && disk->free_percent() < static_cast<unsigned>(limits.free_percent)))
        found.push_back({"data.space", is_full, "",
                         fmt::format("{} MiB of the store's disk are free, {} %",
                                     disk->free_bytes / mib, disk->free_percent()),
                         "a full disk stops every change; the owner of the server's machine makes "
                         "room or moves the data directory to a larger disk",
                         std::nullopt});
    const auto& last = figures.last_backup_at;
    const bool is_asked_for = limits.backup.count() > 0 && !figures.store_is_shared;
    if (is_asked_for && (!last || *last + limits.backup < figures.now))
        found.push_back(
            {"store.backup", false, "",
             last ? "the last backup was verified at " + wire::to_rfc3339(*last)
                  : std::string("no backup of this store was ever made with `settled "
                                "backup`"),
             fmt::format("[attention] backup_hours says: every {} hours", limits.backup.count()),
             "settled backup /var/backups/settled"});
}

std::string ends_text(const Expiring& soonest, std::size_t count, bool has_ended) {
    const std::string date = wire::to_rfc3339(soonest.expires_at).substr(0, 10);
    const std::string name = soonest.name.empty() ? "the installation's certificate" : soonest.name;
    const std::string first = fmt::format("{} ({})", name, soonest.kind);
    if (count == 1)
        return fmt::format("{} {} on {}", first, has_ended ? "ended" : "ends", date);
    return fmt::format("{} keys or certificates end soon or have ended; the first, {}, on {}",
                       count, first, date);
}

// An item for each check: doctor lists them one by one.
void look_at_ends(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    if (!figures.expiring)
        return;
    struct Ends {
        const Expiring* soonest = nullptr;
        std::size_t count = 0;
    };
    std::map<std::string_view, Ends> by_check;
    for (const Expiring& one : *figures.expiring) {
        Ends& ends = by_check[check_of(one)];
        if (ends.count++ == 0)
            ends.soonest = &one;
    }
    for (const auto& [check, ends] : by_check) {
        const bool has_ended = ends.soonest->expires_at <= figures.now;
        const bool is_ours = check == "tls.expiry";
        found.push_back({check, has_ended, "", ends_text(*ends.soonest, ends.count, has_ended),
                         is_ours ? "the owner of the server's machine has it renewed, and puts "
                                   "certificate and key in their places"
                                 : "have the next one made, and put it in place before this one "
                                   "ends",
                         is_ours ? std::nullopt
                                 : std::optional("settled doctor --check " + std::string(check))});
    }
}

void look_at_seals(const StatusFigures& figures, const domain::Attention& limits,
                   std::vector<AttentionItem>& found) {
    const auto& since = figures.unsealed_since;
    if (since && *since + limits.backlog <= figures.now)
        found.push_back(
            {"audit.unsealed", false, "",
             fmt::format("what was decided since {} is not sealed yet", wire::to_rfc3339(*since)),
             "the operator starts a node with the role worker, which seals; the log of "
             "one that runs says what is in its way (seal.failed)",
             std::nullopt});
}

void look_at_nodes(const StatusFigures& figures, std::vector<AttentionItem>& found) {
    for (const store::NodeRow& node : figures.nodes)
        if (!node.is_free() && node.lease_until < figures.now)
            found.push_back({"node.lost", false, fmt::format("node {}", node.number),
                             fmt::format("it has not renewed its place since {}",
                                         wire::to_rfc3339(node.lease_until)),
                             "it was stopped without giving its place back, or cannot reach the "
                             "store",
                             std::nullopt});
}

} // namespace

std::vector<AttentionItem> attention_of(const StatusFigures& figures,
                                        const domain::Attention& limits) {
    std::vector<AttentionItem> found;
    look_at_store(figures, limits, found);
    look_at_nodes(figures, found);
    look_at_seals(figures, limits, found);
    look_at_ends(figures, found);
    look_at_calls(figures, found);
    look_at_refused(figures, found);
    look_at_silence(figures, found);
    look_at_endpoints(figures, found);
    look_at_deliveries(figures, limits, found);
    look_at_reviews(figures, limits, found);
    look_at_money(figures, found);
    look_at_unmatched(figures, limits, found);
    return found;
}

std::string_view state_of(const std::vector<AttentionItem>& attention) {
    if (std::ranges::any_of(attention, &AttentionItem::is_failure))
        return "failing";
    return attention.empty() ? "ok" : "attention";
}

} // namespace settled::api
