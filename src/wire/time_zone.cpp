#include "wire/time_zone.h"

#include "wire/time.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace settled::wire {

namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_seconds = 86'400;
// No zone is further from UTC (RFC 8536 section 3.2 knows -25:59:59 to 25:59:59).
constexpr std::int64_t offset_max = 26 * 3600;
constexpr std::size_t changes_max = 4'096; // real zones have some 250

std::unexpected<Error> unreadable() {
    return fail(Code::value_invalid, "the file of this time zone cannot be read");
}

// Big-endian numbers from the left; asks for no more than there is.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}
    bool has(std::size_t count) const { return rest_.size() >= count; }
    void skip(std::size_t count) { rest_.remove_prefix(count); }
    std::int64_t number(std::size_t bytes) {
        std::uint64_t value = static_cast<unsigned char>(rest_.front()) >= 0x80U ? ~0ULL : 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value = value << 8U | static_cast<unsigned char>(rest_[i]);
        skip(bytes);
        return static_cast<std::int64_t>(value);
    }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

struct Counts {
    std::size_t utc_flags = 0, standard_flags = 0, leaps = 0, changes = 0, types = 0, letters = 0;
    std::size_t body(std::size_t time_bytes) const {
        return changes * (time_bytes + 1) + types * 6 + letters + leaps * (time_bytes + 4) +
               standard_flags + utc_flags;
    }
};

std::optional<Counts> read_head(Reader& in) {
    constexpr std::size_t head_bytes = 44;
    if (!in.has(head_bytes) || !in.rest().starts_with("TZif"))
        return std::nullopt;
    in.skip(20);
    Counts counts;
    for (std::size_t* const count : {&counts.utc_flags, &counts.standard_flags, &counts.leaps,
                                     &counts.changes, &counts.types, &counts.letters}) {
        const std::int64_t value = in.number(4);
        if (value < 0 || value > static_cast<std::int64_t>(changes_max))
            return std::nullopt;
        *count = static_cast<std::size_t>(value);
    }
    return counts;
}

// --- "EST5EDT,M3.2.0,M11.1.0", the text behind the data

class RuleReader {
  public:
    explicit RuleReader(std::string_view text) : rest_(text) {}
    bool done() const { return rest_.empty(); }
    bool take(char c) {
        if (!rest_.starts_with(c))
            return false;
        rest_.remove_prefix(1);
        return true;
    }
    // "CET", or "<+0330>".
    bool name() {
        const bool quoted = take('<');
        const std::size_t end = quoted ? rest_.find('>') : rest_.find_first_of("0123456789+-,");
        if (end == 0 || (quoted && end == rest_.npos))
            return false;
        rest_.remove_prefix(std::min(rest_.size(), end + (quoted ? 1 : 0)));
        return true;
    }
    std::optional<std::int64_t> digits() {
        std::int64_t value = 0;
        std::size_t count = 0;
        for (; count < rest_.size() && count < 3 && rest_[count] >= '0' && rest_[count] <= '9';
             ++count)
            value = value * 10 + (rest_[count] - '0');
        rest_.remove_prefix(count);
        return count == 0 ? std::nullopt : std::optional(value);
    }
    // "-3", "5:30": seconds.
    std::optional<std::int64_t> time() {
        const bool negative = take('-');
        if (!negative)
            (void)take('+');
        std::int64_t seconds = 0;
        for (const std::int64_t unit : {3600, 60, 1}) {
            if (unit != 3600 && !take(':'))
                break;
            const auto value = digits();
            if (!value)
                return std::nullopt;
            seconds += *value * unit;
        }
        return negative ? -seconds : seconds;
    }
    bool has_offset() const { return !rest_.empty() && rest_.front() != ','; }

  private:
    std::string_view rest_;
};

// Midnight of the day by the zone's clocks, in seconds since 1970.
std::int64_t day_of(int year, int month, int week, int weekday) {
    namespace chrono = std::chrono;
    const auto of = chrono::year(year) / chrono::month(static_cast<unsigned>(month));
    const chrono::weekday day(static_cast<unsigned>(weekday));
    const chrono::sys_days at = week == 5 ? chrono::sys_days(of / day[chrono::last])
                                          : chrono::sys_days(of / day[static_cast<unsigned>(week)]);
    return std::int64_t{at.time_since_epoch().count()} * day_seconds;
}

int year_of(std::int64_t unix_seconds) {
    namespace chrono = std::chrono;
    const auto day =
        chrono::floor<chrono::days>(chrono::sys_seconds(chrono::seconds(unix_seconds)));
    return static_cast<int>(chrono::year_month_day(day).year());
}

} // namespace

