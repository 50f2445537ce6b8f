#include "bench/support/small_world.h"

#include "base/assert.h"
#include "base/iban.h"
#include "store/queries/directory.h"
#include "store/queries/endpoints.h"
#include "store/sqlite/sqlite_store.h"

namespace settled::bench {

namespace {

// As a node that delivers all of them.
class HoldAll final : public units::TaskClaims {
  public:
    std::int64_t holder_for(EndpointId) const override { return 257; }
};

store::Step<bool> set_up(store::Session& s, store::AccountRow account,
                         store::EndpointRow endpoint) {
    co_await store::insert_endpoint(s, endpoint);
    co_return co_await store::insert_account(s, account);
}

} // namespace

SmallWorld::SmallWorld() : claims_(std::make_unique<HoldAll>()) {
    auto store = store::sqlite::open({.directory = directory_.path()});
    SETTLED_ASSERT(store.has_value(), "the store can be opened: {}", store.error().detail);
    store_ = std::move(*store);
    context_.emplace(ids_, keys_, std::chrono::seconds(10), claims_.get());
    store::AccountRow account;
    account.tenant = tenant;
    account.id = ids_.next<AccountId>();
    account.iban = iban;
    account.account_key = account_key(iban);
    const store::EndpointRow endpoint{tenant,
                                      ids_.next<EndpointId>(),
                                      "https://partner.example/",
                                      "*",
                                      "signature",
                                      "",
                                      {},
                                      "active",
                                      now()};
    (void)write<bool>([&](store::Session& s) { return set_up(s, account, endpoint); });
}

SmallWorld::~SmallWorld() {
    store_->stop();
}

void SmallWorld::must_have_worked(const Error* error) {
    SETTLED_ASSERT(error == nullptr, "{}", error->detail);
}

} // namespace settled::bench
