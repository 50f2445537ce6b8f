// A world in which rows become final and old, for the tests of purges.
#pragma once

#include "store/queries/purged.h"
#include "store/queries/purges.h"
#include "store/queries/seals.h"
#include "units/evidence/audit.h"
#include "units/evidence/seal.h"
#include "units/purge/purge.h"
#include "units/testing.h"

namespace settled::units::testing {

using domain::TaskStatus;
using store::PurgeCounts;
using store::PurgedKind;
using Days = std::chrono::days;

inline constexpr std::string_view every_kind = "payments events deliveries calls";

class PurgeWorld : public World {
  public:
    PurgeWorld() { endpoint = add_endpoint("*"); }

    domain::NewPayment order(std::string_view id, std::int64_t minor) const {
        auto order = payment(id, minor);
        order.reference = "INVOICE " + std::string(id);
        order.payer = party("040004 12345678", "Ann Lee");
        return order;
    }
    // A payment, and its money.
    void pay(const std::string& id, std::int64_t minor) {
        register_payment(order(id, minor));
        auto money = fact(minor);
        money.reference = "INVOICE " + id;
        money.end_to_end_id = "E2E-" + id;
        money.counterparty = party("040004 12345678", "Ann Lee");
        settle("t-" + id, money);
        pass_watermark();
        EXPECT_EQ(payment_of("t-" + id), id);
    }
    void seal() {
        order_feeds();
        while (const auto next = read<std::optional<NextSeal>>(
                   [&](Session& s) { return next_seal(s, tenant, now()); }))
            write<void>([&](Session& s) { return store::insert_seal(s, tenant, next->seal); });
    }
    // Every delivery that is owed gets this status.
    void end_deliveries(TaskStatus status = TaskStatus::done) {
        for (const store::TaskRow& delivery : deliveries())
            if (delivery.status == "queued")
                write<bool>([&](Session& s) {
                    return store::update_task(s, tenant, delivery.id, status, 1, now(), now());
                });
    }
    void pass(Days days) {
        clock().advance(days);
        run_due();
    }
    // All is delivered and sealed, and `days` pass.
    void grow_old(Days days = Days(401)) {
        run_due();
        end_deliveries();
        seal();
        pass(days);
    }

    PurgeId begin(std::string_view kinds, bool dry_run = false, Days age = Days(400)) {
        store::PurgeRow row;
        row.tenant = tenant;
        row.id = new_id<PurgeId>();
        row.kinds = kinds;
        row.until = now() - age;
        row.dry_run = dry_run;
        row.made_by = "key_1";
        row.created_at = now();
        write<void>([&](Session& s) { return store::insert_purge(s, row); });
        return row.id;
    }
    bool step(PurgeId id, std::size_t rows = 16) {
        return write<PurgeStep>([&](Session& s) {
                   return purge_some(s, context(), tenant, id, now(), {rows, 1'000'000});
               })
            .more;
    }
    PurgeCounts counts_of(PurgeId id) {
        const auto row = read<std::optional<store::PurgeRow>>(
            [&](Session& s) { return store::find_purge(s, tenant, id); });
        return row.value().counts;
    }
    PurgeCounts purge(std::string_view kinds = "payments", bool dry_run = false) {
        const PurgeId id = begin(kinds, dry_run);
        while (step(id)) {
        }
        return counts_of(id);
    }

    std::int64_t rows(const std::string& table, const std::string& where = "1 = 1") {
        return number("SELECT count(*) FROM " + table + " WHERE " + where);
    }
    std::int64_t number(const std::string& sql) {
        return store::testing::number_seen_by_another(directory(), sql);
    }
    void change(const std::string& sql) { store::testing::run_by_another(directory(), sql); }
    std::optional<store::PurgedRow> purged(PurgedKind kind, std::int64_t id) {
        return read<std::optional<store::PurgedRow>>(
            [&](Session& s) { return store::find_purged(s, tenant, kind, id); });
    }
    void open_review(std::int64_t subject) {
        const store::ReviewRow row{
            new_id<ReviewId>(), "payment_failed", subject, "open", "{}", now(), std::nullopt};
        write<void>([&](Session& s) { return store::insert_review(s, tenant, row); });
    }
    // Of which the other half is gone.
    std::int64_t broken_rows() {
        return rows("settlement_match m",
                    "NOT EXISTS (SELECT 1 FROM payment p WHERE p.id = m.payment_id) OR NOT EXISTS "
                    "(SELECT 1 FROM settlement t WHERE t.id = m.settlement_id)") +
               rows("match_end e",
                    "NOT EXISTS (SELECT 1 FROM settlement_match m WHERE m.id = e.match_id)") +
               rows("task t", "t.kind = 'delivery' AND NOT EXISTS (SELECT 1 FROM event e WHERE "
                              "e.id = t.subject_id)");
    }
    // How many purged records the audit counts; what it finds wrong fails the test.
    std::size_t audit() {
        std::size_t count = 0;
        AuditCursor cursor;
        while (cursor.phase != AuditPhase::done) {
            const auto page = read<AuditPage>(
                [&](Session& s) { return units::audit(s, context().keys, tenant, cursor, 100); });
            for (const AuditFinding& finding : page.findings)
                ADD_FAILURE() << finding.what << " " << finding.subject << ": expected "
                              << finding.expected << ", found " << finding.found;
            count += page.purged;
            cursor = page.next;
        }
        return count;
    }

    EndpointId endpoint;
};

} // namespace settled::units::testing
