// Keeps units of work apart that must not run concurrently, on engines that run many at a time.
//
// A unit that reads and then writes its conclusion first names what it works on: `co_await
// s.lock(Locks{Lock::block(tenant, block)})`. From there to its commit no other unit that names the
// same lock runs, on this node or any other; it sees the writes of the earlier ones. On an engine
// that runs one unit at a time the lock is free and does nothing.
//
// State all locks of a unit at once and before its first statement: those of a whole group are then
// taken in one order, and no two units wait for each other. A lock that is known only after a row
// was read may be taken later; when it is not free, the engine rolls the group back and runs it
// again with all its locks taken first. docs/decisions/0011-postgres.md has the reasons.
#pragma once

#include "base/assert.h"
#include "base/id.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace settled::store {

struct Lock {
    // The numbers are hashed into the lock's name, which nodes of two versions must agree on: never
    // renumber.
    enum class Kind : std::uint8_t {
        webhook = 1,  // webhooks received under one dedupe key
        reversal = 2, // the webhooks of one composite key
        // payments and settlements of one match block, for a unit that judges or changes them
        block = 3,
        payment = 4,     // one client's id of a payment
        idempotency = 5, // one Idempotency-Key
        endpoints = 6,   // the endpoints of a tenant; shared: units that need one to stay
        connectors = 7,
        api_keys = 8,
        tenants = 9,
        calls = 10,          // the calls, orders, links and returns of a connector
        endpoint_state = 11, // how an endpoint fares
        subject_line = 12,   // the deliveries of a subject to an endpoint that keeps their order
        // which loan an account's money belongs to; shared: units that look for that
        link = 13,
        notification = 20, // the state of a notification
    };
    Kind kind;
    bool shared = false; // runs together with other shared holders, but with no exclusive one
    TenantId tenant;
    std::int64_t key = 0;

    friend bool operator==(const Lock&, const Lock&) = default;

    static Lock block(TenantId tenant, std::int64_t block) {
        return {Kind::block, false, tenant, block};
    }
    static Lock payment(TenantId tenant, std::string_view client_id);
    static Lock idempotency(TenantId tenant, std::string_view key);
    static Lock reversal(TenantId tenant, std::string_view composite_key);
    static Lock webhook(TenantId tenant, std::int64_t dedupe) {
        return {Kind::webhook, false, tenant, dedupe};
    }
    static Lock endpoints(TenantId tenant) { return {Kind::endpoints, false, tenant, 0}; }
    static Lock endpoints_shared(TenantId tenant) { return {Kind::endpoints, true, tenant, 0}; }
    static Lock connectors(TenantId tenant) { return {Kind::connectors, false, tenant, 0}; }
    static Lock api_keys(TenantId tenant) { return {Kind::api_keys, false, tenant, 0}; }
    static Lock calls(TenantId tenant, ConnectorId connector) {
        return {Kind::calls, false, tenant, connector.value};
    }
    static Lock endpoint_state(TenantId tenant, EndpointId endpoint) {
        return {Kind::endpoint_state, false, tenant, endpoint.value};
    }
    static Lock subject_line(TenantId tenant, EndpointId endpoint, std::int64_t subject) {
        return {Kind::subject_line, false, tenant, endpoint.value * 31 ^ subject};
    }
    static Lock link_of(TenantId tenant, std::string_view account_key);
    static Lock link_of_shared(TenantId tenant, std::string_view account_key);
    static Lock notification(TenantId tenant, NotificationId id) {
        return {Kind::notification, false, tenant, id.value};
    }
    static Lock tenants() { return {Kind::tenants, false, TenantId{}, 0}; }
};

// The locks of a unit. A few, so that making them costs no memory.
class Locks {
  public:
    Locks() = default;
    Locks(std::initializer_list<Lock> locks) {
        for (const Lock& lock : locks)
            add(lock);
    }
    void add(const Lock& lock) {
        SETTLED_ASSERT(size_ < locks_.size(), "a unit names at most {} locks", locks_.size());
        locks_[size_++] = lock;
    }
    const Lock* begin() const { return locks_.data(); }
    const Lock* end() const { return locks_.data() + size_; }

  private:
    std::array<Lock, 16> locks_{};
    std::size_t size_ = 0;
};

} // namespace settled::store
