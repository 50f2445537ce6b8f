#include "bench/store_match.h"

#include "base/iban.h"
#include "bench/one_settlement.h"
#include "bench/support/bulk.h"
#include "bench/support/database.h"
#include "bench/support/databases.h"
#include "bench/support/one_core.h"
#include "bench/support/run_many.h"
#include "bench/support/world.h"
#include "server/installation.h"
#include "server/run.h"
#include "store/queries/directory.h"
#include "units/learning/key_plans.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace settled::bench {

namespace {

using store::Session;

double process_cpu_us() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto us = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(used.ru_utime) + us(used.ru_stime);
}

// An institution of which it was learnt that ids survive and references are never changed.
class NothingIsChanged final : public units::KeyPlans {
  public:
    learn::KeyPlan for_payment(TenantId, const domain::Payment&) const override { return plan(); }
    learn::KeyPlan for_settlement(TenantId, const domain::Settlement&) const override {
        return plan();
    }
    std::optional<std::size_t> reference_length_max(TenantId, std::string_view, std::string_view,
                                                    std::string_view) const override {
        return std::nullopt;
    }

  private:
    static learn::KeyPlan plan() {
        learn::KeyPlan plan;
        plan.first =
            learn::KeyKinds::all().without(learn::KeyKind::shorter).without(learn::KeyKind::longer);
        plan.stored_prefix_max = plan.probed_prefix_max = match::part_min;
        return plan;
    }
};

// Times of one kind of work, in rounds; each figure is the median of the rounds.
class Rounds {
  public:
    void add(const std::vector<Timed>& round) {
        std::array<std::vector<double>, lefts> us;
        std::vector<double> all;
        for (const Timed& timed : round) {
            all.push_back(static_cast<double>(timed.ns) / 1000.0);
            us[static_cast<std::size_t>(timed.left)].push_back(all.back());
            wrong_ += timed.is_right ? 0 : 1;
            probes_ += timed.reads.probes;
            rows_ += timed.reads.rows;
            compared_ += timed.compared;
        }
        count_ += round.size();
        for (std::size_t left = 0; left < lefts; ++left)
            p50_by_left_[left].push_back(median(us[left]));
        std::ranges::sort(all);
        p50_.push_back(all[all.size() / 2]);
        p99_.push_back(all[all.size() * 99 / 100]);
    }

    double p50_us() const { return median(p50_); }
    double p50_us_of(Left left) const {
        return median(p50_by_left_[static_cast<std::size_t>(left)]);
    }
    double p99_us() const { return median(p99_); }
    // How many times those of `least` it takes. A machine is faster in one round than in another:
    // only what was measured in the same round is compared.
    double p50_growth(const Rounds& least) const { return growth(p50_, least.p50_); }
    double p50_growth_of(Left left, const Rounds& least) const {
        const auto at = static_cast<std::size_t>(left);
        return growth(p50_by_left_[at], least.p50_by_left_[at]);
    }
    double probes() const { return of_each(probes_); }
    double rows() const { return of_each(rows_); }
    double compared() const { return of_each(compared_); }
    std::size_t wrong() const { return wrong_; }

  private:
    static double growth(const std::vector<double>& most, const std::vector<double>& least) {
        std::vector<double> ratios;
        for (std::size_t round = 0; round < most.size(); ++round)
            ratios.push_back(most[round] / least[round]);
        return median(ratios);
    }
    double of_each(std::size_t sum) const {
        return static_cast<double>(sum) / static_cast<double>(count_);
    }

    std::vector<double> p50_, p99_;
    std::array<std::vector<double>, lefts> p50_by_left_;
    std::size_t count_ = 0, probes_ = 0, rows_ = 0, compared_ = 0, wrong_ = 0;
};

// Renews an installation's lease for as long as it is measured: no server does it here.
class LeaseKeeper {
  public:
    explicit LeaseKeeper(server::Installation& installation)
        : node_lease_(installation.node_lease()) {
        node_lease_.start(io_);
        thread_ = std::jthread([this] { io_.run(); });
    }
    ~LeaseKeeper() {
        boost::asio::post(io_, [this] { node_lease_.stop(); });
        thread_.join();
        node_lease_.release_io();
    }
    LeaseKeeper(const LeaseKeeper&) = delete;
    LeaseKeeper& operator=(const LeaseKeeper&) = delete;

