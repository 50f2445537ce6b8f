// Where private keys, tokens and other secrets are kept, named by URI:
//   file:/path                     the file's content (file/secret_file.h)
//   env:NAME                       a variable that was set at start (env/kept_variables.h)
//   pkcs11:token=NAME;object=NAME  a key that signs in a token, or a data object (pkcs11/scheme.h)
//   aws-sm:NAME, s3://BUCKET/KEY   a secret of AWS Secrets Manager, an object of S3 (aws/scheme.h)
//
// The author of a connector decides what may be named. The operator names anything that the server
// can read. A tenant names files in its own directory of secrets, which the operator makes and
// fills: `file:signing.pem`, or the same with the directory in front; and, where the operator has set
// a prefix, what is below PREFIX/TENANT in AWS; nothing else.
//
// Reading may wait for the disk or for a token: on an io thread, by a KeyDesk (key_desk.h). Errors:
// hsm_*, aws_* and custody_unsupported say what is wrong with the place (base/error_codes.inc); key_unreadable
// and key_unsuitable name the URI and say why, never the content, for logs and the operator; an
// unknown scheme is value_invalid (a tenant's: key_unreadable) and its error names nothing, since
// the text may be the secret itself. Callers other than the operator see none of these details
// (api/handlers/connectors/connectors.cpp).
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/key_set.h"
#include "crypto/rsa.h"
#include "custody/scheme.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace settled::custody {

// What was good when it was last read. A key that is open stays in use when its file goes away,
// becomes unreadable to us, or is overwritten with something else, until the process ends or no
// connector names it.
class KeyMemory {
  public:
    // Between the two, what is read well is kept, and what is not read well is given as it was. `now`:
    // for kept_since().
    void begin(Clock::Steady now = {});
    void end(); // forgets what was not asked for since begin()

    void keep(const std::string& name, const Secret& content);
    // A signer whose key is in a device, and which mends itself when that is back.
    void keep(const std::string& name, const std::shared_ptr<crypto::Signer>& signer);
    // nullptr: there is none.
    std::shared_ptr<crypto::Signer> signer(const std::string& name);
    std::shared_ptr<crypto::Signer> recall_signer(const std::string& name, const Error& trouble);
    // nullopt: it was never good. `trouble` is why it is needed.
    std::optional<Secret> recall(const std::string& name, const Error& trouble);
    // Of the first that was recalled since begin(); nullopt: all were read.
    const std::optional<Error>& trouble() const { return trouble_; }

    enum class Outcome : std::uint8_t { good, kept, bad }; // kept: it was given as it was
    void note_read(std::string_view uri, Outcome outcome);
    // How it went when this was last asked for, whatever is kept of it; nullopt: it never was.
    std::optional<bool> is_good(std::string_view uri) const;
    // Since when it is in use as it was, since it cannot be read again; nullopt: it is not.
    std::optional<Clock::Steady> kept_since(std::string_view uri) const;

  private:
    struct Entry {
        Secret content = {};
        std::shared_ptr<crypto::Signer> signer = nullptr;
        bool is_asked_for = true;
    };
    Entry* find(const std::string& name);
    void note(const Error& trouble);

    struct LastRead {
        bool is_good = false;
        std::optional<Clock::Steady> kept_since = {};
    };

    std::map<std::string, Entry> entries_;
    std::map<std::string, LastRead, std::less<>> reads_; // by URI
    Clock::Steady now_{};
    std::optional<Error> trouble_;
};

// Says what is wrong with a content that was read well: with it, it counts as unreadable.
using KeyCheck = std::function<Result<>(std::string_view content)>;

// Immutable; any thread, without a memory.
class Custody {
  public:
    static Custody of_operator() { return {}; }
    // Its last part is the tenant's name.
    static Custody of_tenant(std::string directory);
    // The same, for as long as `memory` lives.
    Custody with(KeyMemory& memory) const;
    Custody without_memory() const;
    // What places keep is read again, unless that was done some seconds ago (scheme.h).
    Custody in_doubt() const;

    Result<Secret> read_secret(std::string_view uri, const KeyCheck& check = {}) const;
    // read_secret() for those who know no custody; lives no longer than this.
    auto opener() const {
        return
            [this](std::string_view uri, const KeyCheck& check) { return read_secret(uri, check); };
    }
    // A PKCS#8 PEM key, or one in a token.
    Result<std::shared_ptr<crypto::Signer>> open_signer(std::string_view uri) const;
    // A JSON Web Key Set in a file, named by its path. Nothing in it is secret.
    Result<crypto::KeySet> read_key_set(const std::string& path) const;

  private:
    Custody() = default;
    Result<> check_tenants(std::string_view uri) const;
    Result<Secret> read_named(std::string_view uri) const;
    void watch(std::string_view path) const;
    Result<Secret> read_file(std::string_view path, std::string_view shown, bool is_secret) const;
    Result<Secret> remembered(std::string_view name, Result<Secret> read,
                              const KeyCheck& check) const;
    // nullptr: its keys are texts.
    Result<std::shared_ptr<crypto::Signer>> open_in_device(std::string_view uri) const;
    std::string where(std::string_view name) const { return directory_ + '\n' + std::string(name); }

    bool is_confined_ = false;
    std::string directory_; // of a tenant's secrets
    KeyMemory* memory_ = nullptr;
    Freshness kept_is_ = Freshness::usual; // with a memory
};

// The operator's.
Result<Secret> read_secret(std::string_view uri);
Result<std::shared_ptr<crypto::Signer>> open_signer(std::string_view uri);

} // namespace settled::custody
