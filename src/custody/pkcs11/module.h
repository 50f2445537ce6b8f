// A PKCS#11 module: a shared library of the operator's, initialised once for the whole process.
//
// Sessions work under use(), many at once. Some tokens are not seen again after they were removed
// until the module is initialised anew (SoftHSM 2.6.1 is one), which ends all sessions of all
// tokens: it is done when they are quiet, at growing intervals, and raises the generation. A
// session of an earlier generation is worth nothing.
//
// Thread-safe. Loading and slots() wait for what the library waits for.
#pragma once

#include "base/error.h"
#include "custody/pkcs11/settings.h"

#include <p11-kit/pkcs11.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace settled::custody::pkcs11 {

struct Slot {
    CK_SLOT_ID id = 0;
    std::string label;
    std::string serial;
    std::string manufacturer;
    std::string model;
    CK_FLAGS flags = 0;
    unsigned long sessions_max = 0; // 0: no limit is known
};

class Module {
  public:
    // Fails with hsm_module_unusable.
    static Result<std::shared_ptr<Module>> load(const std::string& path, const Waits& waits);
    // Of functions that are there already: for tests.
    static Result<std::shared_ptr<Module>> of(std::string path, CK_FUNCTION_LIST* functions,
                                              const Waits& waits);

    const std::string& path() const { return path_; }
    const CK_FUNCTION_LIST& functions() const { return *functions_; }

    using Use = std::shared_lock<std::shared_timed_mutex>;
    Use use() { return Use(quiet_); }
    std::uint64_t generation() const { return generation_; }

    // Those with a token. Fails with hsm_failed. Under use().
    Result<std::vector<Slot>> slots() const;
    // Fails with hsm_failed. Under use().
    Result<Slot> slot(CK_SLOT_ID id) const;

    // Unless that has happened since `seen`. Fails with hsm_failed: it is too early, the sessions
    // are not quiet, or the library fails. Not under use().
    Result<> initialise_again(std::uint64_t seen);
    // C_Finalize, when all sessions are quiet; nothing is used afterwards. Happens by itself before
    // the process ends and the library takes itself apart.
    void finalise();
    bool is_over() const { return is_over_; }

  private:
    Module(std::string path, CK_FUNCTION_LIST* functions, const Waits& waits)
        : path_(std::move(path)), functions_(functions), waits_(waits) {}
    Result<> initialise();

    using Steady = std::chrono::steady_clock::time_point;

    const std::string path_;
    CK_FUNCTION_LIST* const functions_;
    const Waits waits_;
    std::shared_timed_mutex quiet_;
    std::atomic<std::uint64_t> generation_{1};
    std::atomic<bool> is_over_{false};
    // Under quiet_, alone:
    std::size_t tries_ = 0; // of this trouble
    Steady tried_at_{};
};

} // namespace settled::custody::pkcs11