  private:
    boost::asio::io_context io_;
    node::NodeLease& node_lease_;
    std::jthread thread_;
};

struct Place {
    std::string data;
    Shared shared; // of PostgreSQL
};

// One store with so many open payments.
class Grown {
  public:
    enum class Filled : std::uint8_t { by_registering, in_bulk };
    // `plans`: what was learnt; nullptr: nothing was.
    Grown(const Place& place, std::size_t open, std::size_t accounts, Filled filled,
          const units::KeyPlans* plans = nullptr)
        : place_(place), open_(open), accounts_(accounts), is_bulk_(filled == Filled::in_bulk) {
        server::Config config =
            server::load_config(write_settings(place.data, nullptr, place.shared)).config;
        config.data = place.data;
        installation_ =
            server::Installation::open(config, node::Roles::none(), server::IfMissing::make)
                .value();
        lease_keeper_ = std::make_unique<LeaseKeeper>(*installation_);
        context_ = std::make_unique<units::Context>(installation_->context());
        context_->key_plans = plans;
        server::run_to_end(fill());
    }

    std::size_t open() const { return open_; }
    bool is_bulk() const { return is_bulk_; }
    double cpu_us_per_payment() const { return cpu_us_per_payment_; }
    double bytes_per_payment() const { return bytes_per_payment_; }

    enum class Kind : std::uint8_t { first_search, search, match };
    // Of `count` settlements those from `from` on, as many as make a unit of work. Each third of
    // them has less left of its identifiers.
    void go_on(Kind kind, std::size_t from, std::size_t count) {
        std::vector<Arrival> some;
        for (std::size_t i = from; i < std::min(from + group, count); ++i)
            some.push_back(arrival_of(i * (open_ / count), accounts_, static_cast<Left>(i % lefts),
                                      context_->ids));
        std::vector<Timed> done;
        server::run_to_end(run(kind == Kind::match ? match_in_vain : search, some, done));
        SETTLED_ASSERT(done.size() == some.size(), "each was done");
        round_.insert(round_.end(), done.begin(), done.end());
    }
    void end_round(Kind kind) { rounds_of(kind).add(std::exchange(round_, {})); }

    // In units of work as large as commits are under load: no thread waits in between, so that what
    // is timed is not how fast a thread wakes up.
    static constexpr std::size_t group = 50;

    // A first search finds nothing of the store in nearby memory, and is reported separately.
    const Rounds& first() const { return first_; }
    const Rounds& searches() const { return searches_; }
    const Rounds& matches() const { return matches_; }

    // Matches the settlements of so many payments, by end-to-end id; client CPU of each.
    double settle(std::size_t count) {
        const double before = process_cpu_us();
        server::run_to_end(run_many<void>(
            installation_->store(), 0, count, [this](std::size_t number) -> store::Unit<void> {
                const auto arrival = std::make_shared<const Arrival>(
                    arrival_of(number, accounts_, Left::all, context_->ids));
                return
                    [this, arrival](Session& s) { return bench::settle(s, *context_, *arrival); };
            }));
        return (process_cpu_us() - before) / static_cast<double>(count);
    }

  private:
    using UnitScope = store::Step<>(Session&, const units::Context&, const std::vector<Arrival>&,
                                    std::vector<Timed>& into);

    Rounds& rounds_of(Kind kind) {
        switch (kind) {
        case Kind::first_search:
            return first_;
        case Kind::search:
            return searches_;
        case Kind::match:
            return matches_;
        }
        SETTLED_ASSERT(false, "a round is of a kind");
    }
    // As a unit that could write: a server decides there, with that connection's page cache. It may
    // fail on purpose.
    Task<> run(UnitScope* work, const std::vector<Arrival>& arrivals, std::vector<Timed>& into) {
        (void)co_await installation_->store().write<void>(
            [&, this, work](Session& s) { return work(s, *context_, arrivals, into); });
    }

