#include "statements/camt.h"

#include "statements/bounds.h"
#include "statements/camt_entry.h"
#include "statements/camt_head.h"
#include "statements/text.h"
#include "statements/xml.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace settled::statements {

namespace {

constexpr std::string_view space_prefix = "urn:iso:std:iso:20022:tech:xsd:";

// "camt.053.001.08" of a namespace, if it is one that is read here.
std::optional<std::string_view> message_of(std::string_view space) {
    if (!space.starts_with(space_prefix))
        return std::nullopt;
    const std::string_view message = space.substr(space_prefix.size());
    const bool known = message.size() == 15 && (message.starts_with("camt.052.001.") ||
                                                message.starts_with("camt.053.001.") ||
                                                message.starts_with("camt.054.001."));
    if (!known || message.substr(13) < "02" || message.substr(13) > "13")
        return std::nullopt;
    return message;
}

std::optional<std::int64_t> page_number(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end && number > 0 ? std::optional(number) : std::nullopt;
}

class CamtReader final : public XmlHandler, private EntryTaker {
  public:
    CamtReader(std::string name, Sink& sink) : name_(std::move(name)), sink_(sink) {}

    void set_place(const XmlPlace& place) { place_ = &place; }
    bool saw_document() const { return saw_document_; }

    Result<> open(XmlName name, const XmlAttributes& attributes) override {
        if (!in_document_)
            return name.local == "Document" ? open_document(name.space) : Result<>{};
        push(name.local);
        if (path_ == statement_path_)
            return open_statement();
        if (!in_statement_)
            return {};
        const std::string_view path = inner_path();
        currency_ = attributes["Ccy"];
        if (path == "Bal")
            head_.begin_balance();
        else if (path == "Ntry")
            return open_entry();
        else if (path == "Ntry/NtryDtls/TxDtls")
            entry_.begin_detail();
        return {};
    }

    Result<> close(XmlName, std::string_view text) override {
        if (!in_document_)
            return {};
        if (marks_.empty()) {
            in_document_ = false;
            return {};
        }
        auto done = in_statement_ ? placed(close_inner(text)) : Result<>{};
        if (path_.starts_with(header_path_))
            take_header(std::string_view(path_).substr(header_path_.size()), text);
        pop();
        return done;
    }

  private:
    Result<> open_document(std::string_view space) {
        const auto message = message_of(space);
        if (!message)
            return refuse(Code::statement_unsupported,
                          fmt::format("it is {}, and no camt.052, camt.053 or camt.054 of versions "
                                      "02 to 13",
                                      space.empty() ? "a document without a namespace"
                                                    : clean_text(space, bounds::id_bytes_max)));
        saw_document_ = true;
        in_document_ = true;
        format_ = *message;
        // An intraday report is as incomplete as a notification.
        is_notification_ = !message->starts_with("camt.053");
        const std::string root = message->starts_with("camt.053")   ? "BkToCstmrStmt/"
                                 : message->starts_with("camt.054") ? "BkToCstmrDbtCdtNtfctn/"
                                                                    : "BkToCstmrAcctRpt/";
        statement_path_ = root + (message->starts_with("camt.053")   ? "Stmt"
                                  : message->starts_with("camt.054") ? "Ntfctn"
                                                                     : "Rpt");
        header_path_ = root + "GrpHdr/";
        message_ = {};
        return {};
    }

    Result<> open_statement() {
        in_statement_ = true;
        began_ = false;
        entries_ = 0;
        head_ = CamtHead();
        if (message_.page)
            head_.set_message(message_.id, message_.page, message_.is_last);
        entry_ = CamtEntry();
        return {};
    }

    void take_header(std::string_view path, std::string_view text) {
        const std::string value = clean_text(text, bounds::id_bytes_max);
        if (path == "MsgId")
            message_.id = value;
        else if (path == "MsgPgntn/PgNb")
            message_.page = page_number(value);
        else if (path == "MsgPgntn/LastPgInd")
            message_.is_last = is_yes(value);
    }

    Result<> open_entry() {
        ++entries_;
        TRY_VOID(begin());
        entry_.begin();
        return {};
    }

    Result<> close_inner(std::string_view text) {
        const std::string_view path = inner_path();
        if (path.empty())
            return close_statement();
        if (!path.starts_with("Ntry"))
            return path == "Bal" ? head_.end_balance() : head_.take(path, text, currency_);
        if (path == "Ntry/NtryDtls/TxDtls")
            return entry_.end_detail(*this);
        if (path == "Ntry")
            return entry_.end(*this);
        return entry_.take(path, text, currency_);
    }

    // The head is reported before the first entry, and at the end where there is none.
    Result<> begin() {
        if (std::exchange(began_, true))
            return {};
        TRY(const Head head,
            placed(head_.head(is_notification_ ? Kind::notification : Kind::statement, format_)));
        return sink_.begin(head);
    }

    Result<> close_statement() {
        TRY_VOID(begin());
        TRY(const Tail tail, head_.tail());
        in_statement_ = false;
        return sink_.end(tail);
    }

    Result<> take(const Entry& entry) override {
        TRY_VOID(head_.see(entry));
        return sink_.entry(entry);
    }

    template <class T>
    Result<T> placed(Result<T> result) const {
        if (!result && !result.error().detail.starts_with(name_))
            return refuse(result.error().code, result.error().detail);
        return result;
    }
    std::unexpected<Error> refuse(Code code, std::string_view why) const {
        const std::string entry = entries_ == 0 ? "" : fmt::format(" (entry {})", entries_);
        return fail(code, fmt::format("{}, line {}{}: {}", name_, place_->line(), entry, why));
    }

    void push(std::string_view local) {
        marks_.push_back(path_.size());
        if (!path_.empty())
            path_ += '/';
        path_ += local;
    }
    void pop() {
        path_.resize(marks_.back());
        marks_.pop_back();
    }
    std::string_view inner_path() const {
        return path_.size() <= statement_path_.size()
                   ? std::string_view()
                   : std::string_view(path_).substr(statement_path_.size() + 1);
    }

    std::string name_;
    Sink& sink_;
    const XmlPlace* place_ = nullptr;
    bool saw_document_ = false, in_document_ = false, in_statement_ = false, began_ = false;
    bool is_notification_ = false;
    std::string format_;
    std::string statement_path_, header_path_;
    struct {
        std::string id;
        std::optional<std::int64_t> page;
        bool is_last = true;
    } message_;                      // of the group header
    std::string path_;               // below Document
    std::vector<std::size_t> marks_; // its length above each open element
    std::string currency_;           // the Ccy of the element that was opened last
    std::uint64_t entries_ = 0;
    CamtHead head_;
    CamtEntry entry_;
};

} // namespace

Result<> read_camt(std::istream& in, const std::string& name, Sink& sink) {
    CamtReader reader(name, sink);
    XmlReader xml(in, name);
    reader.set_place(xml);
    TRY_VOID(xml.run(reader));
    if (!reader.saw_document())
        return fail(Code::statement_unsupported, name + ": it has no ISO 20022 document in it");
    return {};
}

} // namespace settled::statements
