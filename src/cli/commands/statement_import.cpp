#include "cli/commands/statement_import.h"

#include "base/iban.h"
#include "statements/text.h"
#include "wire/json_writer.h"
#include "wire/money.h"
#include "wire/time.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

namespace settled::cli {

namespace {

using statements::Entry;
using statements::Head;
using statements::Sink;
using statements::Summary;
using statements::Tail;

// What a call takes (api/bounds.h, limits::api_body_bytes_max), with room to spare.
constexpr std::size_t entries_per_call = 400;
constexpr std::size_t bytes_per_call = 160UL * 1024;
// A store that is busy is asked again; a reconciliation of a million entries takes some hundred calls.
constexpr std::size_t reconciliation_calls_max = 1'000'000;
constexpr std::size_t entries_between_draws = 1000;

// Passes on the statements that are wanted, with the account that was asked for in the place of the
// file's, and reports how far the file is read.
class Passage final : public Sink {
  public:
    Passage(Sink& next, const std::vector<bool>* wanted, const ImportOptions& options,
            std::function<void()> tick)
        : next_(next), wanted_(wanted), options_(options), tick_(std::move(tick)) {}

    Result<> begin(const Head& head) override {
        const std::size_t number = count_++;
        if (wanted_ != nullptr && number >= wanted_->size())
            return fail(Code::statement_malformed, "the file has changed while it was read");
        is_wanted_ = wanted_ == nullptr || (*wanted_)[number];
        if (!is_wanted_)
            return {};
        Head own = head;
        if (wanted_ != nullptr && !options_.account.empty() &&
            account_key(options_.account) != account_key(head.account))
            own.account = options_.account;
        return next_.begin(own);
    }
    Result<> entry(const Entry& entry) override {
        if (++seen_ % entries_between_draws == 0)
            tick_();
        return is_wanted_ ? next_.entry(entry) : Result<>{};
    }
    Result<> end(const Tail& tail) override {
        tick_();
        return is_wanted_ ? next_.end(tail) : Result<>{};
    }

  private:
    Sink& next_;
    const std::vector<bool>* wanted_; // nullptr: all, as they are
    const ImportOptions& options_;
    std::function<void()> tick_;
    std::size_t count_ = 0;
    std::size_t seen_ = 0;
    bool is_wanted_ = true;
};

// `wanted`: nullptr for all, with the accounts that the file has.
Result<> read_file(const std::string& file, const std::vector<bool>* wanted,
                   const ImportOptions& options, Sink& sink, std::string_view what,
                   const ImportProgress& progress) {
    std::ifstream in(file, std::ios::binary);
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (!in || error)
        return fail(Code::io_failed, file + " cannot be read");
    Passage passage(sink, wanted, options, [&] {
        const auto at = in.tellg();
        progress(what, at < 0 ? size : static_cast<std::size_t>(at), size);
    });
    TRY_VOID(statements::read_statements(in, std::filesystem::path(file).filename().string(),
                                         options.format, options.csv, passage));
    progress(what, size, size);
    return {};
}

// The accounts of a file's statements, in its order.
class Accounts final : public Sink {
  public:
    std::vector<std::string> all;

    Result<> begin(const Head& head) override {
        all.push_back(head.account);
        return {};
    }
    Result<> entry(const Entry& /*entry*/) override { return {}; }
    Result<> end(const Tail& /*tail*/) override { return {}; }
};

std::string listed(const std::vector<std::string>& accounts) {
    const std::set<std::string> once(accounts.begin(), accounts.end());
    return fmt::format("{}", fmt::join(once, ", "));
}

// Which of them --account means.
Result<std::vector<bool>> choose(const std::string& file, const std::vector<std::string>& accounts,
                                 const std::string& account) {
    std::vector<bool> wanted(accounts.size(), account.empty());
    if (account.empty())
        return wanted;
    const std::string key = account_key(account);
    std::set<std::string> own_ways; // that are no IBAN: any of them may be the account
    bool is_there = false;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        wanted[i] = account_key(accounts[i]) == key;
        is_there = is_there || wanted[i];
        if (!parse_iban(accounts[i]))
            own_ways.insert(accounts[i]);
    }
    if (!is_there && own_ways.size() == 1)
        for (std::size_t i = 0; i < accounts.size(); ++i)
            is_there = (wanted[i] = own_ways.contains(accounts[i])) || is_there;
    if (!is_there)
        return fail(Code::account_unknown, fmt::format("{} is of the account {}, not of {}", file,
                                                       listed(accounts), account));
    return wanted;
}

std::string day(Instant at) {
    return wire::to_rfc3339(at).substr(0, 10);
}

std::string opening_of(const Summary& summary) {
    wire::JsonWriter w;
    w.object().member("account", summary.head.account);
    w.member("kind", token(summary.head.kind)).member("format", summary.head.format);
    w.member("number", summary.head.number).member("sequence", summary.head.sequence);
    if (summary.head.page)
        w.member("page", *summary.head.page);
    w.member("message_id", summary.head.message_id).member("continues", summary.head.continues);
    w.member("goes_on", summary.tail.goes_on);
    w.member("from", day(summary.tail.from)).member("to", day(summary.tail.to));
    w.member("currency", summary.tail.currency.code());
    if (summary.head.opening)
        wire::write_money(w, "opening_balance", *summary.head.opening);
    if (summary.tail.closing)
        wire::write_money(w, "closing_balance", *summary.tail.closing);
    for (const auto& [name, side] :
         {std::pair("credits", summary.credits), {"debits", summary.debits}}) {
        w.key(name).object().member("count", side.count);
        wire::write_money(w, "amount", {side.minor, summary.tail.currency});
        w.end();
    }
    w.member("digest", to_hex(summary.digest)).end();
    return std::move(w).text();
}

void write_entry(wire::JsonWriter& w, const Entry& entry) {
    w.object().member("booked_on", day(entry.booked)).member("value_on", day(entry.value));
    w.member("direction", entry.credit ? "credit" : "debit").member("reversal", entry.reversal);
    wire::write_money(w, "amount", entry.amount);
    for (const auto& [name, text] : {std::pair("end_to_end_id", &entry.end_to_end_id),
                                     {"instruction_id", &entry.instruction_id},
                                     {"transaction_id", &entry.transaction_id},
                                     {"bank_reference", &entry.bank_reference},
                                     {"uetr", &entry.uetr},
                                     {"remittance", &entry.remittance}})
        if (!text->empty())
            w.member(name, *text);
    if (!entry.counterparty_name.empty() || !entry.counterparty_account.empty())
        w.key("counterparty")
            .object()
            .member("name", entry.counterparty_name)
            .member("account", entry.counterparty_account)
            .end();
    w.end();
}

std::string target(std::string_view rest) {
    return fmt::format("/v1/statements{}", rest);
}

class Sender final : public Sink {
  public:
    Sender(ApiSession& session, const std::vector<Summary>& summaries)
        : session_(session), summaries_(summaries) {}

