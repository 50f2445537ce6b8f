#include "bench/support/bulk.h"

#include "bench/support/run_many.h"
#include "match/keys.h"
#include "store/queries/money/match_keys.h"
#include "store/queries/money/payments.h"

#include <algorithm>
#include <span>
#include <vector>

namespace settled::bench {

namespace {

using store::Session;
using store::Step;

constexpr std::size_t batch = 2'000; // rows of a unit
constexpr std::size_t under_way = 8;

struct OwnedKey {
    match::Key key;
    std::int64_t owner;
    friend auto operator<=>(const OwnedKey&, const OwnedKey&) = default;
};

class Bulk {
  public:
    Bulk(server::Installation& installation, std::size_t count, const RegistrationOf& registration)
        : installation_(installation), count_(count), registration_(registration) {}

    Task<> write() {
        co_await in_batches(count_, &Bulk::write_payments);
        std::ranges::sort(keys_);
        co_await in_batches(keys_.size(), &Bulk::write_keys);
    }

  private:
    Task<> in_batches(std::size_t rows, Step<> (Bulk::*write)(Session&, std::size_t from)) {
        co_await run_many<void>(
            installation_.store(), 0, (rows + batch - 1) / batch,
            [this, write](std::size_t number) {
                return
                    [this, write, number](Session& s) { return (this->*write)(s, number * batch); };
            },
            any_result, under_way);
    }
    Step<> write_payments(Session& s, std::size_t from) {
        const units::Context& context = installation_.context();
        for (std::size_t number = from; number < std::min(from + batch, count_); ++number) {
            const auto given = registration_(number);
            store::AccountRow payee;
            payee.iban = given->payment.payee.iban;
            payee.account_key = domain::account_key_of(given->payment.payee);
            const domain::Payment payment = units::payment_from(
                given->payment, context.ids.next<PaymentId>(), given->now, payee);
            co_await store::insert_payment(s, given->tenant, payment,
                                           domain::fingerprint(given->payment));
            for (const match::Key& key : match::stored_keys(context.keys.of(given->tenant),
                                                            payment.identity, match::Of::payment))
                keys_.push_back({key, payment.id.value});
        }
    }
    Step<> write_keys(Session& s, std::size_t from) {
        const TenantId tenant = registration_(0)->tenant;
        const std::span<const OwnedKey> all = keys_;
        for (const OwnedKey& each : all.subspan(from, std::min(batch, all.size() - from)))
            co_await store::insert_match_keys(s, tenant, store::Side::payment, each.owner,
                                              std::span(&each.key, 1));
    }

    server::Installation& installation_;
    std::size_t count_;
    const RegistrationOf& registration_;
    std::vector<OwnedKey> keys_;
};

} // namespace

Task<> open_in_bulk(server::Installation& installation, std::size_t count,
                    const RegistrationOf& registration) {
    Bulk bulk(installation, count, registration);
    co_await bulk.write();
}

} // namespace settled::bench
