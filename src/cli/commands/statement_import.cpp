#include "cli/commands/statement_import.h"

#include "statements/text.h"
#include "wire/json_writer.h"
#include "wire/money.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <algorithm>
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

// A quarter of what a call takes (api/bounds.h): each is a unit of work, and webhooks wait for its end.
constexpr std::size_t entries_per_call = 100;
constexpr std::size_t bytes_per_call = 160UL * 1024;
// A store that is busy is asked again; a reconciliation of a million entries takes some hundred calls.
constexpr std::size_t reconciliation_calls_max = 1'000'000;

// A file that is open, and how far it is read.
class OpenFile {
  public:
    OpenFile(const std::string& path, std::string_view what, const ImportProgress& progress)
        : in(path, std::ios::binary), name(std::filesystem::path(path).filename().string()),
          what_(what), progress_(progress) {
        size_ = std::filesystem::file_size(path, error_);
    }

    std::ifstream in;
    std::string name;

    bool is_readable() const { return in.is_open() && !error_; }
    statements::FileTick tick() {
        return [this] -> Result<> {
            const auto at = in.tellg();
            progress_(what_, at < 0 ? size_ : static_cast<std::size_t>(at), size_);
            return {};
        };
    }
    void finished() { progress_(what_, size_, size_); }

  private:
    std::string_view what_;
    const ImportProgress& progress_;
    std::error_code error_;
    std::size_t size_ = 0;
};

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
    OpenFile file(path, "reading", progress);
    if (!file.is_readable())
        return fail(Code::io_failed, path + " cannot be read");
    TRY(auto summary, statements::summarize_file(file.in, file.name, options, file.tick()));
    file.finished();
    return StatementFile{path, std::move(summary)};
}

Result<std::vector<SentStatement>> send_statements(ApiSession& session, const StatementFile& file,
                                                   const ImportOptions& options,
                                                   const ImportProgress& progress) {
    OpenFile opened(file.path, "sending", progress);
    if (!opened.is_readable())
        return fail(Code::io_failed, file.path + " cannot be read");
    Sender sender(session, file.summary.statements);
    TRY_VOID(statements::pass_on_file(opened.in, opened.name, options, file.summary.wanted, sender,
                                      opened.tick()));
    opened.finished();
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
