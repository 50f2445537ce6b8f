// How many connections the process has, in all and of one address.
//
// Beyond the limit a few spare ones are let in (bounds::spare_connections_max), so that health
// checks go on being answered and every other client gets the reason why not.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace settled::net {

class ConnectionLimits;

// The place of one connection; free again when this ends.
class ConnectionPlace {
  public:
    ConnectionPlace(std::shared_ptr<ConnectionLimits> of, std::string address, bool is_spare)
        : of_(std::move(of)), address_(std::move(address)), is_spare_(is_spare) {}
    ConnectionPlace(ConnectionPlace&& other) noexcept = default;
    ConnectionPlace& operator=(ConnectionPlace&&) = delete;
    ~ConnectionPlace();

    // It was let in beyond the limit.
    bool is_spare() const { return is_spare_; }

  private:
    std::shared_ptr<ConnectionLimits> of_;
    std::string address_;
    bool is_spare_;
};

class ConnectionLimits : public std::enable_shared_from_this<ConnectionLimits> {
  public:
    ConnectionLimits(std::size_t all_max, std::size_t per_address_max)
        : all_max_(all_max), per_address_max_(per_address_max) {}

    // nullopt: there is not even a spare place. `has_share` is false for addresses that speak for
    // many (a proxy) or for the operator: only the limit of all holds for them.
    std::optional<ConnectionPlace> enter(const std::string& address, bool has_share);
    std::size_t count() const; // spare ones too

  private:
    friend class ConnectionPlace;
    struct Count {
        std::size_t ordinary = 0;
        std::size_t spare = 0;
    };
    void leave(const std::string& address, bool is_spare);

    const std::size_t all_max_;
    const std::size_t per_address_max_;
    mutable std::mutex mutex_;
    Count all_;
    std::map<std::string, Count> of_address_;
};

} // namespace settled::net
