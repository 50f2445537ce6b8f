// `settled audit head` and `settled audit verify`: the evidence of all matches, proved from the
// store itself and not from what a server says of it.
#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/progress.h"
#include "server/open_store.h"
#include "server/run.h"
#include "server/tenant.h"
#include "store/queries/seals.h"
#include "units/evidence/audit.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

namespace settled::cli {

namespace {

constexpr std::size_t page_records = 500;
constexpr std::size_t findings_max = 10'000; // printed; more are only counted

struct Verified {
    std::map<units::AuditPhase, std::size_t> checked;
    std::size_t unproved = 0;
    std::int64_t unsealed = 0;
    std::size_t purged = 0;
    std::size_t found = 0;
    std::vector<units::AuditFinding> findings;
    std::optional<domain::Seal> head;
};

Task<Result<std::optional<domain::Seal>>> find_seal(store::Store& store, TenantId tenant,
                                                    std::int64_t number) {
    co_return co_await store.read<std::optional<domain::Seal>>([=](store::Session& s) {
        return number == 0 ? store::last_seal(s, tenant) : store::find_seal(s, tenant, number);
    });
}

void add(Verified& verified, units::AuditFinding finding) {
    ++verified.found;
    if (verified.findings.size() < findings_max)
        verified.findings.push_back(std::move(finding));
}

struct Head {
    std::int64_t number = 0;
    std::string digest;
};

// NUMBER:DIGEST, as `settled audit head` says it; nullopt: it is not.
std::optional<Head> parse_head(std::string_view text) {
    Head head;
    const std::size_t colon = text.find(':');
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + std::min(colon, text.size()), head.number);
    if (error != std::errc{} || colon == text.npos || end != text.data() + colon || head.number < 1)
        return std::nullopt;
    head.digest = text.substr(colon + 1);
    return head;
}

// A head that was written down elsewhere must be a seal of this chain.
Result<> check_expected(store::Store& store, TenantId tenant, const Head& expected,
                        Verified& verified) {
    TRY(const auto seal, server::run_to_end(find_seal(store, tenant, expected.number)));
    if (!seal || seal->digest != expected.digest)
        add(verified, {"expected_head", fmt::format("seal {}", expected.number), expected.digest,
                       seal ? seal->digest : "no such seal"});
    return {};
}

Task<Result<Verified>> verify(store::Store& store, const units::TenantKeys& keys, TenantId tenant,
                              std::function<void(std::size_t, std::size_t)> progress) {
    Verified verified;
    auto counted = co_await store.read<std::int64_t>(
        [tenant](store::Session& s) { return units::audit_size(s, tenant); });
    CO_TRY(const std::int64_t size, std::move(counted));
    std::size_t done = 0;
    units::AuditCursor cursor;
    while (cursor.phase != units::AuditPhase::done) {
        auto read =
            co_await store.read<units::AuditPage>([&keys, tenant, cursor](store::Session& s) {
                return units::audit(s, keys, tenant, cursor, page_records);
            });
        CO_TRY(units::AuditPage page, std::move(read));
        verified.checked[cursor.phase] += page.checked;
        verified.unproved += page.unproved;
        verified.unsealed += page.unsealed;
        verified.purged += page.purged;
        for (units::AuditFinding& finding : page.findings)
            add(verified, std::move(finding));
        done += page.checked;
        cursor = page.next;
        progress(done, std::max(done, static_cast<std::size_t>(size)));
    }
    auto head = co_await find_seal(store, tenant, 0);
    CO_TRY(verified.head, std::move(head));
    co_return verified;
}

Result<Verified> verify(const server::Config& config, const std::string& tenant_name,
                        const std::optional<Head>& expected) {
    SystemRng rng;
    TRY(server::OpenedStore opened, server::open_store_for_reading(config, rng));
    TRY(const TenantId tenant, server::run_to_end(server::find_tenant(*opened.store, tenant_name)));
    const units::TenantKeys keys(std::move(opened.master));
    Progress bar;
    TRY(Verified verified, server::run_to_end(verify(*opened.store, keys, tenant,
                                                     [&](std::size_t done, std::size_t all) {
                                                         bar.show("verifying", done, all);
                                                     })));
    if (expected)
        TRY_VOID(check_expected(*opened.store, tenant, *expected, verified));
    opened.store->stop();
    return verified;
}

std::string as_json(const Verified& verified) {
    wire::JsonWriter w;
    w.object().member("holds", verified.found == 0).key("checked").object();
    for (const auto& [phase, count] : verified.checked)
        w.member(phase == units::AuditPhase::chain ? "seals" : token(phase), count);
    w.end().member("unproved", verified.unproved).member("unsealed", verified.unsealed);
    w.member("purged", verified.purged);
    w.key("head");
    if (verified.head)
        w.object()
            .member("number", verified.head->number)
            .member("digest", verified.head->digest)
            .end();
    else
        w.null();
    w.member("found", verified.found).key("findings").array();
    for (const units::AuditFinding& finding : verified.findings) {
        w.object().member("what", finding.what).member("subject", finding.subject);
        w.member("expected", finding.expected).member("found", finding.found).end();
    }
    w.end().end();
    return std::move(w).text();
}

void print_text(const Verified& verified) {
    for (const units::AuditFinding& finding : verified.findings)
        fmt::print("{:<24} {}\n    expected {}\n    found    {}\n", finding.what, finding.subject,
                   finding.expected, finding.found);
    for (const auto& [phase, count] : verified.checked)
        fmt::print("{:<24}{:>12}\n", phase == units::AuditPhase::chain ? "seals" : token(phase),
                   count);
    if (verified.unproved > 0)
        fmt::print("{:<24}{:>12}\n", "of older rules", verified.unproved);
    fmt::print(
        "{:<24}{:>12}  matches, ends, events and changes since the last seal: the chain does "
        "not vouch for them yet\n",
        "not sealed yet", verified.unsealed);
    if (verified.purged > 0)
        fmt::print("{:<24}{:>12}  sealed records that were purged: their digests hold\n", "purged",
                   verified.purged);
    if (verified.head)
        fmt::print("head {}:{}\n", verified.head->number, verified.head->digest);
    fmt::print("{}\n", verified.found == 0
                           ? "all is as it was recorded"
                           : fmt::format("{} differ from what was recorded", verified.found));
}

int run_verify(Invocation& in) {
    std::optional<Head> expected;
    if (in.has("--expect")) {
        expected = parse_head(in.text("--expect"));
        if (!expected)
            return in.usage("--expect takes NUMBER:DIGEST, as settled audit head says it");
    }
    const auto config = in.config();
    if (!config)
        return exit_usage;
    const auto verified = verify(*config, in.text("--tenant", "main"), expected);
    if (!verified)
        return in.out().problem(verified.error());
    if (in.out().is_json())
        in.out().json(as_json(*verified));
    else
        print_text(*verified);
    return verified->found == 0 ? exit_done : exit_failed;
}

Result<std::optional<domain::Seal>> find_head(const server::Config& config,
                                              const std::string& tenant_name) {
    SystemRng rng;
    TRY(const server::OpenedStore opened, server::open_store_for_reading(config, rng));
    TRY(const TenantId tenant, server::run_to_end(server::find_tenant(*opened.store, tenant_name)));
    TRY(auto head, server::run_to_end(find_seal(*opened.store, tenant, 0)));
    opened.store->stop();
    return head;
}

int run_head(Invocation& in) {
    const auto config = in.config();
    if (!config)
        return exit_usage;
    const auto head = find_head(*config, in.text("--tenant", "main"));
    if (!head)
        return in.out().problem(head.error());
    if (!*head)
        return in.out().problem(Error{Code::not_found, "nothing was sealed yet"});
    in.out().sentence(fmt::format("{}:{}", (*head)->number, (*head)->digest));
    return exit_done;
}

} // namespace

std::vector<Command> audit_commands() {
    const Option tenant{
        .name = "--tenant", .value = "NAME", .help = "whose matches (default main)"};
    return {
        {.name = "audit", .sentence = "prove that no match was changed after it was made"},
        {.name = "audit verify",
         .sentence = "recompute the chain of seals and every match",
         .place = Place::machine,
         .output = Output::both,
         .options = {tenant,
                     {.name = "--expect",
                      .value = "NUMBER:DIGEST",
                      .help = "a head that was kept elsewhere"}},
         .notes = "It reads the store itself, also while a server runs.",
         .statuses = {{exit_done, "all is as it was recorded"},
                      {exit_failed, "something differs, or cannot be read"}},
         .run = run_verify},
        {.name = "audit head",
         .sentence = "print the last seal, to keep it where nobody can change it",
         .place = Place::machine,
         .options = {tenant},
         .run = run_head},
    };
}

} // namespace settled::cli
