// A profile as the store keeps it: numbers in lists, since a row is read and written with every
// batch.
#include "learn/profile.h"

#include "wire/json.h"
#include "wire/json_writer.h"

#include <charconv>

namespace settled::learn {

namespace {

using wire::Json;
using wire::JsonWriter;

constexpr std::int64_t format_version = 1;

template <class Range>
void write_numbers(JsonWriter& w, std::string_view name, const Range& numbers) {
    w.key(name).array();
    for (const auto number : numbers)
        w.value(number);
    w.end();
}

template <class Map>
void write_lengths(JsonWriter& w, std::string_view name, const Map& weights) {
    w.key(name).object();
    for (const auto& [chars, weight] : weights)
        w.member(std::to_string(chars), weight);
    w.end();
}

void write_affix(JsonWriter& w, std::string_view name, const Affix& affix) {
    w.key(name).array().value(affix.text).value(affix.votes).end();
}

void write_reference(JsonWriter& w, const ReferenceHabits& r) {
    w.key("reference").object();
    write_numbers(w, "fates", std::array{r.whole, r.cut, r.extended, r.absent, r.replaced});
    write_lengths(w, "cut_at", r.cut_at);
    write_lengths(w, "came_with", r.came_with);
    write_numbers(w, "arrived", r.arrived);
    write_numbers(w, "sent", r.sent);
    write_numbers(w, "case", std::array{r.upper, r.lower, r.kept});
    w.key("characters").object();
    for (const auto& [c, character] : r.characters)
        w.key(std::string_view(&c, 1)).array().value(character.kept).value(character.lost).end();
    w.end();
    write_affix(w, "prefix", r.prefix);
    write_affix(w, "suffix", r.suffix);
    w.end();
}

// Reads what was written; the first thing that is not so ends it.
class In {
  public:
    explicit In(Json root) : root_(root) {}

    bool failed() const { return failed_; }
    std::optional<Json> member(std::string_view name) {
        auto found = root_.member(name);
        failed_ = failed_ || !found;
        return found;
    }
    Weight number(const Json& value) {
        const auto read = value.integer();
        failed_ = failed_ || !read || *read < 0;
        return read.value_or(0);
    }
    // A list of as many numbers as `into` has places.
    template <class... T>
    void numbers(std::string_view name, T&... into) {
        const auto list = member(name);
        if (!list || list->size() != sizeof...(into))
            return fail_now();
        std::size_t i = 0;
        ((into = number(list->at(i++))), ...);
    }
    template <std::size_t N>
    void list(std::string_view name, std::array<Weight, N>& into) {
        const auto found = member(name);
        if (!found || found->size() != N)
            return fail_now();
        for (std::size_t i = 0; i < N; ++i)
            into[i] = number(found->at(i));
    }
    void lengths(std::string_view name, std::map<std::size_t, Weight>& into) {
        const auto found = member(name);
        for (std::size_t i = 0; found && i < found->size(); ++i) {
            const std::string_view text = found->name_at(i);
            std::size_t chars = 0;
            const auto [end, error] =
                std::from_chars(text.data(), text.data() + text.size(), chars);
            failed_ = failed_ || error != std::errc{} || end != text.data() + text.size();
            into[chars] = number(found->at(i));
        }
    }
    void affix(std::string_view name, Affix& into) {
        const auto found = member(name);
        if (!found || found->size() != 2 || !found->at(0).is_string())
            return fail_now();
        into = {std::string(*found->at(0).string()), number(found->at(1))};
    }
    void fail_now() { failed_ = true; }

  private:
    Json root_;
    bool failed_ = false;
};

bool read_reference(const Json& root, ReferenceHabits& r) {
    In in(root);
    in.numbers("fates", r.whole, r.cut, r.extended, r.absent, r.replaced);
    in.lengths("cut_at", r.cut_at);
    in.lengths("came_with", r.came_with);
    in.list("arrived", r.arrived);
    in.list("sent", r.sent);
    in.numbers("case", r.upper, r.lower, r.kept);
    const auto characters = in.member("characters");
    for (std::size_t i = 0; characters && i < characters->size(); ++i) {
        const Json counts = characters->at(i);
        if (characters->name_at(i).size() != 1 || counts.size() != 2)
            return false;
        r.characters[characters->name_at(i)[0]] = {in.number(counts.at(0)),
                                                   in.number(counts.at(1))};
    }
    in.affix("prefix", r.prefix);
    in.affix("suffix", r.suffix);
    return !in.failed();
}

} // namespace

std::string Profile::to_json() const {
    JsonWriter w;
    w.object()
        .member("format", format_version)
        .member("as_of", as_of_.us)
        .member("observed", observed_);
    w.key("survival").object();
    for (const Identifier identifier : identifiers) {
        const Survival& s = survival(identifier);
        write_numbers(w, token(identifier), std::array{s.survived, s.absent, s.altered});
    }
    w.end();
    write_reference(w, reference_);
    write_numbers(w, "latency", latency_.weights());
    w.end();
    return std::move(w).text();
}

Result<Profile> Profile::parse(std::string_view text) {
    const auto wrong = [] {
        return fail(Code::value_invalid, "this is no profile that can be read");
    };
    TRY(const auto document, wire::JsonDocument::parse(text));
    In in(document.root());
    Profile profile;
    const auto format = in.member("format");
    const auto as_of = in.member("as_of");
    const auto observed = in.member("observed");
    const auto survival = in.member("survival");
    const auto reference = in.member("reference");
    if (in.failed() || format->integer() != format_version)
        return wrong();
    profile.as_of_ = {in.number(*as_of)};
    profile.observed_ = in.number(*observed);
    In survivals(*survival);
    for (const Identifier identifier : identifiers) {
        Survival& s = profile.survivals_[static_cast<std::size_t>(identifier)];
        survivals.numbers(token(identifier), s.survived, s.absent, s.altered);
    }
    std::array<Weight, Latency::steps> latency{};
    in.list("latency", latency);
    for (std::size_t step = 0; step < latency.size(); ++step)
        profile.latency_.set(step, latency[step]);
    const bool good = read_reference(*reference, profile.reference_);
    if (!good || in.failed() || survivals.failed())
        return wrong();
    return profile;
}

} // namespace settled::learn
