#include "base/assert.h"
#include "bench/access.h"
#include "bench/support/databases.h"
#include "server/run.h"
#include "store/grown_testing.h"
#include "store/postgres/connection.h"
#include "store/postgres/postgres_store.h"
#include "store/run_with.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace settled::bench {

namespace {

using store::Session;
using store::Statement;
using store::Step;
using store::Value;
using store::testing::Engine;

constexpr int repetitions = 9;

// The texts that are bound live as long as the program.
struct Measured {
    const Statement* statement;
    double us = 0; // median
};

// A column of that name in a table that the statement names.
std::optional<Value::Kind> kind_of(std::string_view sql, std::string_view column) {
    for (const store::CopiedTable& table : store::copied_tables())
        if (const std::string name = fmt::format(" {}", table.name);
            sql.contains(name + " ") || sql.ends_with(name))
            for (const store::CopiedColumn& each : table.columns)
                if (each.name == column)
                    return each.kind;
    return std::nullopt;
}

// The word of a list that stands at that place: "id" at 1 of "tenant_id, id".
std::string_view word_at(std::string_view list, std::ptrdiff_t place) {
    for (; place > 0; --place)
        list.remove_prefix(std::min(list.find(',') + 1, list.size()));
    list.remove_prefix(std::min(list.find_first_not_of(' '), list.size()));
    return list.substr(0, list.find(','));
}

// "status" of "… AND status = $3 …", where the parameter is at `at`; "client_id" of
// "… lower(client_id) = $2 …"; "id" of "… (tenant_id, id) > ($1, $2) …" for $2.
std::string_view column_before(std::string_view sql, std::size_t at) {
    for (const std::string_view between_rows : {") > (", ") < ("}) {
        const std::size_t rows = sql.rfind(between_rows, at);
        if (rows == sql.npos || sql.find(')', rows + 1) < at)
            continue;
        const std::size_t first = rows + between_rows.size();
        const std::string_view values = sql.substr(first, at - first);
        const std::size_t begin = sql.rfind('(', rows) + 1;
        return word_at(sql.substr(begin, rows - begin), std::ranges::count(values, ','));
    }
    const std::size_t last = sql.find_last_not_of(" =<>()", at - 1);
    const std::size_t before = sql.find_last_of(" .,(", last);
    return sql.substr(before + 1, last - before);
}

// By the first column that the parameter is compared with, or is written into.
Value::Kind kind_of(std::string_view sql, int number) {
    const std::string name = fmt::format("${}", number);
    for (std::size_t at = sql.find(name); at != sql.npos; at = sql.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if (end < sql.size() && std::isdigit(static_cast<unsigned char>(sql[end])) != 0)
            continue;
        if (const auto kind = kind_of(sql, column_before(sql, at)))
            return *kind;
    }
    return Value::Kind::integer;
}

int parameters_of(std::string_view sql) {
    int count = 0;
    while (sql.contains(fmt::format("${}", count + 1)))
        ++count;
    return count;
}

std::vector<Value> values_for(std::string_view sql) {
    using store::testing::Use;
    std::vector<Value> values;
    for (int number = 1; number <= parameters_of(sql); ++number) {
        const Use use = store::testing::use_of(sql, number);
        const Value::Kind kind = kind_of(sql, number);
        if (use == Use::limit || use == Use::tenant || kind == Value::Kind::integer)
            values.emplace_back(store::testing::number_for(use));
        else if (kind == Value::Kind::text)
            values.emplace_back(store::testing::text_that_nobody_has);
        else
            values.emplace_back(as_bytes(store::testing::text_that_nobody_has));
    }
    return values;
}

bool is_measured(const Statement& statement) {
    const std::string_view text = statement.text();
    const bool is_look = text.starts_with("SELECT") || text.starts_with("UPDATE") ||
                         text.starts_with("DELETE FROM ") || text.starts_with("WITH");
    return is_look && !values_for(text).empty() && !text.contains("substr(");
}

Step<double> run_once(Session& s, const Statement& statement) {
    const auto begin = std::chrono::steady_clock::now();
    const store::Rows rows = co_await store::run_with(s, statement, values_for(statement.text()));
    co_return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
        .count();
}

Task<std::vector<Measured>> measure_all(store::Store& store) {
    std::vector<Measured> all;
    for (const Statement* statement : Statement::all()) {
        if (!is_measured(*statement))
            continue;
        const bool reads =
            statement->text().starts_with("SELECT") && !statement->text().contains("FOR UPDATE");
        std::vector<double> us;
        for (int i = 0; i < repetitions; ++i) {
            const auto unit = [statement](Session& s) { return run_once(s, *statement); };
            Result<double> took = 0;
            if (reads)
                took = co_await store.read<double>(unit);
            else
                took = co_await store.write<double>(unit);
            SETTLED_ASSERT(took.has_value(), "{}: {}", statement->text(), took.error().detail);
            us.push_back(*took);
        }
        all.push_back({statement, median(us)});
    }
    co_return all;
}

// How long each takes in tables of that size.
using Grow = std::function<std::unique_ptr<store::Store>(std::int64_t rows)>;

std::vector<Measured> measure_at(const Grow& grow, std::int64_t rows) {
    const auto store = grow(rows);
    auto measured = server::run_to_end(measure_all(*store));
    store->stop();
    return measured;
}

void report_both(std::string_view engine, const Grow& grow, const AccessScale& scale,
                 Report& report) {
    const auto few = measure_at(grow, scale.few);
    const auto many = measure_at(grow, scale.many);
    std::vector<std::size_t> order(many.size());
    std::ranges::generate(order, [i = std::size_t{0}]() mutable { return i++; });
    std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t i) { return many[i].us; });
    report.heading(fmt::format("{}: {} statements with {} and {} rows in each table", engine,
                               many.size(), scale.few, scale.many));
    std::vector<double> of_few, of_many;
    for (std::size_t i = 0; i < many.size(); ++i) {
        of_few.push_back(few[i].us);
        of_many.push_back(many[i].us);
    }
    const std::string prefix = fmt::format("{}.", engine);
    report.number(prefix + "statement_p50_us_few", median(of_few), "");
    report.number(prefix + "statement_p50_us_many", median(of_many), "");
    report.number(
        prefix + "above_1_ms",
        static_cast<double>(std::ranges::count_if(of_many, [](double us) { return us > 1'000; })),
        "statements with the larger tables");
    for (const std::size_t i : std::span(order).first(std::min<std::size_t>(12, order.size())))
        report.number(fmt::format("{}{}", prefix, many[i].statement->text().substr(0, 150)),
                      many[i].us, fmt::format("µs; {:.0f} with the smaller tables", few[i].us));
    for (std::size_t i = 0; i < many.size(); ++i)
        report.number(fmt::format("{}statement_{}_us", prefix, many[i].statement->number()),
                      many[i].us,
                      fmt::format("{:.0f} with the smaller tables: {}", few[i].us,
                                  many[i].statement->text().substr(0, 60)));
}

template <class Connection>
void fill(Connection& connection, std::int64_t rows, Engine engine) {
    for (const store::CopiedTable& table : store::copied_tables()) {
        if (!store::testing::grows(table.name))
            continue;
        const auto filled = connection.script(store::testing::filling_of(table, rows, engine));
        SETTLED_ASSERT(filled.has_value(), "{} is filled", table.name);
    }
}

} // namespace

void measure_statements_on_sqlite(const std::string& directory, const AccessScale& scale,
                                  Report& report) {
    const Grow grow = [&](std::int64_t rows) {
        const std::string data = fmt::format("{}/grown-{}", directory, rows);
        store::sqlite::open({.directory = data}).value()->stop();
        {
            auto connection = store::sqlite::Connection::open(
                data + "/settled.db", store::sqlite::Access::read_write, 200'000);
            fill(connection.value(), rows, Engine::sqlite);
        }
        return store::sqlite::open({.directory = data}).value();
    };
    report_both("sqlite", grow, scale, report);
}

void measure_statements_on_postgres(const std::string& server, const AccessScale& scale,
                                    Report& report) {
    static SystemRng rng;
    const Databases databases(server);
    const Grow grow = [&](std::int64_t rows) {
        const std::string url = databases.make(fmt::format("grown_{}", rows));
        const auto open = [&] {
            return store::postgres::open({Secret(url), Secret(), 1, 2}, rng).value();
        };
        open()->stop();
        {
            const auto info = store::postgres::ConnectionInfo::parse(Secret(url), Secret()).value();
            const auto connection =
                store::postgres::Connection::open(info, store::postgres::Access::read_write)
                    .value();
            SETTLED_ASSERT(connection->script("SET statement_timeout = 0").has_value(), "");
            fill(*connection, rows, Engine::postgres);
            SETTLED_ASSERT(connection->script("VACUUM ANALYZE").has_value(), "rows are counted");
        }
        return open();
    };
    report_both("postgres", grow, scale, report);
}

} // namespace settled::bench
