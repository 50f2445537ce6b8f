#include "api/body.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/profile_view.h"
#include "api/page.h"
#include "learn/seeds.h"
#include "units/learning/learn.h"

#include <algorithm>
#include <map>

namespace settled::api {

namespace {

using store::ProfileRow;
using store::Session;
using store::Step;

// What both answers are made of. The caps of the receiving banks are few: one for each bank that
// accounts are at.
struct Known {
    std::vector<ProfileRow> profiles;
    std::map<std::string, learn::CapState> caps;
    std::vector<store::BankRow> banks;
    std::vector<learn::Seed> seeds;
};

Step<> read_caps(Session& s, TenantId tenant, Known& known) {
    for (const ProfileRow& row : known.profiles)
        if (!known.caps.contains(row.key.receiver))
            known.caps[row.key.receiver] = co_await store::find_cap(s, tenant, row.key.receiver);
}

Step<Known> list(Session& s, TenantId tenant, Page page) {
    Known known;
    known.profiles = co_await store::list_profiles(s, tenant, page.before, page.wanted());
    co_await read_caps(s, tenant, known);
    co_return known;
}

Step<std::optional<Known>> find(Session& s, TenantId tenant, std::string institution) {
    Known known;
    known.profiles = co_await store::profiles_of(s, tenant, institution, limits::page_size_max);
    co_await read_caps(s, tenant, known);
    known.banks = co_await store::list_banks(s, tenant);
    std::erase_if(known.banks,
                  [&](const store::BankRow& row) { return row.institution != institution; });
    known.seeds = co_await store::list_seeds(s, tenant);
    std::erase_if(known.seeds,
                  [&](const learn::Seed& seed) { return seed.institution != institution; });
    if (known.profiles.empty() && known.seeds.empty())
        co_return std::nullopt;
    co_return known;
}

std::string shown(const Known& known, std::string_view id, Instant now) {
    wire::JsonWriter w;
    w.object().member("id", id).key("banks").array();
    for (const store::BankRow& bank : known.banks)
        w.value(bank.bank);
    w.end().key("seeds").array();
    for (const learn::Seed& seed : known.seeds)
        w.object()
            .member("scheme", seed.scheme)
            .member("reference_chars_max", static_cast<std::int64_t>(seed.reference_chars_max))
            .end();
    w.end().key("profiles").array();
    for (const ProfileRow& row : known.profiles)
        write_profile(w, row, known.caps.at(row.key.receiver), now);
    w.end().end();
    return std::move(w).text();
}

// In ours, what is not known is refused; a provider's answer has much that is not for us.
Result<learn::Seeds> read_request(const wire::Json& root) {
    if (root.is_object() && root.member("institutions") && root.size() > 1)
        return fail(Code::member_unknown, "give institutions alone");
    return learn::read_seeds(root);
}

Step<Result<Answer>> seed(Session& s, TenantId tenant, std::shared_ptr<const learn::Seeds> seeds,
                          Instant now) {
    co_await units::accept_seeds(s, tenant, seeds, now);
    wire::JsonWriter w;
    w.object().member("accepted", static_cast<std::int64_t>(seeds->seeds.size()));
    w.member("without_length", static_cast<std::int64_t>(seeds->without_length)).end();
    co_return Answer{200, std::move(w).text()};
}

} // namespace

Task<Result<Answer>> list_institutions(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, ProfileIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Known> found =
        co_await core.store.read<Known>([=](Session& s) { return list(s, tenant, page); });
    if (!found)
        co_return std::unexpected(found.error());
    const Instant now = core.clock.now();
    const Known& known = *found;
    co_return page_answer(page, known.profiles,
                          [&known, now](wire::JsonWriter& w, const ProfileRow& row) {
                              write_profile(w, row, known.caps.at(row.key.receiver), now);
                          });
}

Task<Result<Answer>> get_institution(const Core& core, const Call& call) {
    const TenantId tenant = call.caller.tenant;
    const std::string institution = call.id == unknown_institution ? std::string() : call.id;
    const Result<Known> known = co_await find_or_404<Known>(
        core, [=](Session& s) { return find(s, tenant, institution); }, "institution");
    if (!known)
        co_return std::unexpected(known.error());
    co_return Answer{200, shown(*known, call.id, core.clock.now())};
}

Task<Result<Answer>> seed_institutions(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(learn::Seeds read, read_request(document.root()));
    const auto seeds = std::make_shared<const learn::Seeds>(std::move(read));
    const TenantId tenant = call.caller.tenant;
    const Instant now = core.clock.now();
    auto answer =
        co_await change(core, call, [=](Session& s) { return seed(s, tenant, seeds, now); });
    if (answer && !answer->replayed)
        co_await core.profiles_changed();
    co_return answer;
}

} // namespace settled::api
