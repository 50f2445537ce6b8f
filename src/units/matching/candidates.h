// The candidates for a settlement or a payment, as things stand in the store. Reads only.
#pragma once

#include "domain/payment.h"
#include "domain/settlement.h"
#include "match/choice.h"
#include "store/lock.h"
#include "store/queries/money/match_keys.h"
#include "store/session.h"
#include "store/step.h"
#include "units/context.h"

#include <vector>

namespace settled::units {

// How wide a search is.
enum class Reach : std::uint8_t {
    exact, // the account and the amount
    loose, // those that share an identifier on that account, too, whatever the amount
};

template <class T>
struct Candidates {
    std::vector<T> items;
    std::vector<match::MatchFields> identities; // of each item
    match::Coverage seen = match::Coverage::complete;
    // Reach::loose: an identifier matched too many candidates, so only the exact-amount search
    // counts.
    bool is_cut = false;
    bool anybody = false;   // true even if every hit was refused by a reviewer
    std::vector<T> refused; // would be among the items, had a reviewer not ruled them out
    store::Reads reads;     // of the index, to find them

    void add(T item) {
        identities.push_back(item.identity);
        items.push_back(std::move(item));
    }
};

// Open payments that the settlement may pay, in the order of their ids; never one that was ruled
// out for it.
//
// First the strong search: of those with its account and amount only candidates that may be, or
// rival, a match by an id or by an equal reference. However many share the amount, this costs the
// same.
store::Step<Candidates<domain::Payment>>
strong_payments_near(store::Session& s, const Context& context, TenantId tenant,
                     const domain::Settlement& settlement, Reach reach);
// Then all. `strong`: the result of the strong search of the same reach, which is not repeated.
store::Step<Candidates<domain::Payment>>
payments_near(store::Session& s, const Context& context, TenantId tenant,
              const domain::Settlement& settlement, Reach reach,
              const Candidates<domain::Payment>* strong = nullptr);

// Waiting settlements that may pay the payment; never one for which it was ruled out. `judged` is
// the first of them, whether it is stored yet or not.
store::Step<Candidates<domain::Settlement>>
settlements_near(store::Session& s, const Context& context, TenantId tenant,
                 const domain::Payment& payment, const domain::Settlement& judged, Reach reach);

// The ids of settlements that wait in a payment's amount block and may pay it.
store::Step<std::vector<SettlementId>> waiting_near(store::Session& s, const Context& context,
                                                    TenantId tenant,
                                                    const match::MatchFields& payment);
// And of those that share an identifier with one of several payments, whatever their amount.
store::Step<std::vector<std::int64_t>>
waiting_sharing(store::Session& s, const Context& context, TenantId tenant,
                const std::vector<match::MatchFields>& payments);

} // namespace settled::units
