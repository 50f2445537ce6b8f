// A session with a token, and the objects that are looked for through it. One thread each.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "custody/pkcs11/module.h"
#include "custody/pkcs11/uri.h"

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace settled::custody::pkcs11 {

// Which token it is, whatever slot it is in.
struct TokenName {
    std::string label;
    std::string serial;
    auto operator<=>(const TokenName&) const = default;
};

class Session {
  public:
    enum class Access : std::uint8_t { read, write };

    explicit Session(std::shared_ptr<Module> module) : module_(std::move(module)) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // All of these under Module::use().
    bool is_open() const { return handle_ != CK_INVALID_HANDLE; }
    // Of this generation of the module; an older one is gone without being closed.
    bool is_fresh() const { return is_open() && generation_ == module_->generation(); }
    Result<> open(const TokenName& token, Access access);
    void close();
    bool is_logged_in() const;
    bool needs_login() const { return (slot_.flags & CKF_LOGIN_REQUIRED) != 0; }

    const CK_FUNCTION_LIST& functions() const { return module_->functions(); }
    const Module& module() const { return *module_; }
    CK_SESSION_HANDLE handle() const { return handle_; }
    CK_SLOT_ID slot() const { return slot_.id; }

    // The object that the URI names, of that class. Fails with hsm_key_missing, hsm_key_ambiguous,
    // key_unsuitable (one of another class alone has that name), hsm_failed.
    Result<CK_OBJECT_HANDLE> find(const Uri& uri, CK_OBJECT_CLASS wanted);
    // What was found for an owner of that number; forgotten when the session ends.
    std::optional<CK_OBJECT_HANDLE> known(std::uint64_t owner) const;
    void remember(std::uint64_t owner, CK_OBJECT_HANDLE object) { known_[owner] = object; }
    // At most two handles: one, none, or several.
    Result<std::vector<CK_OBJECT_HANDLE>> find_all(std::vector<CK_ATTRIBUTE> fits);

    Result<Bytes> bytes_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
    Result<Secret> secret_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
    // False too, when the token does not say.
    bool is_set(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

  private:
    std::shared_ptr<Module> module_;
    CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
    std::uint64_t generation_ = 0;
    Slot slot_;
    std::map<std::uint64_t, CK_OBJECT_HANDLE> known_;
};

} // namespace settled::custody::pkcs11
