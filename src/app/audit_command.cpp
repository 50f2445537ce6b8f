// `settled audit head` and `settled audit verify`: the evidence of all matches, proved from the
// store itself and not from what a server says of it.
#include "app/commands.h"
#include "app/demo/terminal.h"
#include "app/open_store.h"
#include "app/run.h"
#include "app/tenant.h"
#include "store/seals.h"
#include "units/audit.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

namespace settled::app {

namespace {

constexpr std::size_t page_records = 500;
constexpr std::size_t findings_max = 10'000; // told; more are counted

struct Options {
    InstallationOptions installation;
    std::string tenant = "main";
    std::string expect; // NUMBER:DIGEST
    bool json = false;
};

struct Verified {
    std::map<units::AuditPhase, std::size_t> checked;
    std::size_t unproved = 0;
    std::int64_t unsealed = 0;
    std::size_t found = 0;
    std::vector<units::AuditFinding> findings;
    std::optional<flow::Seal> head;
};

Task<Result<std::optional<flow::Seal>>> find_seal(store::Store& store, TenantId tenant,
                                                  std::int64_t number) {
    co_return co_await store.read<std::optional<flow::Seal>>([=](store::Session& s) {
        return number == 0 ? store::last_seal(s, tenant) : store::find_seal(s, tenant, number);
    });
}

void add(Verified& verified, units::AuditFinding finding) {
    ++verified.found;
    if (verified.findings.size() < findings_max)
        verified.findings.push_back(std::move(finding));
}

// A head that was written down elsewhere must be a seal of this chain.
Result<> check_expected(store::Store& store, TenantId tenant, std::string_view expect,
                        Verified& verified) {
    std::int64_t number = 0;
    const std::size_t colon = expect.find(':');
    const auto [end, error] =
        std::from_chars(expect.data(), expect.data() + std::min(colon, expect.size()), number);
    if (error != std::errc{} || colon == expect.npos || number < 1)
        return fail(Code::value_invalid,
                    "--expect is NUMBER:DIGEST, as settled audit head says it");
    const std::string digest(expect.substr(colon + 1));
    TRY(const auto seal, run_to_end(find_seal(store, tenant, number)));
    if (!seal || seal->digest != digest)
        add(verified, {"expected_head", fmt::format("seal {}", number), digest,
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

Result<Verified> verify(const Options& options, const Config& config) {
    SystemRng rng;
    TRY(OpenedStore opened, open_store_for_reading(config, rng));
    TRY(const TenantId tenant, run_to_end(find_tenant(*opened.store, options.tenant)));
    const units::TenantKeys keys(std::move(opened.master));
    const demo::Look look = demo::Look::of(stderr);
    demo::Terminal terminal(stderr, look);
    TRY(Verified verified,
        run_to_end(verify(*opened.store, keys, tenant, [&](std::size_t done, std::size_t all) {
            if (look.live)
                terminal.progress("verifying", done, all);
        })));
    if (!options.expect.empty())
        TRY_VOID(check_expected(*opened.store, tenant, options.expect, verified));
    opened.store->stop();
    return verified;
}

void print_json(const Verified& verified) {
    wire::JsonWriter w;
    w.object().member("holds", verified.found == 0).key("checked").object();
    for (const auto& [phase, count] : verified.checked)
        w.member(phase == units::AuditPhase::chain ? "seals" : token(phase), count);
    w.end().member("unproved", verified.unproved).member("unsealed", verified.unsealed);
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
    fmt::print("{}\n", w.text());
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
    fmt::print("{:<24}{:>12}  matches, ends and events since the last seal: the chain does not "
               "vouch for them yet\n",
               "not sealed yet", verified.unsealed);
    if (verified.head)
        fmt::print("head {}:{}\n", verified.head->number, verified.head->digest);
    fmt::print("{}\n", verified.found == 0
                           ? "all is as it was recorded"
                           : fmt::format("{} differ from what was recorded", verified.found));
}

int run_verify(const Options& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    const auto verified = verify(options, *config);
    if (!verified)
        return report(verified.error());
    options.json ? print_json(*verified) : print_text(*verified);
    return verified->found == 0 ? 0 : 1;
}

Result<std::optional<flow::Seal>> find_head(const Options& options, const Config& config) {
    SystemRng rng;
    TRY(const OpenedStore opened, open_store_for_reading(config, rng));
    TRY(const TenantId tenant, run_to_end(find_tenant(*opened.store, options.tenant)));
    TRY(auto head, run_to_end(find_seal(*opened.store, tenant, 0)));
    opened.store->stop();
    return head;
}

int run_head(const Options& options) {
    const auto config = options.installation.load();
    if (!config)
        return 2;
    const auto head = find_head(options, *config);
    if (!head)
        return report(head.error());
    if (!*head)
        return report({Code::not_found, "nothing was sealed yet"});
    fmt::print("{}:{}\n", (*head)->number, (*head)->digest);
    return 0;
}

} // namespace

void add_audit(CommandLine& line) {
    CLI::App* const audit =
        line.root.add_subcommand("audit", "prove that no match was changed after it was made");
    audit->require_subcommand(1);

    auto proving = std::make_shared<Options>();
    CLI::App* const prove = audit->add_subcommand(
        "verify", "recompute the chain of seals and every match; beside a running server, too");
    proving->installation.add_to(*prove, false);
    prove->add_option("--tenant", proving->tenant, "whose matches (default main)");
    prove->add_option("--expect", proving->expect,
                      "NUMBER:DIGEST of a head that was kept elsewhere");
    prove->add_flag("--json", proving->json, "print JSON");
    prove->callback([&line, proving] { line.exit_status = run_verify(*proving); });

    auto showing = std::make_shared<Options>();
    CLI::App* const head =
        audit->add_subcommand("head", "print the last seal, to keep it where nobody can change it");
    showing->installation.add_to(*head, false);
    head->add_option("--tenant", showing->tenant, "whose matches (default main)");
    head->callback([&line, showing] { line.exit_status = run_head(*showing); });
}

} // namespace settled::app