std::optional<TimeZone::Rule> TimeZone::parse_rule(std::string_view text) {
    RuleReader in(text);
    Rule rule;
    const auto change = [&in]() -> std::optional<Change> {
        if (!in.take(',') || !in.take('M'))
            return std::nullopt; // days by their number in the year: no zone of today has them
        const auto month = in.digits();
        const auto week = month && in.take('.') ? in.digits() : std::nullopt;
        const auto day = week && in.take('.') ? in.digits() : std::nullopt;
        const auto at = day && in.take('/') ? in.time() : std::optional<std::int64_t>(2 * 3600);
        if (!day || !at || *month < 1 || *month > 12 || *week < 1 || *week > 5 || *day > 6)
            return std::nullopt;
        return Change{static_cast<int>(*month), static_cast<int>(*week), static_cast<int>(*day),
                      *at};
    };
    if (!in.name())
        return std::nullopt;
    const auto behind = in.time(); // west is positive there
    if (!behind || std::abs(*behind) > offset_max)
        return std::nullopt;
    rule.standard = rule.summer = -*behind;
    if (in.done())
        return rule;
    if (!in.name())
        return std::nullopt;
    rule.summer = rule.standard + 3600;
    if (in.has_offset()) {
        const auto summer_behind = in.time();
        if (!summer_behind || std::abs(*summer_behind) > offset_max)
            return std::nullopt;
        rule.summer = -*summer_behind;
    }
    const auto begin = change();
    const auto end = begin ? change() : std::nullopt;
    if (!end || !in.done())
        return std::nullopt;
    rule.changes.emplace(*begin, *end);
    return rule;
}

std::int64_t TimeZone::Rule::offset_at(std::int64_t unix_seconds) const {
    if (!changes)
        return standard;
    const int year = year_of(unix_seconds + standard);
    const auto at = [year](const Change& change, std::int64_t before) {
        return day_of(year, change.month, change.week, change.day) + change.at - before;
    };
    const std::int64_t begin = at(changes->first, standard);
    const std::int64_t end = at(changes->second, summer);
    const bool is_summer = begin < end ? unix_seconds >= begin && unix_seconds < end
                                       : unix_seconds >= begin || unix_seconds < end;
    return is_summer ? summer : standard;
}

Result<TimeZone> TimeZone::parse(std::string_view tzif) {
    Reader in(tzif);
    const auto old = read_head(in); // of version 1, with times of 32 bits
    if (!old || tzif[4] < '2' || !in.has(old->body(4)))
        return unreadable();
    in.skip(old->body(4));
    const auto counts = read_head(in);
    if (!counts || !in.has(counts->body(8)) || counts->types == 0)
        return unreadable();
    TimeZone zone;
    for (std::size_t i = 0; i < counts->changes; ++i)
        zone.times_.push_back(in.number(8));
    std::vector<std::size_t> types;
    for (std::size_t i = 0; i < counts->changes; ++i)
        types.push_back(static_cast<std::size_t>(in.number(1)) & 0xFFU);
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < counts->types; ++i) {
        offsets.push_back(in.number(4));
        in.skip(2);
    }
    in.skip(counts->letters + counts->leaps * 12 + counts->standard_flags + counts->utc_flags);
    const bool known = std::ranges::all_of(types, [&](auto type) { return type < offsets.size(); });
    const bool near = std::ranges::all_of(
        offsets, [](std::int64_t offset) { return std::abs(offset) <= offset_max; });
    if (!known || !near || !std::ranges::is_sorted(zone.times_))
        return unreadable();
    for (const std::size_t type : types)
        zone.offsets_.push_back(offsets[type]);
    zone.first_offset_ = offsets.front();
    std::string_view footer = in.rest();
    if (footer.size() > 2 && footer.starts_with('\n') && footer.ends_with('\n'))
        zone.rule_ = parse_rule(footer.substr(1, footer.size() - 2));
    return zone;
}

std::int64_t TimeZone::offset_at(std::int64_t unix_seconds) const {
    if (rule_ && (times_.empty() || unix_seconds >= times_.back()))
        return rule_->offset_at(unix_seconds);
    const auto next = std::ranges::upper_bound(times_, unix_seconds);
    if (next == times_.begin())
        return first_offset_;
    return offsets_[static_cast<std::size_t>(next - times_.begin()) - 1];
}

Instant TimeZone::to_instant(std::int64_t local_us) const {
    const std::int64_t local =
        local_us >= 0 ? local_us / second_us : (local_us - second_us + 1) / second_us;
    // The clocks are put once within two days at most.
    const std::int64_t before = offset_at(local - day_seconds);
    const std::int64_t after = offset_at(local + day_seconds);
    const bool is_later = offset_at(local - before) != before && offset_at(local - after) == after;
    return {local_us - (is_later ? after : before) * second_us};
}

Result<Instant> parse_local_time(std::string_view text, const TimeZone& zone) {
    constexpr std::size_t date_bytes = 10;
    std::string written(text);
    if (written.size() <= date_bytes)
        return fail(Code::timestamp_invalid, "expected a date and a time");
    if (written[date_bytes] == ' ')
        written[date_bytes] = 'T';
    if (written.find_first_of("Z+-", date_bytes) != written.npos)
        return parse_rfc3339(written);
    TRY(const Instant local, parse_rfc3339(written + "Z"));
    return zone.to_instant(local.us);
}

} // namespace settled::wire
