#include "cli/commands/statement_import.h"

#include "base/iban.h"
#include "statements/text.h"
#include "wire/json_writer.h"
#include "wire/money.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
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

// Puts the account that was asked for in the place of the file's, and reports how far the file is
// read.
class Passage final : public Sink {
  public:
    Passage(Sink& next, const std::string& file, const ImportOptions& options,
            std::function<void()> tick)
        : next_(next), file_(file), options_(options), tick_(std::move(tick)) {}

    Result<> begin(const Head& head) override {
        Head own = head;
        if (!options_.account.empty() &&
            account_key(options_.account) != account_key(head.account)) {
            if (parse_iban(head.account))
                return fail(Code::account_unknown, fmt::format("{} is of the account {}, not of {}",
                                                               file_, masked_account(head.account),
                                                               masked_account(options_.account)));
            own.account = options_.account;
        }
        return next_.begin(own);
    }
    Result<> entry(const Entry& entry) override {
        if (++seen_ % entries_between_draws == 0)
            tick_();
        return next_.entry(entry);
    }
    Result<> end(const Tail& tail) override {
        tick_();
        return next_.end(tail);
    }

  private:
    Sink& next_;
    const std::string& file_;
    const ImportOptions& options_;
    std::function<void()> tick_;
    std::size_t seen_ = 0;
};

Result<> read_file(const std::string& file, const ImportOptions& options, Sink& sink,
                   std::string_view what, const ImportProgress& progress) {
    std::ifstream in(file, std::ios::binary);
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (!in || error)
        return fail(Code::io_failed, file + " cannot be read");
    Passage passage(sink, file, options, [&] {
        const auto at = in.tellg();
        progress(what, at < 0 ? size : static_cast<std::size_t>(at), size);
    });
    TRY_VOID(statements::read_statements(in, std::filesystem::path(file).filename().string(),
                                         options.format, options.csv, passage));
    progress(what, size, size);
    return {};
}

std::string day(Instant at) {
    return wire::to_rfc3339(at).substr(0, 10);
}

std::string opening_of(const Summary& summary) {
    wire::JsonWriter w;
    w.object().member("account", summary.head.account);
    w.member("kind", token(summary.head.kind)).member("format", summary.head.format);
    w.member("number", summary.head.number).member("sequence", summary.head.sequence);
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

class Sender final : public Sink {
  public:
    Sender(ApiSession& session, const std::vector<Summary>& summaries,
           const ImportProgress& progress)
        : session_(session), summaries_(summaries), progress_(progress) {}

    std::vector<Answered> take_results() { return std::move(results_); }

    Result<> begin(const Head& /*head*/) override {
        if (next_ == summaries_.size())
            return fail(Code::statement_malformed, "the file has changed while it was read");
        number_ = 0;
        TRY(const Answered opened,
            session_.ask({"POST", target(""), opening_of(summaries_[next_++])}));
        id_ = opened.at("id");
        loaded_ = opened.integer("entries_loaded");
        return {};
    }

    Result<> entry(const Entry& entry) override {
        if (++number_ <= loaded_)
            return {}; // it came with an import that was broken off, or is there
        if (count_ == 0)
            chunk_.object().member("first", number_).key("entries").array();
        write_entry(chunk_, entry);
        ++count_;
        if (count_ < entries_per_call && chunk_.text().size() < bytes_per_call)
            return {};
        return flush();
    }

    Result<> end(const Tail& /*tail*/) override {
        TRY_VOID(flush());
        return reconcile();
    }

  private:
    static std::string target(std::string_view rest) {
        return fmt::format("/v1/statements{}", rest);
    }

    Result<> flush() {
        if (count_ == 0)
            return {};
        chunk_.end().end();
        const wire::JsonWriter chunk = std::exchange(chunk_, {});
        count_ = 0;
        return told(session_.ask({"POST", target("/" + id_ + "/entries"), chunk.text()}));
    }

    Result<> reconcile() {
        for (std::size_t i = 0; i < reconciliation_calls_max; ++i) {
            TRY(const Answered now,
                session_.ask({"POST", target("/" + id_ + "/reconciliation"), ""}));
            const auto total = static_cast<std::size_t>(now.integer("credits.count"));
            if (now.at("status") == "reconciled") {
                progress_("reconciling", total, total);
                break;
            }
            progress_("reconciling",
                      std::min(static_cast<std::size_t>(now.integer("entries_examined")), total),
                      total);
        }
        TRY(Answered result, session_.ask({"GET", target("/" + id_), ""}));
        results_.push_back(std::move(result));
        return {};
    }

    static Result<> told(const Result<Answered>& answer) {
        if (!answer)
            return std::unexpected(answer.error());
        return {};
    }

    ApiSession& session_;
    const std::vector<Summary>& summaries_;
    const ImportProgress& progress_;
    std::size_t next_ = 0; // the summary of the statement after this one
    std::string id_;
    std::int64_t number_ = 0;
    std::int64_t loaded_ = 0;
    std::size_t count_ = 0; // in chunk_
    wire::JsonWriter chunk_;
    std::vector<Answered> results_;
};

} // namespace

Result<std::vector<Summary>> summarize(const std::string& file, const ImportOptions& options,
                                       const ImportProgress& progress) {
    statements::Summarizer summarizer;
    TRY_VOID(read_file(file, options, summarizer, "reading", progress));
    if (summarizer.statements().empty())
        return fail(Code::statement_unsupported, file + " has no statement in it");
    return summarizer.statements();
}

Result<std::vector<Answered>> send_statements(ApiSession& session, const std::string& file,
                                              const std::vector<Summary>& summaries,
                                              const ImportOptions& options,
                                              const ImportProgress& progress) {
    Sender sender(session, summaries, progress);
    TRY_VOID(read_file(file, options, sender, "sending", progress));
    return sender.take_results();
}

} // namespace settled::cli
