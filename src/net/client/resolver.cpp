#include "net/client/resolver.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/stat.h>

#include <algorithm>

namespace settled::net {

namespace {

namespace asio = boost::asio;

constexpr const char* settings_file = "/etc/resolv.conf";

// 0 when there is none.
std::int64_t settings_changed_ns() {
    struct stat found{};
    if (::stat(settings_file, &found) != 0) {
        return 0;
    }
    return std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
}

} // namespace

// Invariants: in lookups_ until it is over; counted in under_way_ of `owner` from begin to finish.
struct Resolver::Lookup {
    std::string host;
    std::int64_t owner = 0;
    bool begun = false;
    bool over = false;
    Result<Addresses> result = Addresses();
    std::vector<asio::steady_timer*> waiting;
    std::shared_ptr<AresChannel> channel;
};

// One caller that waits for a look-up.
class Resolver::Wait {
  public:
    Wait(asio::io_context& io, Lookup& lookup, TimePoint deadline) : timer(io), lookup_(lookup) {
        timer.expires_at(deadline);
        lookup_.waiting.push_back(&timer);
    }
    ~Wait() { std::erase(lookup_.waiting, &timer); }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    asio::steady_timer timer;

  private:
    Lookup& lookup_;
};

Resolver::~Resolver() {
    close();
}

Task<Result<Resolver::Addresses>> Resolver::resolve(std::string host, std::int64_t owner,
                                                    TimePoint deadline) {
    if (const Addresses* const known = kept(host)) {
        co_return *known;
    }
    if (closed_) {
        co_return fail(Code::resolve_failed, "the client is closed");
    }
    const std::shared_ptr<Lookup> lookup = join(host, owner);
    if (!lookup->over) {
        Wait wait(io_, *lookup, deadline);
        const auto [ignored] = co_await wait.timer.async_wait(asio::as_tuple(asio::use_awaitable));
        static_cast<void>(ignored);
    }
    if (!lookup->over) {
        co_return fail(Code::resolve_failed, "no answer in time for " + host);
    }
    co_return lookup->result;
}

void Resolver::close() {
    closed_ = true;
    const auto open = std::exchange(lookups_, {});
    queued_.clear();
    for (const auto& [host, lookup] : open) {
        const std::shared_ptr<AresChannel> channel = lookup->channel;
        finish(lookup, fail(Code::resolve_failed, "the client is closed"));
        if (channel) {
            channel->cancel();
        }
    }
}

std::size_t Resolver::under_way(std::int64_t owner) const {
    const auto found = under_way_.find(owner);
    return found == under_way_.end() ? 0 : found->second;
}

const Resolver::Addresses* Resolver::kept(const std::string& host) {
    const auto found = kept_.find(host);
    if (found == kept_.end()) {
        return nullptr;
    }
    if (found->second.until <= std::chrono::steady_clock::now()) {
        kept_.erase(found);
        return nullptr;
    }
    return &found->second.addresses;
}

void Resolver::keep(const std::string& host, const Addresses& addresses, std::chrono::seconds ttl) {
    if (ttl.count() == 0) {
        return;
    }
    if (kept_.size() >= bounds::names_kept_max) {
        kept_.erase(std::ranges::min_element(kept_, {},
                                             [](const auto& entry) { return entry.second.until; }));
    }
    const auto held = std::min<std::chrono::seconds>(ttl, bounds::name_kept_max);
    kept_.insert_or_assign(host, Kept{addresses, std::chrono::steady_clock::now() + held});
}

std::shared_ptr<Resolver::Lookup> Resolver::join(const std::string& host, std::int64_t owner) {
    const bool has_place = under_way(owner) < options_.lookups_per_owner_max;
    std::shared_ptr<Lookup>& lookup = lookups_[host];
    if (!lookup) {
        lookup = std::make_shared<Lookup>();
        lookup->host = host;
        if (!has_place) {
            queued_[owner].push_back(lookup);
        }
    }
    const std::shared_ptr<Lookup> joined = lookup;
    // One that waits for another owner's turn need not: this owner has a place for it.
    if (!joined->begun && has_place) {
        begin(joined, owner);
    }
    return joined;
}

void Resolver::begin(const std::shared_ptr<Lookup>& lookup, std::int64_t owner) {
    lookup->begun = true;
    lookup->owner = owner;
    ++under_way_[owner];
    auto opened = channel();
    if (!opened) {
        finish(lookup, fail(Code::resolve_failed, std::move(opened).error().detail));
        return;
    }
    lookup->channel = *opened;
    lookup->channel->look_up(lookup->host, [weak = weak_from_this(), lookup](NameAnswer answer) {
        const auto self = weak.lock();
        if (!self || lookup->over) {
            return;
        }
        if (answer.addresses) {
            self->keep(lookup->host, *answer.addresses, answer.ttl);
        }
        self->finish(lookup, std::move(answer.addresses));
    });
}

void Resolver::finish(const std::shared_ptr<Lookup>& lookup, Result<Addresses> result) {
    lookup->result = std::move(result);
    lookup->over = true;
    lookups_.erase(lookup->host);
    for (asio::steady_timer* const waiting : lookup->waiting) {
        waiting->cancel();
    }
    // A channel that was replaced ends with its last look-up, but not inside its own call.
    asio::post(io_, [channel = std::move(lookup->channel)] {});
    if (!lookup->begun) {
        return;
    }
    const auto counted = under_way_.find(lookup->owner);
    if (--counted->second == 0) {
        under_way_.erase(counted);
    }
    if (queued_.contains(lookup->owner)) {
        asio::post(io_, [weak = weak_from_this(), owner = lookup->owner] {
            if (const auto self = weak.lock()) {
                self->begin_next(owner);
            }
        });
    }
}

void Resolver::begin_next(std::int64_t owner) {
    const auto queue = queued_.find(owner);
    while (queue != queued_.end() && !queue->second.empty() &&
           under_way(owner) < options_.lookups_per_owner_max) {
        const std::shared_ptr<Lookup> next = std::move(queue->second.front());
        queue->second.pop_front();
        if (next->begun) {
            continue; // on another owner's place
        }
        if (next->waiting.empty()) {
            lookups_.erase(next->host); // no caller waits for it any more
            next->over = true;
            continue;
        }
        begin(next, owner);
    }
    if (queue != queued_.end() && queue->second.empty()) {
        queued_.erase(queue);
    }
}

Result<std::shared_ptr<AresChannel>> Resolver::channel() {
    const std::int64_t changed = options_.servers.empty() ? settings_changed_ns() : 0;
    if (!channel_ || changed != settings_changed_ns_) {
        TRY(std::shared_ptr<AresChannel> made, AresChannel::open(io_, options_.servers));
        channel_ = std::move(made);
        settings_changed_ns_ = changed;
    }
    return channel_;
}

} // namespace settled::net
