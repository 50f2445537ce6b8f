#include "store/postgres/connection.h"

#include "store/postgres/values.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace settled::store::postgres {

namespace {

using namespace std::chrono_literals;

// Longer than statement_timeout: what takes longer than this is a server or a network that stands
// still.
constexpr auto answer_max = 12s;

// One row: the settings that durability and recovery depend on, made for this session whatever the
// server's, role's or database's defaults are. remote_apply is stronger than on and stays. A unit
// waits for others at most lock_timeout. A node that is paused in a transaction holds its locks
// until idle_in_transaction_session_timeout, which has to be the shorter one.
constexpr const char* configure_sql =
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') "
    "WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),"
    "set_config('statement_timeout', '10000', false), set_config('lock_timeout', '4000', false),"
    "set_config('idle_in_transaction_session_timeout', '3000', false),"
    "set_config('default_transaction_isolation', 'read committed', false),"
    "set_config('default_transaction_read_only', $1, false),"
    "set_config('client_min_messages', 'warning', false), set_config('jit', 'off', false),"
    "current_setting('fsync'), current_setting('server_encoding'), "
    "current_setting('server_version_num'), coalesce(current_schema(), '')";

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

// libpq ends its messages with a line end and may add further lines.
std::string_view first_line(const char* message) {
    const std::string_view text(message == nullptr ? "" : message);
    return text.substr(0, text.find('\n'));
}

std::string_view field(const pg_result& result, int code) {
    const char* text = PQresultErrorField(&result, code);
    return text == nullptr ? "" : text;
}

std::string name_of(std::size_t number) {
    return fmt::format("s{}", number);
}

// The texts as libpq wants them.
std::array<const char*, parameters_max> pointers_to(std::span<const std::string> values) {
    std::array<const char*, parameters_max> pointers{};
    SETTLED_ASSERT(values.size() <= pointers.size(), "{} parameters", values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        pointers[i] = values[i].c_str();
    return pointers;
}

// A clause that only an engine with many writers has stands in a statement as a comment.
std::string with_row_locks(std::string_view sql) {
    constexpr std::string_view open = "/*FOR UPDATE";
    std::string text(sql);
    const std::size_t begin = text.find(open);
    if (begin == text.npos)
        return text;
    text.erase(text.find("*/", begin), 2);
    text.erase(begin, 2);
    return text;
}

} // namespace

void Connection::Finish::operator()(pg_conn* connection) const {
    PQfinish(connection);
}
void Connection::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

Connection::Connection(pg_conn* connection)
    : connection_(connection), prepared_(Statement::all().size() + own_statements_max) {
    PQsetNoticeReceiver(connection, &Connection::on_notice, this);
}
Connection::~Connection() = default;

void Connection::on_notice(void* self, const pg_result* notice) {
    if (field(*notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING")
        static_cast<Connection*>(self)->warned_ = true;
}

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionInfo& info, Access access) {
    const auto keywords = info.keywords();
    const auto values = info.values();
    std::unique_ptr<Connection> connection(
        new Connection(PQconnectdbParams(keywords.data(), values.data(), 0)));
    pg_conn* const raw = connection->connection_.get();
    if (PQstatus(raw) != CONNECTION_OK)
        return fail(Code::store_unavailable, fmt::format("PostgreSQL at {}: {}", info.shown(),
                                                         first_line(PQerrorMessage(raw))));
    TRY_VOID(connection->configure(access));
    return connection;
}

Result<> Connection::configure(Access access) {
    pg_conn* const raw = connection_.get();
    const char* const read_only = access == Access::read_only ? "on" : "off";
    const Answer answer(
        PQexecParams(raw, configure_sql, 1, nullptr, &read_only, nullptr, nullptr, 0));
    if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK)
        return fail(Code::store_unavailable,
                    fmt::format("PostgreSQL: {}", first_line(PQerrorMessage(raw))));
    const auto setting = [&](int column) {
        return std::string_view(PQgetvalue(answer.get(), 0, column));
    };
    if (setting(8) != "on")
        return fail(Code::config_invalid, "PostgreSQL runs with fsync=off and would lose what it "
                                          "says is committed; set fsync=on");
    if (setting(9) != "UTF8")
        return fail(Code::config_invalid, "the database must have the encoding UTF8");
    if (std::atoi(PQgetvalue(answer.get(), 0, 10)) < 130'000)
        return fail(Code::config_invalid, "PostgreSQL 13 or newer is needed");
    if (setting(11).empty())
        return fail(Code::config_invalid, "the search_path leads to no schema that is there");
    salt_ = hash_of(setting(11));
    if (PQsetnonblocking(raw, 1) != 0 || PQenterPipelineMode(raw) != 1)
        return fail(Code::store_unavailable, "libpq refuses its pipeline mode");
    return {};
}

void Connection::prepare(std::size_t number, const char* sql, const unsigned int* types,
                         int count) {
    if (PQsendPrepare(connection_.get(), name_of(number).c_str(), sql, count, types) != 1)
        broken_ = true;
    expected_.push_back({Kind::preparation, nobody, nullptr, number});
    prepared_[number] = true;
}

void Connection::send(const Statement& statement, std::span<const Value> values, Rows* out,
                      Ticket ticket) {
    const std::size_t number = statement.number();
    SETTLED_ASSERT(number < prepared_.size() - own_statements_max,
                   "a Statement is made before the store is opened: {}", statement.text());
    const Parameters parameters(values);
    if (!prepared_[number])
        prepare(number, with_row_locks(statement.text()).c_str(), parameters.types(),
                parameters.count());
    if (PQsendQueryPrepared(connection_.get(), name_of(number).c_str(), parameters.count(),
                            parameters.values(), parameters.lengths(), parameters.formats(),
                            1) != 1)
        broken_ = true;
    expected_.push_back({Kind::statement, ticket, out, 0});
    unflushed_ = true;
}

void Connection::send(const OwnStatement& statement, std::span<const std::string> values, Rows* out,
                      Ticket ticket) {
    const std::size_t number = prepared_.size() - 1 - statement.number;
    if (!prepared_[number])
        prepare(number, statement.sql, nullptr, 0);
    if (PQsendQueryPrepared(connection_.get(), name_of(number).c_str(),
                            static_cast<int>(values.size()), pointers_to(values).data(), nullptr,
                            nullptr, 1) != 1)
        broken_ = true;
    expected_.push_back({Kind::statement, ticket, out, 0});
    unflushed_ = true;
}

void Connection::send_text(const char* sql, std::span<const std::string> values, Rows* out,
                           Ticket ticket) {
    if (PQsendQueryParams(connection_.get(), sql, static_cast<int>(values.size()), nullptr,
                          pointers_to(values).data(), nullptr, nullptr, 1) != 1)
        broken_ = true;
    expected_.push_back({Kind::statement, ticket, out, 0});
    unflushed_ = true;
}

void Connection::sync() {
    if (PQpipelineSync(connection_.get()) != 1)
        broken_ = true;
    expected_.push_back({Kind::sync, nobody, nullptr, 0});
    unflushed_ = false;
}

void Connection::flush() {
    // Without it the server keeps its answers until its buffer is full. A sync, not a flush
    // request: only then does the server call the session idle in its transaction while it waits
    // for us, and end it after idle_in_transaction_session_timeout. A process that is paused
    // between two statements would hold its locks as long as it sleeps. An open transaction goes on
    // through it.
    if (unflushed_)
        sync();
    if (PQflush(connection_.get()) < 0)
        broken_ = true;
}

Failure Connection::lost(std::string_view what) {
    broken_ = true;
    if (what.empty())
        what = "the connection is gone";
    return {FailureScope::lost, {Code::store_unavailable, fmt::format("PostgreSQL: {}", what)}};
}

Attempt<> Connection::wait(Steady::time_point deadline) {
    while (true) {
        const int unsent = PQflush(connection_.get());
        if (unsent < 0 || PQsocket(connection_.get()) < 0)
            return std::unexpected(lost(first_line(PQerrorMessage(connection_.get()))));
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Steady::now());
        if (left <= 0ms)
            return std::unexpected(lost("the server does not answer"));
        pollfd watched{PQsocket(connection_.get()), POLLIN, 0};
        if (unsent > 0)
            watched.events |= POLLOUT;
        const int ready = ::poll(&watched, 1, static_cast<int>(left.count()) + 1);
        if (ready <= 0 || (watched.revents & ~POLLOUT) == 0)
            continue; // interrupted, too early, or there is room to send more
        if (PQconsumeInput(connection_.get()) != 1)
            return std::unexpected(lost(first_line(PQerrorMessage(connection_.get()))));
        return {};
    }
}

Attempt<> Connection::take_answer(const pg_result& result, const Expected& expected) {
    switch (PQresultStatus(&result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        // What COMMIT answers when an earlier statement had failed.
        if (std::string_view(PQcmdStatus(const_cast<pg_result*>(&result))) == "ROLLBACK")
            return std::unexpected(
                Failure{FailureScope::conflict, {Code::store_unavailable, "it was rolled back"}});
        if (expected.out != nullptr && !copy_rows(&result, *expected.out))
            return std::unexpected(
                Failure{FailureScope::unit,
                        {Code::internal, "a statement asks for a column of another type"}});
        return {};
    case PGRES_PIPELINE_ABORTED:
        if (expected.kind == Kind::preparation)
            prepared_[expected.statement] = false;
        return {}; // the error that aborted it was reported before
    default:
        if (expected.kind == Kind::preparation)
            prepared_[expected.statement] = false;
        const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
        if (sqlstate.empty() || PQstatus(connection_.get()) == CONNECTION_BAD)
            return std::unexpected(lost(first_line(PQresultErrorMessage(&result))));
        return std::unexpected(failure_of(sqlstate, field(result, PG_DIAG_MESSAGE_PRIMARY)));
    }
}

// Takes the next answer if it is there. False: it is not there yet.
Attempt<bool> Connection::take_one() {
    pg_conn* const raw = connection_.get();
    if (PQisBusy(raw) == 1)
        return false;
    const Answer answer(PQgetResult(raw));
    if (!answer) {
        if (PQstatus(raw) == CONNECTION_BAD)
            return std::unexpected(lost("the connection was closed"));
        return false;
    }
    const Expected expected = expected_.front();
    if (PQresultStatus(answer.get()) == PGRES_PIPELINE_SYNC) {
        SETTLED_ASSERT(expected.kind == Kind::sync, "answers come in the order of the questions");
        expected_.pop_front();
        return true;
    }
    Attempt<> outcome = take_answer(*answer, expected);
    expected_.pop_front();
    if (!outcome && outcome.error().trouble == FailureScope::lost)
        return std::unexpected(std::move(outcome).error());
    // In a pipeline, libpq marks the end of each statement's answers; that needs no more input.
    const Answer end(PQgetResult(raw));
    SETTLED_ASSERT(!end, "a statement has one answer");
    if (!outcome)
        return std::unexpected(std::move(outcome).error());
    if (expected.ticket != nobody)
        arrived_.push_back(expected.ticket);
    return true;
}

Attempt<> Connection::receive(std::vector<Ticket>& arrived, Steady::time_point give_up) {
    const auto deadline = std::min(give_up, Steady::now() + answer_max);
    flush();
    while (!expected_.empty()) {
        if (broken_)
            return std::unexpected(lost(first_line(PQerrorMessage(connection_.get()))));
        while (!expected_.empty()) {
            const Attempt<bool> taken = take_one();
            if (!taken) {
                arrived_.clear();
                return std::unexpected(taken.error());
            }
            if (!*taken)
                break;
        }
        if (!arrived_.empty() || expected_.empty())
            break;
        if (const Attempt<> waited = wait(deadline); !waited)
            return waited;
    }
    arrived.insert(arrived.end(), arrived_.begin(), arrived_.end());
    arrived_.clear();
    return {};
}

Attempt<> Connection::drain(Steady::time_point give_up) {
    std::vector<Ticket> ignored;
    while (!idle())
        if (const Attempt<> received = receive(ignored, give_up); !received)
            return received;
    return {};
}

Attempt<> Connection::recover() {
    if (broken_)
        return std::unexpected(lost("the connection is gone"));
    sync();
    send_text("ROLLBACK", {}, nullptr, nobody);
    sync();
    // Errors of what was on its way are known or of no interest now.
    (void)drain_all();
    return broken_ ? Attempt<>(std::unexpected(lost("the connection is gone"))) : Attempt<>();
}

// To the end even if there are errors on the way: returns the first.
Attempt<> Connection::drain_all() {
    Attempt<> outcome;
    while (!idle() && !broken_)
        if (Attempt<> drained = drain(); !drained && outcome)
            outcome = std::move(drained);
    return outcome;
}

Attempt<Rows> Connection::run_text(const char* sql, std::span<const std::string> values) {
    Rows rows;
    send_text(sql, values, &rows, nobody);
    sync();
    if (Attempt<> drained = drain_all(); !drained)
        return std::unexpected(std::move(drained).error());
    return rows;
}

Attempt<> Connection::script(const std::string& sql) {
    pg_conn* const raw = connection_.get();
    if (PQexitPipelineMode(raw) != 1 || PQsetnonblocking(raw, 0) != 0)
        return std::unexpected(lost("libpq refuses to leave its pipeline mode"));
    const Answer answer(PQexec(raw, sql.c_str()));
    const auto status = PQresultStatus(answer.get());
    Attempt<> outcome;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        const auto sqlstate = field(*answer, PG_DIAG_SQLSTATE);
        outcome = std::unexpected(
            sqlstate.empty() ? lost(first_line(PQresultErrorMessage(answer.get())))
                             : failure_of(sqlstate, field(*answer, PG_DIAG_MESSAGE_PRIMARY)));
    }
    if (PQsetnonblocking(raw, 1) != 0 || PQenterPipelineMode(raw) != 1)
        return std::unexpected(lost("libpq refuses its pipeline mode"));
    return outcome;
}

bool Connection::at_rest() const {
    return idle() && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

bool Connection::alive() {
    pg_conn* const raw = connection_.get();
    if (broken_ || PQstatus(raw) != CONNECTION_OK)
        return false;
    pollfd watched{PQsocket(raw), POLLIN, 0};
    if (::poll(&watched, 1, 0) > 0 && PQconsumeInput(raw) != 1)
        broken_ = true;
    // A FATAL message that came while nothing was asked ("terminating connection due to …").
    return !broken_ && PQstatus(raw) == CONNECTION_OK;
}

} // namespace settled::store::postgres