    std::vector<SentStatement> take_sent() { return std::move(sent_); }

    Result<> begin(const Head& head) override {
        if (sent_.size() == summaries_.size())
            return fail(Code::statement_malformed, "the file has changed while it was read");
        number_ = 0;
        TRY(const auto opened, open(summaries_[sent_.size()]));
        sent_.push_back({head.account, std::nullopt});
        if (!opened)
            return {};
        sent_.back().id = opened->at("id");
        loaded_ = opened->integer("entries_loaded");
        return {};
    }

    Result<> entry(const Entry& entry) override {
        if (!sent_.back().id || ++number_ <= loaded_)
            return {}; // passed over, or it came with an import that was broken off
        if (count_ == 0)
            chunk_.object().member("first", number_).key("entries").array();
        write_entry(chunk_, entry);
        ++count_;
        if (count_ < entries_per_call && chunk_.text().size() < bytes_per_call)
            return {};
        return flush();
    }

    Result<> end(const Tail& /*tail*/) override { return flush(); }

  private:
    // nullopt: the account is not registered.
    Result<std::optional<Answered>> open(const Summary& summary) {
        const ApiCall call{"POST", target(""), opening_of(summary)};
        TRY(const net::Response response, session_.call(call));
        const auto document = wire::JsonDocument::parse(response.body);
        if (response.status == 422 && document &&
            text_at(document->root(), "code") == info(Code::account_unknown).token)
            return std::optional<Answered>();
        TRY(Answered opened, session_.ask(call)); // prints what is refused
        return std::optional(std::move(opened));
    }

    Result<> flush() {
        if (count_ == 0)
            return {};
        chunk_.end().end();
        const wire::JsonWriter chunk = std::exchange(chunk_, {});
        count_ = 0;
        const auto taken =
            session_.ask({"POST", target("/" + *sent_.back().id + "/entries"), chunk.text()});
        if (!taken)
            return std::unexpected(taken.error());
        return {};
    }

    ApiSession& session_;
    const std::vector<Summary>& summaries_;
    std::vector<SentStatement> sent_; // the last one is being sent
    std::int64_t number_ = 0;
    std::int64_t loaded_ = 0;
    std::size_t count_ = 0; // in chunk_
    wire::JsonWriter chunk_;
};

} // namespace

Result<StatementFile> summarize(const std::string& path, const ImportOptions& options,
                                const ImportProgress& progress) {
    Accounts accounts;
    TRY_VOID(read_file(path, nullptr, options, accounts, "reading", progress));
    if (accounts.all.empty())
        return fail(Code::statement_unsupported, path + " has no statement in it");
    StatementFile file{path, {}, {}};
    TRY(file.wanted, choose(path, accounts.all, options.account));
    statements::Summarizer summarizer;
    TRY_VOID(read_file(path, &file.wanted, options, summarizer, "reading", progress));
    file.summaries = summarizer.statements();
    return file;
}

Result<std::vector<SentStatement>> send_statements(ApiSession& session, const StatementFile& file,
                                                   const ImportOptions& options,
                                                   const ImportProgress& progress) {
    Sender sender(session, file.summaries);
    TRY_VOID(read_file(file.path, &file.wanted, options, sender, "sending", progress));
    return sender.take_sent();
}

Result<> reconcile_statement(ApiSession& session, const std::string& id,
                             const ImportProgress& progress) {
    for (std::size_t i = 0; i < reconciliation_calls_max; ++i) {
        TRY(const Answered now, session.ask({"POST", target("/" + id + "/reconciliation"), ""}));
        const auto total = static_cast<std::size_t>(now.integer("credits.count"));
        if (now.at("status") == "reconciled") {
            progress("reconciling", total, total);
            break;
        }
        progress("reconciling",
                 std::min(static_cast<std::size_t>(now.integer("entries_examined")), total), total);
    }
    return {};
}

} // namespace settled::cli