    Task<> fill() {
        store::Store& store = installation_->store();
        co_await run_many<bool>(store, 0, accounts_,
                                [this](std::size_t account) { return insert_account(account); });
        if (is_bulk_) {
            co_await open_in_bulk(*installation_, open_, [this](std::size_t number) {
                return registration(number, accounts_);
            });
            co_return;
        }
        const double before = process_cpu_us(), bytes_before = stored_bytes();
        co_await run_many<units::Registered>(
            store, 0, open_,
            [this](std::size_t number) -> store::Unit<units::Registered> {
                const auto fact = registration(number, accounts_);
                return [this, fact](Session& s) {
                    return units::register_payment(s, *context_, fact);
                };
            },
            was_created);
        cpu_us_per_payment_ = (process_cpu_us() - before) / static_cast<double>(open_);
        bytes_per_payment_ = (stored_bytes() - bytes_before) / static_cast<double>(open_);
    }
    double stored_bytes() const {
        return place_.shared.url.empty() ? sqlite_bytes(place_.data)
                                         : database_use(place_.shared.url).stored_bytes;
    }
    store::Unit<bool> insert_account(std::size_t account) {
        const auto row = std::make_shared<store::AccountRow>();
        row->tenant = tenant;
        row->id = context_->ids.next<AccountId>();
        row->iban = iban_of(account);
        row->account_key = account_key(row->iban);
        row->created_at = registered_at;
        return [row](Session& s) { return store::insert_account(s, *row); };
    }

    Place place_;
    std::size_t open_, accounts_;
    bool is_bulk_;
    std::unique_ptr<server::Installation> installation_;
    std::unique_ptr<LeaseKeeper> lease_keeper_;
    std::unique_ptr<units::Context> context_;
    double cpu_us_per_payment_ = 0, bytes_per_payment_ = 0;
    std::vector<Timed> round_; // that is under way
    Rounds first_, searches_, matches_;
};

// Places for stores, on one engine.
class Engine {
  public:
    Engine(std::string name, std::string directory, std::string server)
        : name_(std::move(name)), directory_(std::move(directory)), databases_(server),
          on_server_(!server.empty()) {}
    const std::string& name() const { return name_; }
    bool is_embedded() const { return !on_server_; }

    Place make(const std::string& what) const {
        Place place{directory_ + "/" + name_ + "_" + what, {}};
        std::filesystem::create_directories(place.data);
        if (on_server_)
            place.shared = {databases_.make("bench_" + what), place.data + "/master.key"};
        return place;
    }

  private:
    std::string name_, directory_;
    Databases databases_;
    bool on_server_;
};

void report_rounds(const std::string& at, const Rounds& rounds, Report& report) {
    report.number(at + "p50_us", rounds.p50_us(), "µs");
    report.number(at + "p99_us", rounds.p99_us(), "µs");
    report.number(at + "by_id_p50_us", rounds.p50_us_of(Left::all), "µs");
    report.number(at + "by_reference_p50_us", rounds.p50_us_of(Left::reference), "µs");
    report.number(at + "by_cut_reference_p50_us", rounds.p50_us_of(Left::cut_reference), "µs");
    report.number(at + "not_found", static_cast<double>(rounds.wrong()), "or not the right one");
}

void report_grown(const std::string& at, Grown& grown, const StoreMatchScale& scale,
                  Report& report) {
    report_rounds(at + "match.", grown.matches(), report);
    report_rounds(at + "search.", grown.searches(), report);
    report.number(at + "search.first_p50_us", grown.first().p50_us(), "µs, caches cold");
    report.number(at + "probes_per_decision", grown.searches().probes(), "statements, both sides");
    report.number(at + "rows_per_decision", grown.searches().rows(), "rows of the index");
    report.number(at + "compared_per_decision", grown.searches().compared(),
                  "payments and settlements");
    report.number(at + "cpu_us_per_settlement_matched", grown.settle(scale.settled),
                  "µs of our CPU, with the commit");
    if (grown.is_bulk())
        return;
    report.number(at + "bytes_per_open_payment", grown.bytes_per_payment(), "bytes on disk");
    report.number(at + "cpu_us_per_payment_registered", grown.cpu_us_per_payment(),
                  "µs of our CPU");
}

