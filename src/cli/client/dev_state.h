// What a `settled dev` leaves in its directory for other commands: DIR/dev.json, closed to others.
// It is there from the directory's making on, so that no other directory is taken for one; whole
// once the installation is.
#pragma once

#include "base/error.h"
#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace settled::cli {

struct DevPorts {
    std::uint16_t server = 0;
    std::uint16_t control = 0;
    std::uint16_t bank = 0;
    std::uint16_t core_bank = 0;
    std::uint16_t partner = 0;
    std::uint16_t partner_tls = 0;
    std::uint16_t platform = 0;
    std::uint16_t platform_tls = 0;
};

struct DevState {
    DevPorts ports;
    std::string url;        // of the server
    Secret key;             // for everything; empty: the installation is not finished
    std::string control;    // of the sandbox
    std::string account;    // IBAN
    std::string endpoint;   // end_…, the model partner's
    Secret endpoint_secret; // which it checks with
    std::string connector;  // its name
    std::string payment;    // the client's id of one that waits for its money

    bool is_whole() const { return !key.empty(); }
};

// Where a `settled dev` without --dir keeps its things.
inline constexpr std::string_view dev_directory = "./settled-dev";

// The settings of the server of a `settled dev`; "" if that directory is not one of this user.
std::string dev_config_file(std::string_view directory);

// nullopt: `settled dev` did not make this directory. Fails with io_failed (it is another user's, or
// cannot be read).
Result<std::optional<DevState>> read_dev_state(const std::string& directory);
// A new file in the place of the old one. Fails with io_failed.
Result<> write_dev_state(const std::string& directory, const DevState& state);

} // namespace settled::cli
