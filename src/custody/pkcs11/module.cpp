#include "custody/pkcs11/module.h"

#include "custody/pkcs11/result.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace settled::custody::pkcs11 {

namespace {

// A token that stays away keeps the intervals long: other tokens of the module are disturbed by each
// new beginning.
constexpr std::chrono::seconds calm_after{60};

std::unexpected<Error> unusable(const std::string& path, std::string_view why) {
    return fail(Code::hsm_module_unusable, fmt::format("{}: {}", path, why));
}

Slot slot_of(CK_SLOT_ID id, const CK_TOKEN_INFO& token) {
    const bool is_bounded = token.ulMaxSessionCount != CK_UNAVAILABLE_INFORMATION &&
                            token.ulMaxSessionCount != CK_EFFECTIVELY_INFINITE;
    return {id,
            text_of(token.label),
            text_of(token.serialNumber),
            text_of(token.manufacturerID),
            text_of(token.model),
            token.flags,
            is_bounded ? token.ulMaxSessionCount : 0};
}

struct Loaded {
    std::mutex mutex;
    std::vector<std::shared_ptr<Module>> modules;
};

Loaded& loaded() {
    static Loaded& all = *new Loaded; // outlives what runs at the end of the process
    return all;
}

void finalise_all() {
    const std::lock_guard lock(loaded().mutex);
    for (const auto& module : loaded().modules)
        module->finalise();
}

// Registered after the library has registered its own end, and so called before that.
void finalise_at_exit(const std::shared_ptr<Module>& module) {
    const std::lock_guard lock(loaded().mutex);
    loaded().modules.push_back(module);
    (void)std::atexit(finalise_all);
}

} // namespace

// The library stays loaded until the process ends: what it registered for that end is still called.
Result<std::shared_ptr<Module>> Module::load(const std::string& path, const Waits& waits) {
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return unusable(path, "cannot be loaded; is its package installed?");
    const auto get_list =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    CK_FUNCTION_LIST* functions = nullptr;
    if (get_list == nullptr || get_list(&functions) != CKR_OK || functions == nullptr)
        return unusable(path, "is no PKCS#11 module");
    TRY(auto module, of(path, functions, waits));
    finalise_at_exit(module);
    return module;
}

Result<std::shared_ptr<Module>> Module::of(std::string path, CK_FUNCTION_LIST* functions,
                                           const Waits& waits) {
    const std::shared_ptr<Module> module(new Module(std::move(path), functions, waits));
    if (const auto begun = module->initialise(); !begun)
        return unusable(module->path_, begun.error().detail);
    return module;
}

Result<> Module::initialise() {
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV result = functions_->C_Initialize(&arguments);
    if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED)
        return failed(result, "initialising the module");
    return {};
}

Result<std::vector<Slot>> Module::slots() const {
    // Some libraries look for tokens that came since only when they are asked for the count.
    CK_ULONG count = 0;
    if (const CK_RV result = functions_->C_GetSlotList(CK_TRUE, nullptr, &count); result != CKR_OK)
        return failed(result, "listing slots");
    std::vector<CK_SLOT_ID> ids(count + 16);
    count = ids.size();
    if (const CK_RV result = functions_->C_GetSlotList(CK_TRUE, ids.data(), &count);
        result != CKR_OK)
        return failed(result, "listing slots");
    ids.resize(count);
    std::vector<Slot> slots;
    for (const CK_SLOT_ID id : ids)
        if (auto one = slot(id))
            slots.push_back(*std::move(one)); // others were taken out meanwhile
    return slots;
}

Result<Slot> Module::slot(CK_SLOT_ID id) const {
    CK_TOKEN_INFO token{};
    if (const CK_RV result = functions_->C_GetTokenInfo(id, &token); result != CKR_OK)
        return failed(result, "looking at the token");
    return slot_of(id, token);
}

Result<> Module::initialise_again(std::uint64_t seen) {
    const std::unique_lock alone(quiet_, waits_.for_quiet);
    if (!alone)
        return fail(Code::hsm_failed, "the module is busy and could not be initialised again");
    if (is_over_)
        return fail(Code::hsm_failed, "the program is ending");
    if (generation_ != seen)
        return {};
    const auto now = std::chrono::steady_clock::now();
    if (now - tried_at_ > calm_after)
        tries_ = 0; // another trouble
    const std::size_t step = std::min(tries_, waits_.again.size());
    if (step > 0 && now - tried_at_ < waits_.again[step - 1])
        return fail(Code::hsm_failed, "the module is initialised again in some seconds");
    tried_at_ = now;
    ++tries_;
    (void)functions_->C_Finalize(nullptr); // whatever it says, a new beginning follows
    ++generation_;
    return initialise();
}

void Module::finalise() {
    const std::unique_lock alone(quiet_, waits_.for_quiet);
    if (!alone || is_over_.exchange(true))
        return;
    ++generation_; // what sessions there are is worth nothing
    (void)functions_->C_Finalize(nullptr);
}

} // namespace settled::custody::pkcs11