void report_growth(const std::string& of, const Rounds& least, const Rounds& most, Report& report) {
    constexpr std::string_view unit = "× from the least to the most";
    const auto of_left = [&](Left left) { return most.p50_growth_of(left, least); };
    report.number(of + "p50_growth", most.p50_growth(least), unit);
    report.number(of + "by_id_growth", of_left(Left::all), unit);
    report.number(of + "by_reference_growth", of_left(Left::reference), unit);
    report.number(of + "by_cut_reference_growth", of_left(Left::cut_reference), unit);
}

// The stores take turns, a unit of work each, so that what the machine does meanwhile touches all
// of them alike; each figure is the median of the rounds.
void measure_rounds(const std::vector<std::unique_ptr<Grown>>& all, Grown::Kind kind,
                    std::size_t rounds, std::size_t settlements) {
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t from = 0; from < settlements; from += Grown::group)
            for (const auto& grown : all)
                grown->go_on(kind, from, settlements);
        for (const auto& grown : all)
            grown->end_round(kind);
    }
}

void measure_growth(const Engine& engine, const std::string& layout, std::size_t accounts,
                    const StoreMatchScale& scale, Report& report) {
    report.heading(fmt::format("{}, {}: one settlement's payment among more and more open ones",
                               engine.name(), layout));
    std::vector<std::unique_ptr<Grown>> all;
    for (const std::size_t open : scale.open)
        all.push_back(std::make_unique<Grown>(
            engine.make(fmt::format("{}_{}", layout, open)), open, accounts,
            open > scale.registered_max ? Grown::Filled::in_bulk : Grown::Filled::by_registering));
    measure_rounds(all, Grown::Kind::first_search, 1, scale.settlements);
    {
        std::optional<OnOneCore> on_one_core; // where it is our threads that do the work
        if (engine.is_embedded())
            on_one_core.emplace();
        measure_rounds(all, Grown::Kind::search, scale.rounds, scale.settlements);
        measure_rounds(all, Grown::Kind::match, scale.rounds, scale.settlements);
    }
    const std::string prefix = engine.name() + "." + layout + ".";
    for (const auto& grown : all)
        report_grown(fmt::format("{}{}.", prefix, grown->open()), *grown, scale, report);
    const Grown &least = *all.front(), &most = *all.back();
    report_growth(prefix + "match.", least.matches(), most.matches(), report);
    report_growth(prefix + "search.", least.searches(), most.searches(), report);
}

// The same payments, registered with and without what was learnt of their institution.
void measure_learning(const Engine& engine, const StoreMatchScale& scale, Report& report) {
    report.heading(engine.name() + ": what learning saves, where nothing is ever changed");
    const NothingIsChanged learnt;
    const std::size_t open = scale.open.front() * 5;
    constexpr auto filled = Grown::Filled::by_registering;
    const Grown without(engine.make("unlearnt"), open, 100, filled);
    const Grown with(engine.make("learnt"), open, 100, filled, &learnt);
    const std::string prefix = engine.name() + ".learning.";
    report.number(prefix + "cpu_us_per_payment_without", without.cpu_us_per_payment(), "µs");
    report.number(prefix + "cpu_us_per_payment_with", with.cpu_us_per_payment(), "µs");
    report.number(prefix + "cpu_share_saved",
                  1 - with.cpu_us_per_payment() / without.cpu_us_per_payment(), "");
    report.number(prefix + "bytes_per_payment_without", without.bytes_per_payment(), "bytes");
    report.number(prefix + "bytes_per_payment_with", with.bytes_per_payment(), "bytes");
}

void measure_engine(const Engine& engine, const StoreMatchScale& scale, Report& report) {
    measure_growth(engine, "one_account", 1, scale, report);
    measure_growth(engine, "many_accounts", scale.accounts, scale, report);
    measure_learning(engine, scale, report);
}

} // namespace

void measure_on_sqlite(const std::string& directory, const StoreMatchScale& scale, Report& report) {
    measure_engine({"sqlite", directory, ""}, scale, report);
}

void measure_on_postgres(const std::string& directory, const std::string& server,
                         const StoreMatchScale& scale, Report& report) {
    StoreMatchScale its_own = scale;
    its_own.registered_max = scale.registered_max_on_postgres;
    measure_engine({"postgres", directory, server}, its_own, report);
}

} // namespace settled::bench
