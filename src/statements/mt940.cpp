#include "statements/mt940.h"

#include "statements/bounds.h"
#include "statements/mt940_fields.h"
#include "statements/narrative.h"
#include "statements/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace settled::statements {

namespace {

struct Field {
    std::string tag; // "61"
    std::vector<std::string> lines;
    std::uint64_t line = 0; // of the file, where it begins
};

// The file as fields; a nullopt field is the end of a message.
class FieldReader {
  public:
    FieldReader(std::istream& in, const std::string& name) : in_(in), name_(name) {}

    // False: the file is at its end.
    Result<bool> next(Field& field);
    std::unexpected<Error> refuse(std::uint64_t line, Code code, std::string_view why) const {
        return fail(code, fmt::format("{}, line {}: {}", name_, line, why));
    }
    std::uint64_t line() const { return number_; }

  private:
    Result<bool> next_line();

    std::istream& in_;
    const std::string& name_;
    std::string line_;
    bool has_line_ = false; // line_ is read and not used yet
    bool is_open_ = false;  // after a message's :20: and before its closing balance
    std::uint64_t number_ = 0;
};

Result<bool> FieldReader::next_line() {
    line_.clear();
    ++number_;
    for (int c = in_.get(); c != std::istream::traits_type::eof(); c = in_.get()) {
        if (c == '\r' && in_.peek() == '\n')
            c = in_.get();
        if (c == '\n' || c == '\r')
            return true;
        if (line_.size() == bounds::line_bytes_max)
            return refuse(number_, Code::statement_malformed, "the line is too long");
        line_ += static_cast<char>(c);
    }
    if (in_.bad())
        return fail(Code::io_failed, name_ + " cannot be read");
    number_ -= line_.empty() ? 1 : 0;
    return !line_.empty();
}

// Fields of an MT940, and of an MT942 for the sake of a good message. A line that begins with
// anything else between colons is text: some banks break a narrative before a time ("03:46:08").
constexpr std::array<std::string_view, 19> tags{"20",  "21",  "25",  "25P", "28", "28C", "60F",
                                                "60M", "61",  "62F", "62M", "64", "65",  "86",
                                                "NS",  "34F", "13D", "90D", "90C"};
constexpr std::array<std::string_view, 4> interim_tags{"34F", "13D", "90D", "90C"};

bool is_among(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// "61" of ":61:…"; "" when the line begins no field.
std::string_view tag_of(std::string_view line) {
    const std::size_t end = line.starts_with(':') ? line.find(':', 1) : line.npos;
    const std::string_view tag = end == line.npos ? std::string_view() : line.substr(1, end - 1);
    return is_among(tags, tag) ? tag : std::string_view();
}

// What ends a message, or stands around one.
bool is_frame(std::string_view line) {
    return line == "-" || line.starts_with("-}") || line.starts_with('{');
}

Result<bool> FieldReader::next(Field& field) {
    field = {};
    for (;;) {
        if (!has_line_) {
            TRY(has_line_, next_line());
        }
        if (!has_line_) {
            is_open_ = is_open_ && !field.tag.starts_with("62");
            return !field.lines.empty();
        }
        // Blocks may stand before the first field of a message on the same line.
        if (const std::size_t block = line_.rfind("{4:");
            line_.starts_with('{') && block != line_.npos)
            line_.erase(0, block + 3);
        const std::string_view tag = tag_of(line_);
        // A message ends after its closing balance: before it, a dash is a line of the narrative.
        const bool is_text = is_open_ && line_ == "-" && field.tag == "86";
        if (!field.lines.empty() && !is_text && (!tag.empty() || is_frame(line_))) {
            is_open_ = field.tag == "20" || (is_open_ && !field.tag.starts_with("62"));
            return true;
        }
        has_line_ = false;
        if (!tag.empty()) {
            field.tag = tag;
            field.line = number_;
            field.lines.push_back(line_.substr(tag.size() + 2));
        } else if (!field.lines.empty()) {
            if (field.lines.size() == bounds::field_lines_max)
                return refuse(number_, Code::statement_malformed, "the field has too many lines");
            field.lines.push_back(line_);
        }
        // Lines outside of fields are frames, empty, or of no use.
    }
}

class Mt940Reader {
  public:
    Mt940Reader(std::istream& in, const std::string& name, Sink& sink)
        : fields_(in, name), sink_(sink) {}

    Result<> run() {
        Field field;
        for (;;) {
            TRY(const bool more, fields_.next(field));
            if (!more)
                break;
            auto done = take(field);
            if (!done)
                return refuse(field.line, std::move(done).error());
        }
        if (is_open_)
            return fields_.refuse(fields_.line(), Code::statement_malformed,
                                  "the last message has no :62F: or :62M:");
        if (messages_ == 0)
            return fields_.refuse(1, Code::statement_unsupported,
                                  saw_fields_ ? "fields of an MT940, but no :20:, with which each "
                                                "message begins"
                                              : "there is no MT940 message");
        return {};
    }

  private:
    std::unexpected<Error> refuse(std::uint64_t line, Error error) const {
        if (told_sink_error_)
            return std::unexpected(std::move(error));
        return fields_.refuse(line, error.code, error.detail);
    }

    Result<> take(const Field& field) {
        const std::string& first = field.lines.front();
        if (is_among(interim_tags, field.tag))
            return fail(Code::statement_unsupported,
                        "an MT942, an interim report; import the MT940 of the day");
        saw_fields_ = true;
        if (field.tag == "20")
            return open();
        if (!is_open_)
            return {}; // behind the closing balance: :64:, :65:, :86: for the whole statement
        if (field.tag == "61") {
            TRY_VOID(flush());
            TRY(pending_, read_line_61(field.lines, currency()));
            has_pending_ = true;
        } else if (field.tag == "86") {
            if (has_pending_)
                take_narrative(field.lines);
            TRY_VOID(flush());
        } else if (field.tag == "25" || field.tag == "25P") {
            head_.account = account_of(first);
        } else if (field.tag == "28C" || field.tag == "28") {
            head_.number = clean_text(first, bounds::id_bytes_max);
            head_.sequence = sequence_of(first);
            head_.page = page_of(first);
        } else if (field.tag == "60F" || field.tag == "60M") {
            TRY(opening_, read_balance(first));
            head_.continues = field.tag == "60M";
        } else if (field.tag == "62F" || field.tag == "62M") {
            TRY_VOID(close(first, field.tag == "62M"));
        }
        return {};
    }

    // The second line of :61: says more of the transaction, at some banks the only id.
    void take_narrative(const std::vector<std::string>& lines) {
        const std::string supplement = std::exchange(pending_.entry.remittance, {});
        read_narrative(lines, pending_.entry);
        std::string& text = pending_.entry.remittance;
        if (!supplement.empty() && !text.contains(supplement) &&
            text.size() + supplement.size() < bounds::remittance_bytes_max)
            text += (text.empty() ? "" : " ") + supplement;
    }

    Result<> open() {
        if (is_open_)
            return fail(Code::statement_malformed,
                        "a message begins before the one before it has its :62F: or :62M:");
        ++messages_;
        is_open_ = true;
        began_ = false;
        has_pending_ = false;
        head_ = Head();
        head_.format = "mt940";
        opening_.reset();
        first_.reset();
        last_.reset();
        return {};
    }

    Result<> begin() {
        if (std::exchange(began_, true))
            return {};
        if (head_.account.empty() || !opening_)
            return fail(Code::statement_malformed, "an account (:25:) and an opening balance "
                                                   "(:60F:) come before the first entry");
        head_.opening = opening_->amount;
        return told(sink_.begin(head_));
    }

    // The entry is whole when its :86: was read, or the next field begins.
    Result<> flush() {
        if (!std::exchange(has_pending_, false) || !pending_.is_booked ||
            pending_.entry.amount.minor == 0)
            return {};
        TRY_VOID(begin());
        const Instant booked = pending_.entry.booked;
        first_ = first_ ? std::min(*first_, booked) : booked;
        last_ = last_ ? std::max(*last_, booked) : booked;
        return told(sink_.entry(pending_.entry));
    }

    Result<> close(const std::string& text, bool goes_on) {
        TRY(const Balance closing, read_balance(text));
        TRY_VOID(flush());
        TRY_VOID(begin());
        if (!(closing.amount.currency == opening_->amount.currency))
            return fail(Code::statement_malformed, "the balances are of different currencies");
        is_open_ = false;
        Tail tail;
        tail.currency = closing.amount.currency;
        tail.closing = closing.amount;
        tail.goes_on = goes_on;
        tail.from = first_ ? std::min(*first_, closing.day) : closing.day;
        tail.to = last_ ? std::max(*last_, closing.day) : closing.day;
        if (tail.to.us - tail.from.us > bounds::period_days_max * day_us)
            return fail(Code::statement_malformed, "the statement's period is not possible");
        return told(sink_.end(tail));
    }

    Result<> told(Result<> answer) {
        told_sink_error_ = !answer;
        return answer;
    }

    std::optional<Currency> currency() const {
        return opening_ ? std::optional(opening_->amount.currency) : std::nullopt;
    }

    FieldReader fields_;
    Sink& sink_;
    bool is_open_ = false, began_ = false, has_pending_ = false, told_sink_error_ = false;
    bool saw_fields_ = false;
    std::uint64_t messages_ = 0;
    Head head_;
    std::optional<Balance> opening_;
    std::optional<Instant> first_, last_;
    StatementLine pending_;
};

} // namespace

Result<> read_mt940(std::istream& in, const std::string& name, Sink& sink) {
    return Mt940Reader(in, name, sink).run();
}

} // namespace settled::statements
