#include "api/change.h"

#include "api/console/change_log.h"
#include "base/limits.h"
#include "store/queries/idempotency.h"
#include "wire/base64.h"

#include <algorithm>

namespace settled::api {

namespace {

using store::Session;
using store::Step;

// What one run of the unit needs; Core lives as long as the program.
struct Work {
    const Core& core;
    TenantId tenant;
    std::string key; // empty: none was given
    crypto::Digest fingerprint{};
    Instant now;
    Change change;
    store::Locks locks;
    bool is_kept = true; // the answer, under the key
    std::optional<ChangeNote> note = std::nullopt;
};

Result<std::string> key_of(const net::Request& request) {
    const std::size_t count = request.fields.count("Idempotency-Key");
    if (count == 0)
        return std::string{};
    const std::string_view key = *request.fields.find("Idempotency-Key");
    const bool visible = std::ranges::all_of(key, [](char c) { return c >= ' ' && c < '\x7f'; });
    if (count > 1 || key.empty() || key.size() > limits::idempotency_key_bytes_max || !visible)
        return fail(Code::idempotency_key_invalid,
                    "give one Idempotency-Key of 1 to 255 visible ASCII characters");
    return std::string(key);
}

// A key for each answer: one key may not seal more than 2^32 times (crypto/hash.h), which a busy
// tenant would reach within the life of an installation.
Secret seal_key(const Work& work) {
    return crypto::derive_key(work.core.master,
                              "saved-answer/" + to_string(work.tenant) + "/" + work.key);
}

Step<> save(Session& s, const Work& work, const Answer& answer) {
    const Bytes sealed = crypto::seal(seal_key(work), answer.body, "", work.core.rng);
    const store::SavedAnswer saved{work.fingerprint, answer.status, wire::to_base64(sealed)};
    co_await store::save_answer(s, work.tenant, work.key, saved, work.now);
}

Result<Answer> replay(const Work& work, const store::SavedAnswer& saved) {
    if (saved.fingerprint != work.fingerprint)
        return fail(Code::idempotency_key_reused, "use a new key for a new request");
    TRY(const Bytes sealed, wire::parse_base64(saved.body));
    TRY(const Secret body, crypto::open_sealed(seal_key(work), sealed, ""));
    return Answer{saved.http_status, std::string(body.reveal()),
                  true}; // it goes to its first owner
}

// The change itself, and what is to be known of it.
Step<Result<Answer>> make(Session& s, const Work& work) {
    auto answer = co_await work.change(s);
    if (answer && work.note && work.is_kept)
        co_await write_note(s, work.core.context.ids, work.tenant, *work.note, answer->body);
    co_return answer;
}

Step<Result<Answer>> run(Session& s, std::shared_ptr<const Work> work) {
    co_await s.lock(work->locks);
    if (work->key.empty())
        co_return co_await make(s, *work);
    const auto saved = co_await store::find_answer(s, work->tenant, work->key);
    if (saved)
        co_return replay(*work, *saved);
    auto answer = co_await make(s, *work);
    if (answer && work->is_kept)
        co_await save(s, *work, *answer);
    co_return answer;
}

// `body`: the text that the fingerprint is made from.
Task<Result<Answer>> change_once(const Core& core, const Call& call, std::string body, Change unit,
                                 store::Locks locks, bool is_kept,
                                 store::Priority priority = store::Priority::foreground) {
    CO_TRY(std::string key, key_of(call.request));
    if (!key.empty() && call.caller.is_session) // a browser's, and a partner's, are their own
        key.insert(0, call.caller.name + ' ');
    if (!key.empty())
        locks.add(store::Lock::idempotency(call.caller.tenant, key));
    const std::string whole = call.request.method + '\n' + call.request.path + '\n' + body;
    const auto work = std::make_shared<const Work>(
        core, call.caller.tenant, std::move(key), core.fingerprints.of(whole), core.clock.now(),
        std::move(unit), locks, is_kept, note_of(call, core.clock.now()));
    Result<Result<Answer>> answer = co_await core.store.write<Result<Answer>>(
        [work](Session& s) { return run(s, work); }, priority);
    if (!answer)
        co_return std::unexpected(std::move(answer).error());
    co_return std::move(*answer);
}

} // namespace

Task<Result<Answer>> change(const Core& core, const Call& call, Change unit, store::Locks locks,
                            store::Priority priority) {
    return change_once(core, call, call.request.body, std::move(unit), locks, true, priority);
}

Task<Result<Answer>> change(const Core& core, const Call& call, Change unit, DryRun rehearsal) {
    return change_once(core, call, std::move(rehearsal.body), std::move(unit), {},
                       !rehearsal.dry_run);
}

} // namespace settled::api
