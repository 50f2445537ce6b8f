// Keys in hardware security modules, through PKCS#11: private keys that sign where they are, and
// secrets as private data objects.
//
// The process has each module once, and each token's sessions once; both stay until close().
#pragma once

#include "custody/pkcs11/pin.h"
#include "custody/pkcs11/settings.h"
#include "custody/pkcs11/token.h"
#include "custody/scheme.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace settled::custody::pkcs11 {

class Pkcs11Scheme final : public Scheme {
  public:
    Pkcs11Scheme(Settings settings, Waits waits, ReadSecret read_pin)
        : settings_(std::move(settings)), waits_(waits), read_pin_(std::move(read_pin)) {}
    ~Pkcs11Scheme() override { close(); }

    std::string_view prefix() const override { return "pkcs11:"; }
    Kind kind() const override { return Kind::hsm; }
    // Fail with value_invalid, hsm_*, key_unsuitable, key_unavailable (the token is busy or hangs),
    // and as the PIN's source does. They wait for Waits::for_answer, after the module has shown its
    // slots.
    Result<Secret> read(std::string_view uri) const override;
    Result<std::shared_ptr<crypto::Signer>> open_signer(std::string_view uri) const override;

    // A new RSA key pair in the token: sensitive, not extractable. Fails with state_conflict when
    // an object has that name already. Gives the public half, PEM.
    Result<std::string> generate(std::string_view uri, unsigned bits) const override;
    Result<std::string> import_key(std::string_view uri, const Secret& pem) const override;

    void retry_pins() const override;
    // A module whose functions are there already: for tests.
    void add(std::shared_ptr<Module> module) const;
    // Ends all sessions and finalises the modules.
    void close();

  private:
    Result<std::shared_ptr<Module>> module_at(const std::string& path) const;
    using Modules = std::vector<std::shared_ptr<Module>>;
    Result<Modules> load(const std::vector<std::string>& paths) const;
    Result<std::shared_ptr<Token>> token_of(const Uri& uri) const;
    Result<std::shared_ptr<Token>> look_for(const Uri& uri, const Modules& modules) const;
    std::shared_ptr<Token> sessions_of(const std::shared_ptr<Module>& module,
                                       const Slot& slot) const;
    Result<std::vector<std::string>> modules_of(const Uri& uri) const;

    const Settings settings_;
    const Waits waits_;
    const ReadSecret read_pin_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::shared_ptr<Module>> modules_; // by path
    mutable std::map<std::pair<std::string, TokenName>, std::shared_ptr<Token>> tokens_;
};

} // namespace settled::custody::pkcs11
