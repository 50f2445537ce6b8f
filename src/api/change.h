// How a call changes state: one unit of work, at most once for each Idempotency-Key.
//
// A key's answer is saved in the transaction of the effect, so there is no moment in which one is
// there without the other. The same key with the same method, path and body gets the same answer
// (Idempotent-Replayed: true); with another request, idempotency_key_reused. Calls that were
// refused leave nothing behind and may be repeated with the same key. A key is locked first, so two
// calls with one key at the same time are one after the other, on whatever node. Answers are kept
// for limits::idempotency_kept.
//
// A call that only asks what it would do (dry_run) is answered with the first answer, too, if its
// call was made before, and saves none.
//
// What people change (change_log.h) is written to the changes in the same transaction.
//
// Saved answers are sealed: some show a secret that is shown once (an API key, a webhook secret),
// and the store is to hold no such secret in clear. The fingerprint is keyed for the same reason: a
// request may hold a password.
#pragma once

#include "api/call.h"
#include "api/core.h"

#include <functional>

namespace settled::api {

// The unit of a call. When it fails it has written nothing: it checks first. It may run more than
// once.
using Change = std::function<store::Step<Result<Answer>>(store::Session&)>;

// A call that may be made as a dry run.
struct DryRun {
    bool dry_run = false;
    std::string body; // the call's without the wish for a dry run: the same either way
};

// `locks`: what the unit is known to lock. `priority`: background for a part of a long task.
Task<Result<Answer>> change(const Core& core, const Call& call, Change change,
                            store::Locks locks = {},
                            store::Priority priority = store::Priority::foreground);
// The unit of a dry run writes nothing.
Task<Result<Answer>> change(const Core& core, const Call& call, Change change, DryRun rehearsal);

// The answer of a read: `unit` finds T or nothing, which is not_found.
template <class T>
Task<Result<T>> find_or_404(const Core& core, store::Unit<std::optional<T>> unit,
                            std::string_view what) {
    Result<std::optional<T>> found = co_await core.store.read<std::optional<T>>(std::move(unit));
    if (!found)
        co_return std::unexpected(std::move(found).error());
    if (!*found)
        co_return fail(Code::not_found, "there is no such " + std::string(what));
    co_return std::move(**found);
}

} // namespace settled::api
