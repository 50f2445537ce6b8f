// Tokens of SoftHSM 2 for tests: a folder of them, which the module of this process is shown.
#pragma once

#include "custody/custody.h"
#include "custody/pkcs11/scheme.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace settled::custody::pkcs11 {

inline const std::string softhsm_file = "/usr/lib/softhsm/libsofthsm2.so";

// Short, so that tests of trouble end soon.
inline Waits short_waits() {
    using namespace std::chrono_literals;
    return {.for_session = 300ms,
            .for_answer = 600ms,
            .for_quiet = 200ms,
            .again = {20ms, 20ms, 20ms, 20ms}};
}

class SoftHsm {
  public:
    SoftHsm() {
        std::string pattern = testing::TempDir() + "softhsm-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        std::filesystem::create_directory(folder_ / "tokens");
        std::ofstream(folder_ / "softhsm2.conf")
            << "directories.tokendir = " << (folder_ / "tokens").string()
            << "\nobjectstore.backend = file\nlog.level = ERROR\n";
        ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
        put("pin", "4321");
    }
    SoftHsm(const SoftHsm&) = delete;
    SoftHsm& operator=(const SoftHsm&) = delete;
    ~SoftHsm() { std::filesystem::remove_all(folder_); }

    static bool is_installed() { return std::filesystem::exists(softhsm_file); }

    void add_token(const std::string& label, const std::string& pin = "4321") const {
        const std::string line =
            fmt::format("softhsm2-util --init-token --free --label {} --so-pin 8765 --pin {} "
                        ">/dev/null",
                        label, pin);
        ASSERT_EQ(std::system(line.c_str()), 0) << line; // NOLINT: a tool of the tests
    }
    // A file closed to others; its path.
    std::string put(const std::string& name, std::string_view content) const {
        const std::string path = folder_ / name;
        std::ofstream(path) << content;
        std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                               std::filesystem::perms::owner_write);
        return path;
    }
    std::string uri(const std::string& path, const std::string& pin_file = "pin") const {
        return fmt::format("pkcs11:{}?pin-source={}", path, (folder_ / pin_file).string());
    }
    // All tokens are pulled out, and put back.
    void take_away() const {
        std::filesystem::rename(folder_ / "tokens", folder_ / "away");
        std::filesystem::create_directory(folder_ / "tokens");
    }
    void give_back() const {
        std::filesystem::remove(folder_ / "tokens");
        std::filesystem::rename(folder_ / "away", folder_ / "tokens");
    }
    static ReadSecret reader() {
        return [](std::string_view uri) { return Custody::of_operator().read_secret(uri); };
    }

  private:
    std::filesystem::path folder_;
};

} // namespace settled::custody::pkcs11
